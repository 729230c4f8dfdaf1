"""One wrong field of a 422, at the path that the generated SDK has for it."""

from typing import TypeAlias

from ..errors.httpvalidationerror import ValidationError

__all__ = ["Loc", "LocTypedDict", "ValidationError"]

Loc: TypeAlias = str | int
LocTypedDict: TypeAlias = Loc
