"""The error for a request with a wrong field, status 422."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from ..types import BaseModel
from ..types.lenient import Lenient
from .mistralerror import MESSAGE_LIMIT, MistralError, excerpt

if TYPE_CHECKING:
    import httpx2


_VALUE_LIMIT: Final = 80  # characters of a wrong value that a message shows
_SUBJECT: Final = "Input"  # the subject of pydantic's sentences, "Input should be a valid string"


class ValidationError(BaseModel):
    """One wrong field: its location and the reason (wire-format section 7, shape 4)."""

    loc: Annotated[list[str | int], Lenient(list)] = Field(default_factory=list[str | int])
    msg: Annotated[str, Lenient(str)] = ""
    type: Annotated[str, Lenient(str)] = ""
    input: Any = None
    ctx: Any = None

    def __str__(self) -> str:
        parts = self.loc if type(self.loc) is list else [self.loc]  # a wrong value is kept
        where = ".".join(str(part) for part in parts if part != "body")
        said = str(self.msg)
        if not where:
            return said
        if "input" not in self.model_fields_set or self.type == "missing":
            return f"{where}: {said}"  # the value is that of the whole object
        value = excerpt(repr(self.input), _VALUE_LIMIT)
        if said.startswith(_SUBJECT):
            return f"{where} is {value}; it{said.removeprefix(_SUBJECT)}"
        return f"{where} is {value}: {said}"


class HTTPValidationErrorData(BaseModel):
    """The body of a 422."""

    detail: list[ValidationError] | None = None

    def __str__(self) -> str:
        return "; ".join(str(error) for error in self.detail or ())


@dataclass(init=False, repr=False, eq=False)
class HTTPValidationError(MistralError):
    """422: the API refused the request because a field of it is wrong.

    Attributes:
        data: The body of the response; `data.detail` lists the wrong fields.
    """

    data: HTTPValidationErrorData

    def __init__(
        self,
        data: HTTPValidationErrorData,
        raw_response: httpx2.Response,
        body: str | None = None,
    ) -> None:
        super().__init__("", raw_response, body)
        self.data = data
        self.message = excerpt(str(data) or self.body or "the request is not valid", MESSAGE_LIMIT)
        self.args = (self.message,)
