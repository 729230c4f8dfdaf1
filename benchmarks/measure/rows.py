"""A file of prompts, answered into another file."""

import json
import tempfile
from pathlib import Path

from .spent import memory, spending

WARM_UP = 50
"""Rows of a run before the measured one, which loads what is imported late."""


def asked(client, base, *, rows, concurrency, **_):
    """Return the rows per second, and the CPU of the process per row."""
    with tempfile.TemporaryDirectory() as folder:
        getattr(client, "begin", lambda: None)()
        for name, count in (("warm-up", WARM_UP), ("measured", rows)):
            source, target = Path(folder, f"{name}.jsonl"), Path(folder, f"{name}.out.jsonl")
            _write(source, name, count)
            with spending() as spent:
                answered = client.ask_rows(base, source, target, concurrency)
            if answered != count:
                raise AssertionError(f"{answered} rows answered, not {count}")
    return {"rows_per_s": rows / spent.wall, "cpu_us": spent.cpu * 1e6 / rows}


def remembered(client, base, *, rows, concurrency, **_):
    """Return the memory after a tenth of the rows, and how much more there is after all of them."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "rows.jsonl"), Path(folder, "out.jsonl")
        _write(source, "memory", rows)
        at = {}

        def finished(count):
            if count in {rows // 10, rows}:
                at[count] = memory() / 2**20

        client.ask_and_count(base, source, target, concurrency, finished)
    return {"first_mib": at[rows // 10], "more_mib": at[rows] - at[rows // 10]}


def _write(file, name, count):
    with file.open("w") as lines:
        for number in range(count):
            prompt = f"Question {number} of {name}: why is the sky blue?"
            lines.write(json.dumps({"custom_id": f"row-{number}", "prompt": prompt}) + "\n")
