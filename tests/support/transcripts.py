"""The recorded answers, which are in a folder beside the project where it exists."""

from pathlib import Path
from typing import Literal, TypeAlias

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "transcripts"
SUFFIXES = {"chat-stream": "sse", "complete": "body", "errors": "body", "other-endpoints": "sse"}


Kind: TypeAlias = Literal["chat-stream", "complete", "errors", "other-endpoints"]


def transcript_files(kind: Kind, name: str = "*") -> list[Path]:
    """Return the recorded bodies of a kind in the order of their names; none without the folder.

    Args:
        kind: The folder.
        name: The names, as a pattern without their suffix.
    """
    return sorted((RECORDED / kind).glob(f"{name}.{SUFFIXES[kind]}"))
