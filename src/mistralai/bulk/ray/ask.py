"""`Ask`: a callable for `Dataset.map` and `Dataset.map_batches` of Ray Data."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING, Any, Final, cast

import anyio

from ..asking import INVALID, Asker
from ..gate import Gate
from ..limits import Limits
from ..outcomes import Outcome, RowError
from ..rows import BadRowError, Row, parse
from .settings import ClientSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_QUESTIONS: Final = ("body", "messages", "prompt")
"""The columns that say what is asked; the first that is there counts."""

_COLUMNS: Final = ("response", "error", "attempts", "timing")


class Ask:
    """Asks the rows of a dataset, many at a time, for pipelines of Ray Data.

    Ray makes one per actor. A row has a column `prompt`, `messages` or `body`, and may have others,
    which are kept but not sent. Four are added:

    - `response`: the JSON of the answer, or `None`;
    - `error`: `None`, or JSON with `type`, `message` and `code`;
    - `attempts`: the number of requests, without those over the rate limit;
    - `timing`: `ttft`, `answer` and `total` in seconds, NaN where there is none.

    It never raises for a row: a row that fails has an `error`. There is no journal and no resume,
    and the limits are those of one actor; `mistralai.bulk.run` has them per run.

    Example:
        >>> dataset.map_batches(
        ...     Ask,
        ...     fn_constructor_args=({"api_key": key}, {"model": "mistral-small-latest"}),
        ...     compute=ray.data.ActorPoolStrategy(size=2),
        ...     batch_size=32,
        ... )
    """

    def __init__(
        self,
        client_settings: Mapping[str, Any],
        defaults: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Make a client.

        Args:
            client_settings: The keywords of `Mistral`. Without `api_key` the environment variable
                MISTRAL_API_KEY of the node is used.
            defaults: Fields of every request that a row does not have, such as `{"model": …}`.
            limits: The limits of this actor. By default `Limits()`.

        Raises:
            BulkError: A setting cannot be used on another machine.
            TypeError: An argument has the wrong type.
        """
        client, limits = ClientSettings(client_settings).client(), limits or Limits()
        self._gate = Gate(limits)
        self._asker = Asker(client, dict(defaults or {}), limits, self._gate)
        self._asked = 0
        self._asking = 0

    async def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        """Ask a row, or a batch of rows as a dict of columns, and return it with its answers."""
        if not _is_batch(rows):
            return {**rows, **_columns(await self._outcome(rows))}
        count = len(next(iter(rows.values())))
        outcomes = [_UNASKED] * count

        async def ask(place: int) -> None:
            row = {name: column[place] for name, column in rows.items()}
            outcomes[place] = await self._outcome(row)

        async with anyio.create_task_group() as tasks:
            for place in range(count):
                tasks.start_soon(ask, place)
        answers = [_columns(outcome) for outcome in outcomes]
        return {**rows, **{name: [answer[name] for answer in answers] for name in _COLUMNS}}

    async def _outcome(self, record: Mapping[str, Any]) -> Outcome:
        """Ask a row when the level allows it."""
        index, self._asked = self._asked, self._asked + 1
        try:
            body = parse(_question(record), {}).body
        except BadRowError as error:
            return _failed(INVALID, f"the row {error}")
        while self._asking >= self._gate.level.value:
            await self._gate.changed.wait()
        self._asking += 1
        try:
            return await self._asker.ask(Row(index, index + 1, str(index + 1), body))
        except Exception as error:  # noqa: BLE001 - a row of a pipeline fails alone
            return _failed(type(error).__name__, str(error))
        finally:
            self._asking -= 1
            self._gate.changed.set()
            self._gate.changed = anyio.Event()


def _is_batch(rows: Mapping[str, Any]) -> bool:
    """Return True for a dict of columns, False for a row; the column of questions tells."""
    name = next((name for name in _QUESTIONS if name in rows), None)
    if name is None:  # it has no question, and every row will say so
        return all(_is_sequence(value) for value in rows.values()) and bool(rows)
    value = rows[name]
    if name != "messages":
        return _is_sequence(value)
    return _is_sequence(value) and not (len(value) and isinstance(value[0], dict))


def _is_sequence(value: object) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes | dict)


def _question(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column of a row that says what is asked, as plain values."""
    for name in _QUESTIONS:
        if record.get(name) is not None:
            return {name: _plain(record[name])}
    return {}


def _plain(value: Any) -> Any:
    """Return a value without arrays of NumPy, and without the fields that Arrow adds as `None`."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _plain(field) for name, field in fields.items() if field is not None}
    to_list = cast("Callable[[], Any] | None", getattr(value, "tolist", None))
    if to_list is not None:
        return _plain(to_list())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("Sequence[Any]", value)]
    return value


def _failed(kind: str, message: str) -> Outcome:
    return Outcome(id="", number=0, index=0, error=RowError(kind, message))


_UNASKED: Final = _failed(INVALID, "the row was not asked")


def _columns(outcome: Outcome) -> dict[str, Any]:
    timing = dataclasses.asdict(outcome.timing)
    error = None if outcome.error is None else json.dumps(dataclasses.asdict(outcome.error))
    return {
        "response": outcome.body if outcome.error is None else None,
        "error": error,
        "attempts": outcome.attempts,
        "timing": {name: math.nan if value is None else value for name, value in timing.items()},
    }
