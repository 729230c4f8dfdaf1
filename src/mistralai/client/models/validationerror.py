"""One complaint of a 422."""

from ..errors.httpvalidationerror import ValidationError

__all__ = ["ValidationError"]
