"""The base class of models, and the marks for absent values.

Names are loaded when they are first used: `UNSET` and the aliases of types
do not import pydantic.
"""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from .basemodel import BaseModel as BaseModel
    from .basemodel import UnrecognizedInt as UnrecognizedInt
    from .basemodel import UnrecognizedStr as UnrecognizedStr
    from .unset import UNSET as UNSET
    from .unset import UNSET_SENTINEL as UNSET_SENTINEL
    from .unset import Nullable as Nullable
    from .unset import OptionalNullable as OptionalNullable
    from .unset import Unset as Unset

_MODULES = {
    "basemodel": ("BaseModel", "UnrecognizedInt", "UnrecognizedStr"),
    "unset": ("UNSET", "UNSET_SENTINEL", "Nullable", "OptionalNullable", "Unset"),
}

if not TYPE_CHECKING:
    from .._lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES)
