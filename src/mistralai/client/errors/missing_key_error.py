"""There is no key to send."""

from typing import ClassVar

from .mistralerror import MistralClientError
from .sdkerror import AuthenticationError


class MissingKeyError(MistralClientError, ValueError):
    """A call to one of Mistral's servers without an API key. Nothing was sent.

    Attributes:
        hint: What to do about it, part of the message.
    """

    hint: ClassVar[str] = AuthenticationError.hint

    def __init__(self, message: str = "there is no API key") -> None:
        super().__init__(f"{message}. {self.hint}")
