"""What the API says of an error, apart from its status."""

import re
from dataclasses import dataclass
from typing import Final

_STATUS: Final = re.compile("[45][0-9][0-9]")  # the API's own codes have four digits


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

    @property
    def status(self) -> int | None:
        """The status that the body names: `raw_status_code`, else a `code` from 400 to 599.

        vLLM and LiteLLM send the status as the code, LiteLLM as a string.
        """
        if self.raw_status_code is not None:
            return self.raw_status_code
        code = self.code
        return int(code) if code is not None and _STATUS.fullmatch(code) else None
