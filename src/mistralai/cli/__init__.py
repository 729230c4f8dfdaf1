"""The command `mistralai`: chat with a model in the terminal, in a pipe and in a script.

It uses the public names of the package. Its other dependencies are the extra `cli`.
In a pipe neither rich nor prompt_toolkit is loaded.
"""

from __future__ import annotations

import sys

_EXTRA = frozenset(
    {"click", "jsonschema", "markdown_it", "platformdirs", "prompt_toolkit", "rich", "tomlkit"}
)


def main() -> int:
    """Run the command line of this process. Name the missing package if the extra is not installed.

    Returns:
        The exit code.
    """
    try:
        from .app import run

        return run()
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(
            f"mistralai: the command line needs {missing.name}: pip install 'mistralai[cli]'\n"
        )
        return 1
    except KeyboardInterrupt:  # while modules are imported
        return 130
