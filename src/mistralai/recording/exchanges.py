"""The exchanges of a recording, and how they are read from its lines."""

import base64
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

Ending: TypeAlias = Literal["complete", "closed", "cut"]
"""How a response body ended: complete, closed early by the client, or cut by an error."""


class RecordingError(ValueError):
    """A file is not a recording, or not one that this version can read."""


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a body.

    Attributes:
        after: Seconds since the request was sent.
        data: What was read.
    """

    after: float
    data: bytes


@dataclass(slots=True)
class Exchange:
    """A request and its response.

    Attributes:
        method: The request's method.
        target: The request's path and query.
        body: The request's body.
        server: Scheme, host and port of the server.
        request_headers: The recorded header fields of the request.
        status: The response's status; `None` if no response was received.
        headers: The recorded header fields of the response.
        head_after: Seconds from the request to the response headers.
        reads: The reads of the response body.
        end: How the body ended; `None` if the recording is incomplete.
    """

    method: str
    target: str
    body: bytes
    server: str = ""
    request_headers: dict[str, str] = field(default_factory=dict[str, str])
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    head_after: float = 0.0
    reads: list[Read] = field(default_factory=list[Read])
    end: Ending | None = None


def load(path: str | os.PathLike[str]) -> list[Exchange]:
    """Return the exchanges of a file, in the order of their requests.

    Raises:
        OSError: The file cannot be read.
        RecordingError: The file is not a recording; the message has file and line.
    """
    with Path(path).open("rb") as lines:
        return list(exchanges_of(path, lines).values())


def exchanges_of(path: str | os.PathLike[str], lines: Iterable[bytes]) -> dict[Any, Exchange]:
    """Return the exchanges of some lines, by number."""
    exchanges: dict[Any, Exchange] = {}
    for number, line in enumerate(lines, start=1):
        try:
            _add(exchanges, json.loads(line))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise RecordingError(f"{path}, line {number}: not a recording ({problem})") from error
    return exchanges


def _add(exchanges: dict[Any, Exchange], line: dict[str, Any]) -> None:
    number = line["exchange"]
    if "request" in line:
        request = line["request"]
        exchanges[number] = Exchange(
            method=request["method"],
            target=request["target"],
            body=_decode(request),
            server=request.get("server", ""),
            request_headers=request.get("headers", {}),
        )
        return
    exchange = exchanges[number]
    if "response" in line:
        exchange.status = line["response"]["status"]
        exchange.headers = line["response"].get("headers", {})
        exchange.head_after = line["after"]
    elif "read" in line:
        exchange.reads.append(Read(line["after"], _decode(line["read"])))
    elif "end" in line:
        exchange.end = line["end"]


def _decode(value: dict[str, str]) -> bytes:
    if "base64" in value:
        return base64.b64decode(value["base64"])
    return value["text"].encode()


def encode(data: bytes) -> dict[str, str]:
    """Return bytes as `text`, or as `base64` if they are not UTF-8."""
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
