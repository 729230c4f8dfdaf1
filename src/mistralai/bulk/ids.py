"""The ids of a run's rows, each with the place of its row.

They are in a temporary database of sqlite, which is on disk once it has outgrown its cache, and
which the system removes whatever happens to the process.
"""

from __future__ import annotations

import sqlite3
from typing import Final

_CACHE_KIB: Final = 8 * 1024


class Ids:
    """A mapping from ids to the places of their rows."""

    def __init__(self) -> None:
        # An empty name is a private database on disk. One thread uses it at a time.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE ids (id BLOB PRIMARY KEY, place INT) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def add(self, row_id: str, place: int) -> bool:
        """Add an id; return False if it is there already, which leaves it as it is."""
        added = self._database.execute(
            "INSERT OR IGNORE INTO ids VALUES (?, ?)", (_key(row_id), place)
        )
        return added.rowcount == 1

    def place(self, row_id: str) -> int | None:
        """Return the place of an id's row, or `None`."""
        found: tuple[int] | None = self._database.execute(
            "SELECT place FROM ids WHERE id = ?", (_key(row_id),)
        ).fetchone()
        return None if found is None else found[0]

    def close(self) -> None:
        """Remove the database."""
        self._database.close()


def _key(row_id: str) -> bytes:
    return row_id.encode(errors="surrogatepass")  # JSON can escape half a character
