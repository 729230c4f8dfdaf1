"""Requests as a call makes them."""

from mistralai.client._call.request import Key, Request

KEY = "a-key-that-nobody-may-see"
URL = "https://api.mistral.ai/v1/chat/completions"


def request(url: str = URL, key: object = KEY, **given: object) -> Request:
    """Return a request with the key."""
    return Request("POST", url, Key(key), **given)
