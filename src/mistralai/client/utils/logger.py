"""The logger `mistralai`, and what takes its place.

With anything in the environment's MISTRAL_DEBUG it writes to standard error, unless the program's
own handlers write the line somewhere.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

_logger = logging.getLogger("mistralai")


class Logger(Protocol):
    """What `debug_logger` takes; a `logging.Logger` is one."""

    def debug(self, msg: str, *args: object) -> object:
        """Take a message and the arguments of its percent signs."""
        ...


def get_default_logger() -> logging.Logger:
    """Return the logger of calls whose client was given no `debug_logger`, ready to write."""
    if os.environ.get("MISTRAL_DEBUG") and not _logger.handlers:  # else the program set it up
        handler = _Stderr()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.DEBUG)
    return _logger


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes what no other handler takes; which there are is looked up for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        if not any(_takes(handler, record) for handler in _above(_logger)):
            super().emit(record)


def _above(logger: logging.Logger) -> Iterator[logging.Handler]:
    """The handlers that a logger passes its records on to."""
    while logger.propagate and logger.parent is not None:
        logger = logger.parent
        yield from logger.handlers


def _takes(handler: logging.Handler, record: logging.LogRecord) -> bool:
    return handler.level <= record.levelno and not isinstance(handler, logging.NullHandler)
