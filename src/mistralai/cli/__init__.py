"""The command `mistralai`: chat with a model in the terminal, in a pipe and in a script.

It stands on top of the package and uses its public names. What it needs beside the
package is the extra `cli`. In a pipe neither rich nor prompt_toolkit is loaded.
"""

from __future__ import annotations

import sys

_EXTRA = frozenset({"click", "jsonschema", "markdown_it", "prompt_toolkit", "rich"})


def main() -> int:
    """Run the command line of this process; say what is missing where the extra is.

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
    except KeyboardInterrupt:  # before there was anything to interrupt
        return 130
