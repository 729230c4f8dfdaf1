"""Ask rows in pipelines of Ray Data; standard input has the key, the argument is the server.

Prints one line of JSON per pipeline, after `run:`: the result for each row.
"""

import json
import logging
import sys
from importlib import import_module
from typing import Any

from mistralai.bulk.ray import Ask

ROWS = 40


def main() -> None:
    url, key = sys.argv[1], sys.stdin.readline().strip()
    ray: Any = import_module("ray")
    data: Any = import_module("ray.data")
    context: Any = data.DataContext.get_current()
    context.enable_progress_bars = False
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    made: dict[str, Any] = {
        "fn_constructor_args": ({"api_key": key, "server_url": url}, {"model": "m"}),
        "compute": data.ActorPoolStrategy(size=1),
    }
    questions: list[dict[str, Any]] = [{"n": n, "prompt": f"Prompt {n}"} for n in range(ROWS)]
    questions[7]["prompt"] = None  # a row without a question
    rows = data.from_items(questions, override_num_blocks=2)
    told = data.from_items(
        [{"n": n, "messages": [{"role": "user", "content": f"Prompt {n}"}]} for n in range(ROWS)]
    )
    for answered in (
        rows.map(Ask, **made),
        rows.map_batches(Ask, batch_size=10, **made),
        told.map_batches(Ask, batch_size=10, **made),
    ):
        found = sorted(answered.take_all(), key=lambda row: row["n"])  # blocks end in any order
        print("run:", json.dumps([answer_of(row) for row in found]), flush=True)


def answer_of(row: dict[str, Any]) -> list[Any]:
    """Return the text of an answer, or the type of its error, and the number of attempts."""
    if row["error"] is not None:
        return [json.loads(row["error"])["type"], row["attempts"]]
    message = json.loads(row["response"])["choices"][0]["message"]
    return [message["content"], row["attempts"]]


main()
