"""The recorded answers, which are in a folder beside the project where it exists."""

from pathlib import Path
from typing import Literal

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "transcripts"
SUFFIXES = {"chat-stream": "sse", "complete": "body", "errors": "body"}


def transcript_files(kind: Literal["chat-stream", "complete", "errors"]) -> list[Path]:
    """Return the recorded bodies of a kind in the order of their names; none without the folder."""
    return sorted((RECORDED / kind).glob(f"*.{SUFFIXES[kind]}"))
