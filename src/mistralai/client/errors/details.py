"""What the API says of an error, apart from its status."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """The fields of an error body, whichever of its shapes they came in (wire-format section 7).

    Attributes:
        message: The API's sentence, or `None`.
        code: The API's code, such as `"1300"`; numbers are turned into strings.
        type: The API's type, such as `"rate_limited"`.
        param: The parameter that the error is about.
        raw_status_code: The status that the error would have had, where the body names it.
    """

    message: str | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None
    raw_status_code: int | None = None
