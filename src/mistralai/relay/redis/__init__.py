"""Logs in Redis, for relays of many processes: `RedisStore`.

`scripts` says what is in Redis and what is true after each write.
"""

from .store import RedisStore

__all__ = ["RedisStore"]
