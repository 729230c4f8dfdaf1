"""Where the log of calls goes: the logger `mistralai`, or one that the caller passes.

With anything in the environment's MISTRAL_DEBUG it is written to standard error.
"""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .sdkconfiguration import Logger

_logger = logging.getLogger("mistralai")


def log_of(debug_logger: Logger | None) -> Callable[[str], object] | None:
    """What takes a line of the log, or `None` where nobody listens."""
    if debug_logger is not None:
        return partial(debug_logger.debug, "%s")
    if os.environ.get("MISTRAL_DEBUG"):
        _to_stderr()
    if not _logger.isEnabledFor(logging.DEBUG):
        return None
    return partial(_logger.debug, "%s")


def _to_stderr() -> None:
    """Write to standard error, once a process and unless the program has set the logger up."""
    if not _logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.DEBUG)
