"""The request of the recordings in tests."""

from typing import Any

from .raw_client import request_bytes

KEY = "sk-very-secret-key-123"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}


def wanted(body: Any = ASKED, **headers: str) -> bytes:
    """Return the request that is recorded, or one with another body, with the key."""
    return request_bytes(body, headers={"authorization": f"Bearer {KEY}", **headers})
