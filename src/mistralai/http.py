"""For type checkers and editors; see `_spellings`."""

from mistralai._spellings import step_aside
from mistralai.client.http import *  # noqa: F403 - whatever that module has

step_aside(__name__)
