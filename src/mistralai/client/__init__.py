"""The public names of the client.

Names are loaded when they are first used: importing this package imports neither
pydantic nor httpx2.
"""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from . import errors as errors
    from . import models as models
    from . import types as types
    from . import utils as utils
    from ._call.timeouts import Timeouts as Timeouts
    from ._version import __version__ as __version__
    from .sdk import Mistral as Mistral
    from .types.unset import UNSET as UNSET
    from .utils.retries import BackoffStrategy as BackoffStrategy
    from .utils.retries import RetryConfig as RetryConfig

_MODULES = {
    "_version": ("__version__",),
    "sdk": ("Mistral",),
    "_call.timeouts": ("Timeouts",),
    "types.unset": ("UNSET",),
    "utils.retries": ("BackoffStrategy", "RetryConfig"),
}
_SUBMODULES = ("errors", "models", "types", "utils")

if not TYPE_CHECKING:
    from ._lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES, _SUBMODULES)
