"""An error of callers' own code, kept for those who raise or catch it."""

from .mistralerror import MistralClientError


class NoResponseError(MistralClientError):
    """There is no response to speak of. This package raises `APIConnectionError` instead."""

    def __init__(self, message: str = "No response received") -> None:
        super().__init__(message)
