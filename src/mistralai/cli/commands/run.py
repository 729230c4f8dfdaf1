"""`mistralai run`: many prompts from a file, their answers into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

import click

from ..configured import optional_value
from ..engines import BATCH, OPTIONS, EngineOptions
from ..options import connection_options, model_option, pairs, passed_as, request_options
from ..scenario_names import is_scenario
from ..textfile import text_or_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..connection import Connection
    from ..output import Output
    from ..request_options import RequestOptions

P = ParamSpec("P")
R = TypeVar("R")

_EXAMPLES: Final = """\b
Examples:
  mistralai run prompts.jsonl -o answers.jsonl -m mistral-small-latest
  mistralai run prompts.jsonl -o answers.jsonl --rps 20 --tpm 2000000
  mistralai run prompts.jsonl -o answers.jsonl --rpm 600 --concurrency 16
  mistralai run prompts.jsonl -o answers.jsonl --max-errors 5% --attempts 5
  mistralai run prompts.jsonl -o answers.jsonl --keep-failed --row-timeout 60
  mistralai run prompts.jsonl -o answers.jsonl --skip-bad --dry-run
  mistralai run prompts.jsonl -o answers.jsonl --restart --ordered
  mistralai run rows.jsonl -o out.jsonl --engine ray --workers 8
  mistralai run rows.jsonl -o out.jsonl --engine ray --ray-address auto
  mistralai run rows.jsonl -o out.jsonl --engine batch --timeout-hours 48
  mistralai run rows.jsonl -o out.jsonl --engine batch --cancel
  mistralai run questions.csv -o answers.parquet --map prompt=question
  mistralai run reviews.txt -o out.jsonl -s "Good or bad?" --schema mood.json
  cat prompts.txt | mistralai run - -o - --stats-json run.json | jq .custom_id

\b
The same command again continues where the last one ended.
It continues with batch jobs, too: Ctrl-C leaves them at the server.
Exit codes: 0 every row is done, 7 some rows failed, 1 too many rows failed,
2 usage, 130 interrupted; those of `mistralai chat` for other reasons.
"""


def _simulates(text: str) -> bool:
    """Return whether a word after `--simulate` is its value: not the file of the prompts."""
    return not text.endswith(".jsonl") and is_scenario(text)


def _mapping(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Parse the values of `--map FIELD=COLUMN`."""
    form = "FIELD=COLUMN, for example prompt=question"
    return dict(pairs(values, form, may_be_empty=False))


def _max_errors(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> int | str | None:
    return int(value) if value is not None and value.isdecimal() else value


def _engine_options(command: Callable[Concatenate[EngineOptions, P], R]) -> Callable[P, R]:
    """Add the options of an `EngineOptions`."""
    return passed_as(EngineOptions, OPTIONS, command)


@click.command(cls=optional_value("--simulate", "auto", _simulates), epilog=_EXAMPLES)
@click.argument("prompts", type=click.Path(allow_dash=True), metavar="PROMPTS")
@click.option(
    "-o",
    "--output",
    "answers",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where the answers go, one line each; - is standard output. An existing file of the same"
    " run is continued.",
)
@click.option("-s", "--system", metavar="TEXT|@FILE", help="System prompt of rows that have none.")
@click.option("--schema", metavar="FILE|JSON", help="Request JSON of this schema.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    callback=_mapping,
    metavar="FIELD=COLUMN",
    help="A field that has another name in the input, for example prompt=question; may be"
    " repeated.",
)
@click.option("--skip-bad", is_flag=True, help="Let bad lines fail as rows, and ask the others.")
@click.option("--keep-failed", is_flag=True, help="Do not ask again what failed in an earlier run.")
@click.option("--ordered", is_flag=True, help="Sort the output as the input at the end.")
@click.option("--restart", is_flag=True, help="Start again; an existing output is kept as .old.")
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    default=128,
    show_default=True,
    metavar="N",
    help="Most rows that are asked at the same time; the run finds the level up to it.",
)
@click.option(
    "--rps", type=click.FloatRange(0, min_open=True), metavar="N", help="Most requests per second."
)
@click.option(
    "--rpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Most requests per minute."
)
@click.option(
    "--tpm",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Most tokens per minute, of prompts and answers.",
)
@click.option(
    "--attempts",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    metavar="N",
    help="Most requests for a row; those that the server refused as too many are not counted.",
)
@click.option(
    "--row-timeout",
    type=click.FloatRange(0, min_open=True),
    default=900.0,
    show_default=True,
    metavar="SECONDS",
    help="Most time for a row from its first request, waits included.",
)
@click.option(
    "--max-errors",
    callback=_max_errors,
    metavar="N|P%",
    help="Stop if more rows than this fail; a percentage applies after 100 rows.",
)
@click.option(
    "--stats-json",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the figures of the run to this file, as JSON.",
)
@_engine_options
@click.option("--dry-run", is_flag=True, help="Read the input, say what would be asked, and exit.")
@model_option()
@request_options
@connection_options
@click.pass_context
def run(
    context: click.Context,
    connection: Connection,
    request: RequestOptions,
    engine: EngineOptions,
    *,
    prompts: str,
    answers: str,
    system: str | None,
    schema: str | None,
    mapping: dict[str, str],
    skip_bad: bool,
    keep_failed: bool,
    ordered: bool,
    restart: bool,
    concurrency: int,
    rps: float | None,
    rpm: float | None,
    tpm: float | None,
    attempts: int,
    row_timeout: float,
    max_errors: int | str | None,
    stats_json: str | None,
    dry_run: bool,
) -> None:
    """Ask every row of PROMPTS, and write the answers as they end.

    PROMPTS is a file of lines, or - for standard input: texts, JSON with "prompt" or "messages" and
    other fields of a request, or lines of a batch file ("custom_id", "body"). It may be .csv or
    .parquet.
    """
    from ...bulk import Limits
    from ..running import Running

    engine.check(context, records=connection.record is not None)
    if schema is not None:
        from ..schema import Schema

        request.response_format = Schema(schema).response_format
    defaults = request.defaults()
    if system is not None:
        defaults["messages"] = [{"role": "system", "content": text_or_file(system)}]
    limits = Limits(
        concurrency=concurrency,
        requests_per_second=rps,
        requests_per_minute=rpm,
        tokens_per_minute=tpm,
        attempts=attempts,
        row_timeout=row_timeout,
        max_errors=max_errors,
    )
    output: Output = context.obj
    running = Running(
        connection,
        output,
        prompts,
        answers,
        stats_json=stats_json,
        in_jobs=engine.kind == BATCH,
        cancels=engine.cancel,
        settings={
            "defaults": defaults,
            "limits": limits,
            "mapping": mapping,
            "skip_bad": skip_bad,
            "keep_failed": keep_failed,
            "ordered": ordered,
            "restart": restart,
            **engine.settings(),
        },
    )
    if dry_run:
        running.plan()
    else:
        context.exit(running.run())
