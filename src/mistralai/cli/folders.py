"""The folders of the command line, as the platform has them.

On Linux they are those of the XDG base directory specification, and the variables XDG_CONFIG_HOME,
XDG_DATA_HOME and XDG_STATE_HOME move them. `make_folder` creates one when a file is written.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from platformdirs import PlatformDirs

_NAME: Final = "mistralai"
_MODE: Final = 0o700


def config_folder() -> Path:
    """Return the folder of `config.toml` and of the templates."""
    return _dirs().user_config_path


def data_folder() -> Path:
    """Return the folder of saved conversations."""
    return _dirs().user_data_path


def state_folder() -> Path:
    """Return the folder of the history of the prompt."""
    return _dirs().user_state_path


def make_folder(path: Path) -> None:
    """Create a folder that only its owner can read, and its parents.

    Raises:
        NotADirectoryError: There is a file in its place.
        OSError: It cannot be created.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        path.mkdir(_MODE, exist_ok=True)
    except FileExistsError:  # which a caller would read as: the session exists
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None


def _dirs() -> PlatformDirs:
    """Return the folders for the current environment, which a test may have changed."""
    from platformdirs import PlatformDirs

    return PlatformDirs(_NAME, appauthor=False)
