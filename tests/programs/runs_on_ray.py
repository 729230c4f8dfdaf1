"""Run prompts with workers on Ray, once per address of a server; standard input has the key.

Prints the figures of each run, or the class of the error that ended it, after `run:`: Ray
prints as well. The first run is in a
cluster of its own, or in the one that `--connected` connects to before.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from mistralai import Mistral
from mistralai.bulk import Limits, run
from mistralai.bulk.ray import Ray
from mistralai.errors import MistralClientError

LEVEL = 16


def main() -> None:
    connected, prompts, answers, *urls = sys.argv[1:]
    key = sys.stdin.readline().strip()
    if connected == "--connected":
        ray: Any = import_module("ray")
        ray.init(include_dashboard=False, log_to_driver=False)
    for number, url in enumerate(urls):
        try:
            stats = run(
                Mistral(key, server_url=url),
                Path(prompts),
                Path(answers).with_suffix(f".{number}.jsonl"),
                defaults={"model": "m"},
                limits=Limits(concurrency=LEVEL),
                engine=Ray(workers=2),
            )
        except MistralClientError as error:
            print("run:", type(error).__name__, flush=True)
        else:
            print("run:", stats.done, stats.failed, stats.resumed, stats.requests, flush=True)


main()
