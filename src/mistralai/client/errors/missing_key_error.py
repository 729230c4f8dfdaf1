"""The error for a call without an API key."""

from typing import ClassVar

from .mistralerror import MistralClientError


class MissingKeyError(MistralClientError, ValueError):
    """A call to one of Mistral's servers without an API key. Nothing was sent.

    Attributes:
        hint: Advice on how to fix it, part of the message.
    """

    hint: ClassVar[str] = (
        "Set the environment variable MISTRAL_API_KEY, or pass api_key to the client;"
        " keys are made at https://console.mistral.ai"
    )

    def __init__(self, message: str = "there is no API key") -> None:
        super().__init__(f"{message}. {self.hint}")
