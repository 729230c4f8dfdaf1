"""Bulk runs: many prompts are asked, answers are written as they end, and a run survives a crash.

    from mistralai.bulk import Limits, run

    defaults = {"model": "mistral-small-latest"}
    stats = run(client, "prompts.jsonl", "answers.jsonl", defaults=defaults)

`Run` is the same for asyncio and trio. docs/bulk.md is the guide.
"""

from .errors import (
    BulkError,
    InputError,
    MissingExtraError,
    OutputError,
    ResumeError,
    TooManyErrorsError,
)
from .job import Run
from .limits import Limits
from .outcomes import Outcome, RowError, RowTiming
from .plans import Plan
from .script import run
from .sources import Input
from .stats import Failures, Stats

__all__ = [
    "BulkError",
    "Failures",
    "Input",
    "InputError",
    "Limits",
    "MissingExtraError",
    "Outcome",
    "OutputError",
    "Plan",
    "ResumeError",
    "RowError",
    "RowTiming",
    "Run",
    "Stats",
    "TooManyErrorsError",
    "run",
]
