"""The path of `SDKError` in the first generated SDK."""

from ..errors.sdkerror import SDKError

__all__ = ["SDKError"]
