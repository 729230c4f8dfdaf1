"""`api_key_command` of the configuration: a command that prints the key."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING, Final

from .failure import AUTHENTICATION, CommandError
from .stdin import is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

_HINT: Final = "`mistralai config show` has the command; run it yourself to see what it prints."


def printed_key(command: str) -> str:
    """Run a command without a shell, and return the first line of its output.

    Its standard error is that of this process, so that a password manager can ask. It reads
    standard input only if that is a terminal: a pipe is the prompt of `chat`.

    Raises:
        CommandError: The command cannot be run, failed, or printed nothing. The message contains
            neither the output nor the arguments.
    """
    words = _words(command)
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, from his configuration
            words,
            stdin=None if is_terminal() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
        )
    except OSError as error:
        raise _failed(words, f"cannot be run: {error.strerror}") from error
    if done.returncode:
        raise _failed(words, f"exited with status {done.returncode}")
    key = done.stdout.decode(errors="replace").partition("\n")[0].strip()
    if not key:
        raise _failed(words, "printed no key on its first line")
    return key


def _words(command: str) -> Sequence[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        message = f"api_key_command is not a valid command line: {error}."
        raise CommandError(message, _HINT, code=AUTHENTICATION) from error


def _failed(words: Sequence[str], how: str) -> CommandError:
    return CommandError(f"api_key_command: {words[0]!r} {how}.", _HINT, code=AUTHENTICATION)
