"""Runs of many prompts, and their files."""

import json
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from mistralai import Mistral
from mistralai.simulator import Simulator

MODEL = {"model": "m"}
"""The defaults of most runs."""


@contextmanager
def served(scenario="auto", **settings):
    """Run a simulator, and yield it with a client."""
    with Simulator(scenario, **settings) as sim, Mistral("key", server_url=sim.url) as client:
        yield sim, client


def write_prompts(path: Path, count: int, first: int = 1) -> Path:
    """Write prompts, one text per line."""
    lines = (f"Prompt {number}\n" for number in range(first, first + count))
    path.write_text("".join(lines), "utf-8")
    return path


def lines_of(path: Path) -> list[dict]:
    """Read the lines of an output."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ids_of(path: Path) -> list[str]:
    """Read the ids of an output, in order."""
    return [line["custom_id"] for line in lines_of(path)]


def numbers(count: int) -> list[str]:
    """Return the ids of lines without ids."""
    return [str(number) for number in range(1, count + 1)]


def asked(sim) -> Counter:
    """Count the requests of a simulator by the text of their last message."""
    return Counter(request.json["messages"][-1]["content"] for request in sim.requests)
