"""The table of every endpoint in `docs/reach.md`: written by `make docs/reach.md`, below a heading.

The endpoints are those of the generated SDK (`tests/data/endpoints.json`, by `sdk_endpoints.py`).
What is typed is what the client has a method for, under the same name.
"""

import json
from functools import cache
from itertools import groupby
from pathlib import Path

from mistralai.client import Mistral
from support.pages import DOCS

ENDPOINTS = Path(__file__).parent.parent / "data" / "endpoints.json"
PAGE = DOCS / "reach.md"
HEADING = "## Every endpoint\n"

_INTRODUCTION = """
The generated SDK 3.7.0 has {count} methods that call the API. {typed} are typed here: this client
has methods with the same names and keywords. Each of the others has a raw call, in which `...`
is what you send, and a name in braces is a variable. Each call has an `_async` twin.

Methods that are built on these are not in the table, such as `chat.parse` (typed),
`beta.conversations.run_async` and `workflows.execute_workflow_and_wait`. Nor are those that open
WebSockets, below `audio.realtime`.
"""
_CALLS = {"whole": "request", "events": "stream_request", "pieces": "stream_bytes"}


@cache
def endpoints():
    """Return each endpoint by the name of the SDK's method, `files.upload`."""
    return json.loads(ENDPOINTS.read_bytes())


@cache
def is_typed(call):
    """Return whether the client has a method under this name."""
    found = Mistral(api_key="key")
    for name in call.split("."):
        found = getattr(found, name, None)
    return callable(found)


def raw_calls(endpoint):
    """Return the raw calls of an endpoint: two where it streams if asked to."""
    return [
        f"client.{_CALLS[answer]}({', '.join(_arguments(endpoint, answer))})"
        for answer in endpoint["answers"]
    ]


def _arguments(endpoint, answer):
    path = json.dumps(endpoint["path"])
    yield json.dumps(endpoint["method"])
    yield f"f{path}" if "{" in path else path
    streamed = answer == "events"
    match endpoint["body"]:
        case "json":
            yield 'json={..., "stream": True}' if streamed else "json={...}"
        case "multipart":
            yield 'files={"file": ...}'
            if data := [name for name in endpoint["fields"] if name not in {"file", "stream"}]:
                streaming = ', "stream": "true"' if streamed else ""
                yield f"data={{{_named(data)}{streaming}}}"
    if endpoint["query"]:
        yield f"params={{{_named(endpoint['query'])}}}"


def _named(names):
    return ", ".join(f"{json.dumps(name)}: ..." for name in names)


def table():
    """Return the part of the page below its heading."""
    rows = [(*call.rpartition(".")[::2], row) for call, row in endpoints().items()]
    typed = {call for call in endpoints() if is_typed(call)}
    lines = [HEADING, _INTRODUCTION.format(count=len(rows), typed=len(typed)).lstrip("\n")]
    for resource, found in groupby(sorted(rows, key=lambda row: row[0]), lambda row: row[0]):
        lines += [f"### {resource}\n", "| generated SDK | endpoint | here |\n| --- | --- | --- |"]
        for _, name, row in found:
            here = (
                "typed"
                if f"{resource}.{name}" in typed
                else "<br>".join(f"`{call}`" for call in raw_calls(row))
            )
            lines.append(f"| `{resource}.{name}` | `{row['method']} {row['path']}` | {here} |")
        lines[-1] += "\n"
    return "\n".join(lines)


if __name__ == "__main__":
    above = PAGE.read_text("utf-8").partition(HEADING)[0]
    PAGE.write_text(above + table(), "utf-8")
