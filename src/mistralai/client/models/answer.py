"""What whole answers have in common."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Self

from ..types.basemodel import BaseModel

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer"]

_kept: ContextVar[dict[int, "httpx2.Response"] | None] = ContextVar("_kept", default=None)


class Answer(BaseModel):
    """A whole answer, which knows what it came with. Dumps, copies and comparisons do not."""

    __slots__ = ("_headers", "_request_id")

    def came_with(self, headers: Mapping[str, str], request_id: str | None) -> Self:
        """Remember the answer's headers and the id by which the API knows the request."""
        object.__setattr__(self, "_headers", headers)
        object.__setattr__(self, "_request_id", request_id)
        return self

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers; empty where it came from elsewhere."""
        headers: Mapping[str, str] = getattr(self, "_headers", {})
        return headers

    @property
    def request_id(self) -> str | None:
        """The id by which the API knows the request (wire-format section 8), or `None`."""
        request_id: str | None = getattr(self, "_request_id", None)
        return request_id


@contextmanager
def responses_kept() -> Generator[dict[int, "httpx2.Response"], None, None]:
    """Give the responses of the answers that come inside the `with`, each by its answer's `id`.

    An answer holds none itself: a response holds the request, and so all of its messages.
    """
    kept: dict[int, httpx2.Response] = {}
    token = _kept.set(kept)
    try:
        yield kept
    finally:
        _kept.reset(token)


def kept_responses() -> "dict[int, httpx2.Response] | None":
    """Where the responses of answers go, inside `responses_kept`."""
    return _kept.get()
