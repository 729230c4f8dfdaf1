"""The details of an error that its body gives, in addition to the status."""

import re
from dataclasses import dataclass
from typing import Final

_STATUS: Final = re.compile("[45][0-9][0-9]")  # the codes of the API itself have four digits


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """The fields of an error body, in whichever of its shapes (wire-format section 7).

    Attributes:
        message: The API's message, or `None`.
        code: The API's code, such as `"1300"`; numbers are converted to strings.
        type: The API's type, such as `"rate_limited"`.
        param: The parameter that the error is about.
        raw_status_code: The HTTP status that belongs to the error, if the body gives it.
    """

    message: str | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None
    raw_status_code: int | None = None

    @property
    def status(self) -> int | None:
        """The status in the body: `raw_status_code`, else a `code` from 400 to 599.

        vLLM and LiteLLM send the status as the code, LiteLLM as a string.
        """
        if self.raw_status_code is not None:
            return self.raw_status_code
        if self.code is not None and _STATUS.fullmatch(self.code):
            return int(self.code)
        return None
