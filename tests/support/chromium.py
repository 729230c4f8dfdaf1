"""Chromium of this machine, without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

_NAMES = ("chromium", "chromium-browser")
_PATH = next(filter(None, map(shutil.which, _NAMES)), None)

CHROMIUM = _PATH if find_spec("playwright") else None
"""Its path; `None` where it, or playwright, is not installed."""


@contextmanager
def open_chromium() -> Iterator[Any]:
    """Open a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
