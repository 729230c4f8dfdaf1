r"""Control characters of untrusted text.

A model, a recording or an error body may contain characters that move the cursor of a terminal, set
its title or fill the clipboard.
"""

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 without tab and line feed, DEL, C1 (ECMA-48, sections 5.2 and 5.3)."""


def harmless(text: str) -> str:
    r"""Show the control characters of a complete text as escapes, such as `\x1b` for ESC.

    CRLF becomes LF; tabs and line feeds are kept.
    """
    return _CONTROL.sub(_escape, text.replace("\r\n", "\n"))


def _escape(match: re.Match[str]) -> str:
    return f"\\x{ord(match[0]):02x}"
