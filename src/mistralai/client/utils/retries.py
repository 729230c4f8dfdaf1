"""How to retry, under the names that programs import from here."""

from .._call.retry import BackoffStrategy, RetryConfig

__all__ = ["BackoffStrategy", "RetryConfig"]
