"""Runs in batch jobs: half the price, and up to a day.

    from mistralai.bulk.batch import Batch

    stats = run(client, "prompts.jsonl", "answers.jsonl", engine=Batch())

docs/bulk.md is the guide.
"""

from .engine import Batch
from .errors import BatchJobError

__all__ = ["Batch", "BatchJobError"]
