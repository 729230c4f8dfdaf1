"""A stand-in for type checkers and editors; see `_spellings`."""

from mistralai._spellings import step_aside
from mistralai.client.utils.eventstreaming import *  # noqa: F403 - every public name

step_aside(__name__)
