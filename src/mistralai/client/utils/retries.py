"""The configuration of retries, at the path that the generated SDK has for it."""

from .._call.retry import BackoffStrategy, RetryConfig

__all__ = ["BackoffStrategy", "RetryConfig"]
