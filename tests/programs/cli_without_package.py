"""Run the command line in an interpreter that cannot import a package, as without the extra.

The first argument is the package, the others are the command line.
"""

import sys

package = sys.argv.pop(1)
sys.modules[package] = None  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]

from mistralai.cli import main  # noqa: E402 - after the package is gone

sys.exit(main())
