"""The credentials of a client."""

from collections.abc import Iterator
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, ConfigDict, Field
from typing_extensions import TypedDict

from ..types.basemodel import BaseModel
from ..types.secret import Secret

__all__ = ["Security", "SecurityTypedDict"]


def _unseen(key: str | None) -> str | None:
    return None if key is None else Secret(key)


class Security(BaseModel):
    """The API key of a client, as `client.sdk_configuration.security` has it.

    `api_key` is the key itself. It does not appear in reprs, dumps or validation errors, and
    pickling raises `TypeError`.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, validate_assignment=True)

    api_key: Annotated[str | None, AfterValidator(_unseen), Field(exclude=True)] = None

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show whether there is a key."""
        yield "api_key", _unseen(self.api_key)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("an API key is not pickled; make the client where it is used")


class SecurityTypedDict(TypedDict):
    """`Security`, written as a dict."""

    api_key: NotRequired[str]
