"""`mistralai embed`: vectors of texts."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

import click

from ..configured import optional_value
from ..options import connection_options, model_option
from ..scenario_names import is_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..connection import Connection
    from ..embedding import Embedding, Text
    from ..output import Output

_EXAMPLES: Final = """\b
Examples:
  mistralai embed "Hello" | jq .embedding
  mistralai embed --lines questions.txt > vectors.jsonl
  mistralai embed --csv --dimensions 256 -m codestral-embed "x = 1" "y = 2"
  git log --format=%s | mistralai embed --lines - --batch 32
"""
_BATCH: Final = 128
"""Texts per request. The API accepts 512, but a short request is cheaper to repeat."""


@click.command(cls=optional_value("--simulate", "auto", is_scenario), epilog=_EXAMPLES)
@click.argument("texts", nargs=-1)
@click.option(
    "--lines",
    type=click.File("rb"),
    metavar="FILE",
    help="Embed each line of this file that is not blank; - is standard input.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV instead of JSON.")
@click.option(
    "--dimensions",
    type=click.IntRange(1),
    metavar="N",
    help="Length of the vectors, for models that offer a choice, for example --dimensions 256.",
)
@click.option(
    "--dtype",
    metavar="TYPE",
    help="Type of the numbers: float, int8, uint8, binary or ubinary, for example --dtype int8.",
)
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=_BATCH,
    show_default=True,
    metavar="N",
    help="Maximum number of texts per request.",
)
@model_option("mistral-embed", None, example="codestral-embed")
@connection_options
@click.pass_obj
def embed(
    output: Output,
    connection: Connection,
    *,
    texts: tuple[str, ...],
    lines: io.BufferedReader | None,
    as_csv: bool,
    dimensions: int | None,
    dtype: str | None,
    batch: int,
    model: str,
) -> None:
    """Embed TEXTS as vectors.

    Each text gives a line of JSON with `index`, `text` and `embedding`, in order. Without TEXTS,
    standard input is one text.
    """
    from ..embedding import embed as embed_texts

    if texts and lines is not None:
        raise click.UsageError("TEXTS and --lines are mutually exclusive")
    fields: dict[str, Any] = {"model": model}
    if dimensions is not None:
        fields["output_dimension"] = dimensions
    if dtype is not None:
        fields["output_dtype"] = dtype
    write = _write_csv if as_csv else _write_json
    with connection.client(output) as client, output.waiting(model):
        found = embed_texts(client, _texts(texts, lines), fields, batch)
        count = write(output, found)
    if not count:
        raise click.UsageError("no text: pass one, pipe one in, or name a file with --lines")


def _texts(texts: tuple[str, ...], lines: Iterable[bytes] | None) -> Iterator[Text]:
    """Yield the texts. A line that is blank counts, but has no text."""
    from ..embedding import Text
    from ..stdin import joined, piped

    if lines is not None:
        decoded = (line.decode("utf-8-sig", errors="replace") for line in lines)
        found: Iterable[str] = (line.rstrip("\r\n") for line in decoded)
    else:
        found = (joined(text, "") for text in texts) if texts else (piped().rstrip("\n"),)
    yield from (Text(index, text) for index, text in enumerate(found) if text.strip())


def _write_json(output: Output, embeddings: Iterable[Embedding]) -> int:
    count = 0
    for count, embedding in enumerate(embeddings, 1):  # noqa: B007 - the last one counts
        text = embedding.text
        row = {"index": text.index, "text": text.text, "embedding": embedding.vector}
        output.write(f"{json.dumps(row)}\n")
    return count


def _write_csv(output: Output, embeddings: Iterable[Embedding]) -> int:
    """Write a row of index, text and numbers for each text, below a header."""
    count = 0
    for count, embedding in enumerate(embeddings, 1):
        vector = embedding.vector
        numbers = [vector] if isinstance(vector, str) else vector
        if count == 1:
            names = (f"e{place}" for place in range(len(numbers)))
            output.write(_row(["index", "text", *names]))
        output.write(_row([embedding.text.index, embedding.text.text, *numbers]))
    return count


def _row(values: Iterable[object]) -> str:
    import csv

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
