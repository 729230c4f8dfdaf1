"""The configuration of the current command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from .config import FILE_NAME, Config, load
from .folders import config_folder
from .output import Output

if TYPE_CHECKING:
    from pathlib import Path

_KEY: Final = "mistralai.cli.config"


def config_path() -> Path:
    """Return the path of the configuration file, which need not exist."""
    return config_folder() / FILE_NAME


def current_config() -> Config:
    """Return the configuration. The first call of a command line reads it and writes its warnings.

    Raises:
        UsageError: The file is malformed.
        OSError: The file cannot be read.
    """
    context = click.get_current_context()
    found: object = context.meta.get(_KEY)
    if isinstance(found, Config):
        return found
    config, warnings = load(config_path())
    context.ensure_object(Output).warn(warnings)
    context.meta[_KEY] = config
    return config
