"""Plays recorded exchanges back, with one `send` per recorded read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..recording import Exchange, Mask, load
from .answers import Answer, Ending, Pause, Step, Wire
from .api.errors import ApiError
from .jsonvalues import is_object
from .received import Request

_ENDINGS: Final[dict[str | None, Ending]] = {"complete": "clean", "closed": "hang"}


@dataclass(frozen=True, slots=True)
class Replay:
    """Answers from a recording.

    A request is answered by the exchange with the same method, target and body; the order of the
    fields of a JSON body does not matter. Several such exchanges are used in their order, and the
    last one is repeated. Any other request is answered with a 404 that names the differences.

    Attributes:
        path: A file, or a folder with `*.jsonl` files.
    """

    path: str | Path


class Player:
    """Finds the recorded answers to requests.

    Args:
        path: A file, or a folder with `*.jsonl` files.

    Raises:
        OSError: The path cannot be read.
        RecordingError: A file is not a recording.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        files = sorted(self._path.glob("*.jsonl")) if self._path.is_dir() else [self._path]
        self._exchanges = [exchange for file in files for exchange in load(file)]
        self._waiting: dict[tuple[str, str, str], list[Exchange]] = {}
        for exchange in self._exchanges:
            self._waiting.setdefault(_key(exchange), []).append(exchange)

    def __len__(self) -> int:
        return len(self._exchanges)

    def answer(self, request: Request) -> Answer | Wire:
        """Return the recorded answer to a request."""
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        mask = Mask([token])
        wanted = Exchange(request.method, mask.text(request.target), mask(request.body))
        waiting = self._waiting.get(_key(wanted))
        if waiting is None:
            return self._missing(wanted)
        exchange = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return played(exchange)

    def _missing(self, wanted: Exchange) -> Answer:
        what = f"{wanted.method} {wanted.target} with this body"
        message = f"{self._path} has no {what} among its {len(self)} exchanges"
        differences: list[list[str]] = [
            _difference(wanted, exchange)
            for exchange in self._exchanges
            if (exchange.method, exchange.target) == (wanted.method, wanted.target)
        ]
        if differences:
            nearest: list[str] = min(differences, key=len)
            message += f"; the nearest differs in {', '.join(nearest)}"
        return ApiError(404, message, "no_recording").answer()


def played(exchange: Exchange) -> Answer | Wire:
    """Return the answer of an exchange, with the timing and boundaries of its reads."""
    if exchange.status is None:
        return Wire((), "cut")
    return Answer(
        status=exchange.status,
        headers=exchange.headers,
        content_type=None,
        body=tuple(_steps(exchange)),
        ending=_ENDINGS.get(exchange.end, "cut"),
        before=(Pause(exchange.head_after),),
    )


def _steps(exchange: Exchange) -> Iterator[Step]:
    before = exchange.head_after
    for read in exchange.reads:
        yield Pause(max(0.0, read.after - before))
        yield read.data
        before = read.after


def _key(exchange: Exchange) -> tuple[str, str, str]:
    return exchange.method, exchange.target, _canonical(exchange.body)


def _canonical(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        return repr(body)


def _difference(wanted: Exchange, recorded: Exchange) -> list[str]:
    """Return the names of the fields in which two bodies differ."""
    one, other = _object(wanted.body), _object(recorded.body)
    names = dict.fromkeys([*one, *other])
    return [name for name in names if one.get(name) != other.get(name)] or ["its body"]


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if is_object(value) else {}
