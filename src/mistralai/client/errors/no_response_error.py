"""An error of the generated SDK, for programs that raise or catch it."""

from .mistralerror import MistralClientError


class NoResponseError(MistralClientError):
    """No response was received. This package raises `APIConnectionError` instead."""

    def __init__(self, message: str = "No response received") -> None:
        super().__init__(message)
