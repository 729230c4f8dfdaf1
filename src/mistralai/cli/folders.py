"""The folders of the command line, as the platform has them.

On Linux they are those of the XDG base directory specification, and the variables XDG_CONFIG_HOME,
XDG_DATA_HOME and XDG_STATE_HOME move them. Nothing here creates a folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from platformdirs import PlatformDirs

_NAME = "mistralai"


def config_folder() -> Path:
    """Return the folder of `config.toml` and of what else a person writes."""
    return _dirs().user_config_path


def data_folder() -> Path:
    """Return the folder of saved conversations."""
    return _dirs().user_data_path


def state_folder() -> Path:
    """Return the folder of the history of the prompt."""
    return _dirs().user_state_path


def _dirs() -> PlatformDirs:
    """Return the folders for the current environment, which a test may have changed."""
    from platformdirs import PlatformDirs

    return PlatformDirs(_NAME, appauthor=False)
