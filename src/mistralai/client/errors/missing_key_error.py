"""The error for a call without an API key."""

from typing import ClassVar

from .mistralerror import MistralClientError
from .sdkerror import AuthenticationError


class MissingKeyError(MistralClientError, ValueError):
    """A call to one of Mistral's servers without an API key. Nothing was sent.

    Attributes:
        hint: Advice on how to fix it, part of the message.
    """

    hint: ClassVar[str] = AuthenticationError.hint

    def __init__(self, message: str = "there is no API key") -> None:
        super().__init__(f"{message}. {self.hint}")
