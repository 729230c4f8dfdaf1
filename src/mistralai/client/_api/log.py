"""The choice of a log for a call: the logger `mistralai`, or one that the caller passes."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from ..utils.logger import get_default_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..utils.logger import Logger


def log_of(debug_logger: Logger | None) -> Callable[[str], object] | None:
    """Return the function that logs a line, or `None` if debug lines are not enabled."""
    if debug_logger is not None:
        return partial(debug_logger.debug, "%s")
    logger = get_default_logger()
    return partial(logger.debug, "%s") if logger.isEnabledFor(logging.DEBUG) else None
