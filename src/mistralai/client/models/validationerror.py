"""One complaint of a 422."""

from typing import TypeAlias

from ..errors.httpvalidationerror import ValidationError

__all__ = ["Loc", "LocTypedDict", "ValidationError"]

Loc: TypeAlias = str | int
LocTypedDict: TypeAlias = Loc
