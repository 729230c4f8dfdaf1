"""The path of `HTTPValidationError` in the first generated SDK."""

from ..errors.httpvalidationerror import HTTPValidationError, HTTPValidationErrorData

__all__ = ["HTTPValidationError", "HTTPValidationErrorData"]
