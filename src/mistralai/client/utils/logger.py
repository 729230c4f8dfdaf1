"""The logger `mistralai`, and the protocol of loggers that replace it.

If the environment variable MISTRAL_DEBUG is not empty, it writes to standard error, unless a
handler of the program takes the line.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_logger = logging.getLogger("mistralai")


class Logger(Protocol):
    """The protocol of `debug_logger`; a `logging.Logger` satisfies it."""

    def debug(self, msg: str, *args: object) -> object:
        """Log a message, formatted with `msg % args`."""
        ...


def get_default_logger() -> logging.Logger:
    """Return the logger for clients without a `debug_logger`, ready to write."""
    if os.environ.get("MISTRAL_DEBUG") and not _logger.handlers:  # else the program configured it
        handler = _Stderr()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.DEBUG)
    return _logger


class _Stderr(logging.StreamHandler[TextIO]):
    """A handler for lines that no other handler takes, looked up for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        if not any(_takes(handler, record) for handler in _inherited_handlers(_logger)):
            super().emit(record)


def _inherited_handlers(logger: logging.Logger) -> Iterator[logging.Handler]:
    """Yield the handlers of the loggers above a logger to which its records propagate."""
    while logger.propagate and logger.parent is not None:
        logger = logger.parent
        yield from logger.handlers


def _takes(handler: logging.Handler, record: logging.LogRecord) -> bool:
    return handler.level <= record.levelno and not isinstance(handler, logging.NullHandler)
