"""Bulk runs on Ray: workers on many machines, and a callable for pipelines of Ray Data.

    from mistralai.bulk import run
    from mistralai.bulk.ray import Ray

    run(client, "prompts.jsonl", "answers.jsonl", engine=Ray(workers=8, address="auto"))

The extra `ray` installs Ray. `docs/bulk.md` says when it helps.
"""

from .ask import Ask
from .crew import WorkerBrokeError, WorkersLostError
from .engine import Ray

__all__ = ["Ask", "Ray", "WorkerBrokeError", "WorkersLostError"]
