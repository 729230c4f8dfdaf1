"""The base of whole answers."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Self

from ..types.basemodel import BaseModel

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer"]

_collected: ContextVar[dict[int, "httpx2.Response"] | None] = ContextVar("_collected", default=None)


class Answer(BaseModel):
    """A whole answer with the headers of its response, which dumps and comparisons leave out."""

    __slots__ = ("_headers", "_request_id")

    def attach_response(self, headers: Mapping[str, str], request_id: str | None) -> Self:
        """Set the headers of the response and the API's id of the request; return the answer."""
        object.__setattr__(self, "_headers", headers)
        object.__setattr__(self, "_request_id", request_id)
        return self

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response; empty for an answer that did not come from a response."""
        headers: Mapping[str, str] = getattr(self, "_headers", {})
        return headers

    @property
    def request_id(self) -> str | None:
        """The API's id of the request (wire-format section 8), or `None`."""
        request_id: str | None = getattr(self, "_request_id", None)
        return request_id


@contextmanager
def collecting_responses() -> Generator[dict[int, "httpx2.Response"], None, None]:
    """Collect the responses of the answers received inside the `with`, by the `id()` of the answer.

    An answer does not hold its response, which would keep the request and all of its messages.
    """
    responses: dict[int, httpx2.Response] = {}
    token = _collected.set(responses)
    try:
        yield responses
    finally:
        _collected.reset(token)


def collected_responses() -> "dict[int, httpx2.Response] | None":
    """Return the dict that `collecting_responses` fills, or `None` outside of it."""
    return _collected.get()
