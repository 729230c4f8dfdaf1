"""How to retry, under the names that programs import from here."""

from ..retry import BackoffStrategy, RetryConfig

__all__ = ["BackoffStrategy", "RetryConfig"]
