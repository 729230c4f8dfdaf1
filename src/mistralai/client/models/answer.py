"""What whole answers have in common."""

from collections.abc import Mapping
from typing import Self

from ..types.basemodel import BaseModel

__all__ = ["Answer"]


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
