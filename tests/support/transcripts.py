"""The recorded answers, which lie beside the project where someone has them."""

from pathlib import Path
from typing import Literal

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "transcripts"
SUFFIXES = {"chat-stream": "sse", "complete": "body", "errors": "body"}


def transcript_files(kind: Literal["chat-stream", "complete", "errors"]) -> list[Path]:
    """The recorded bodies of a kind, in the order of their names; none where there is no folder."""
    return sorted((RECORDED / kind).glob(f"*.{SUFFIXES[kind]}"))
