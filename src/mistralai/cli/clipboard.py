"""The clipboard, through the terminal.

OSC 52 asks the terminal to fill its clipboard, also over ssh: `ESC ] 52 ; c ; BASE64 BEL` (xterm's
control sequences). A terminal may ignore it, and none answers.

tmux acts on the sequence if `set-clipboard` is `on`, and forwards it from inside its own DCS
sequence if `allow-passthrough` is. Both are sent: one that is not wanted has no effect.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .output import Output


def copy(text: str, output: Output) -> str:
    """Copy a text to the clipboard of the terminal.

    Args:
        text: The text.
        output: Its standard output or standard error must be a terminal.

    Returns:
        A remark for the user: how much was copied, or why nothing was.
    """
    if not text:
        return "(nothing to copy)"
    if not output.control(sequence(text, in_tmux=bool(output.environment.get("TMUX")))):
        return "(not copied: no terminal)"
    count = len(text)
    return f"(copied {count:,} character{'' if count == 1 else 's'})"


def sequence(text: str, *, in_tmux: bool) -> str:
    """Return the control sequence that fills the clipboard."""
    encoded = base64.b64encode(text.encode(errors="replace")).decode("ascii")
    plain = f"\x1b]52;c;{encoded}\a"
    if not in_tmux:
        return plain
    escaped = plain.replace("\x1b", "\x1b\x1b")
    return f"{plain}\x1bPtmux;{escaped}\x1b\\"
