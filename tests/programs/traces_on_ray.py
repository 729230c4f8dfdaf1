"""A run on Ray whose driver and workers write their spans into one file.

Usage: traces_on_ray.py PROMPTS SPANS URL; the key is read from standard input.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from mistralai import Mistral
from mistralai.bulk import Limits, run
from mistralai.bulk.ray import Ray
from mistralai.telemetry import Telemetry


class Written(Telemetry):
    """Telemetry that writes a line for each span, and that can be sent to a worker."""

    def __init__(self, path: str) -> None:
        provider = TracerProvider(resource=Resource({"process.pid": os.getpid()}))
        file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115 - until the process ends
        exporter = ConsoleSpanExporter(out=file, formatter=line)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        super().__init__(tracer_provider=provider)
        self._path = path

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._path,)


def line(span: ReadableSpan) -> str:
    return f"{json.dumps(json.loads(span.to_json()))}\n"


def main() -> None:
    prompts, spans, url = sys.argv[1:]
    key = sys.stdin.readline().strip()
    ray: Any = import_module("ray")
    ray.init(include_dashboard=False, log_to_driver=False)  # before there is a provider
    settings: dict[str, Any] = {"api_key": key, "server_url": url, "observers": [Written(spans)]}
    stats = run(
        Mistral(**settings),
        Path(prompts),
        None,
        defaults={"model": "m"},
        limits=Limits(concurrency=8),
        engine=Ray(workers=2, settings=settings),
    )
    print("run:", stats.done, stats.failed, flush=True)


main()
