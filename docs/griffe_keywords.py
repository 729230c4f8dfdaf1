"""An extension of griffe, which reads the source for the reference (`mkdocs.yml`).

`client/_api/keywords.py` has a class `TypedDict` derived from the imported one. griffe takes
the two for one class that inherits from itself, and then shows no inherited keys of parameters.
"""

from typing import Any

import griffe


class BreakCycles(griffe.Extension):
    """Drop the bases of a class that seem to be the class itself."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Compare each base with the class by name."""
        cls.bases = [base for base in cls.bases if str(base) != cls.name]
