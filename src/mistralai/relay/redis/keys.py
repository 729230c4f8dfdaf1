"""The names of the keys of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one answer, which share a hash tag.

    Attributes:
        state: A hash: whose log it is, its numbers, how it ended.
        lease: Exists as long as the producer is alive.
        readers: A sorted set: the processes that follow, by the time at which each is forgotten.
        logs: The beginning of the names of its streams; the id of a run follows.
    """

    state: str
    lease: str
    readers: str
    logs: str

    @classmethod
    def of(cls, prefix: str, key: str) -> Keys:
        """Return the names for an answer. `key` may have any characters, braces too."""
        tagged = f"{prefix}:{{{quote(key, safe='', errors='surrogatepass')}}}"
        return cls(f"{tagged}:state", f"{tagged}:lease", f"{tagged}:readers", f"{tagged}:log:")

    def log(self, run: str) -> str:
        """Return the name of the stream of a run."""
        return self.logs + run
