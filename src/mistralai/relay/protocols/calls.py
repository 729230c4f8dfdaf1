"""The tool calls of choice 0, from their first piece to their end.

Theory of operation. A call is held until its id and its name are known, then open while its
arguments grow, then ended:

    HELD --id and name known--> OPEN --end of the answer, or the tool starts--> ENDED

A server that gives no id gets one made of the number of the first frame. An id that was used before
in the log gets that number behind it, because a page finds the result of a call by its id alone.
What runs the tools may have another id for a call that came without: `claim` finds it by its name.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistralai.client.deltas import ToolCallDelta

_NO_ID: Final = (None, "", "null")  # servers without ids send each of them

_UNNAMED: Final = "unknown"


def id_of(delta: ToolCallDelta) -> str | None:
    """Return the id of a call as text, `None` if it has none yet."""
    return None if delta.id in _NO_ID else str(delta.id)


class Phase(enum.Enum):
    """The state of a call."""

    HELD = enum.auto()
    OPEN = enum.auto()
    ENDED = enum.auto()


@dataclass(slots=True)
class Call:
    """A call, as far as it was received.

    Attributes:
        number: The number of the frame that began it.
        source_id: The id in the log, `None` if it came without one.
        id: The id for the reader, different from that of every other call of the log.
        name: The name of the function.
        pieces: The pieces of the arguments.
        phase: Its state.
    """

    number: int
    source_id: str | None = None
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])
    phase: Phase = Phase.HELD

    @property
    def arguments(self) -> str:
        """The text of the arguments."""
        return "".join(self.pieces)

    def value(self) -> Any:
        """Return the arguments as JSON; an empty text means no arguments.

        Raises:
            ValueError: The text is not valid JSON.
        """
        text = self.arguments
        if not text.strip():
            return {}
        try:
            return json.loads(text, parse_constant=_refuse)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


class Calls:
    """The calls of a log."""

    def __init__(self) -> None:
        self._all: list[Call] = []
        self._ids: set[str] = set()
        self._answer: dict[int, Call] = {}

    def new_answer(self) -> None:
        """Begin another answer, whose calls are counted from 0 again."""
        self._answer = {}

    def grow(self, delta: ToolCallDelta, number: int) -> tuple[Call, str]:
        """Add a piece; return its call and the text that the reader has not had, if it is open."""
        call = self._answer.get(delta.call_index)
        if call is None or call.phase is Phase.ENDED:
            call = self._answer[delta.call_index] = self._added(Call(number))
        call.source_id = call.source_id or id_of(delta)
        call.name = call.name or delta.name or ""
        call.pieces.append(delta.arguments)
        return call, delta.arguments

    def open(self, call: Call) -> None:
        """Let a call begin for the reader, with an id of its own."""
        wanted = call.source_id or f"call-{call.number}"
        call.id = wanted if wanted not in self._ids else f"{wanted}-{call.number}"
        self._ids.add(call.id)
        call.name = call.name or _UNNAMED
        call.phase = Phase.OPEN

    def unfinished(self) -> Iterator[Call]:
        """Yield the calls of this answer that have not ended."""
        for call in self._answer.values():
            if call.phase is not Phase.ENDED:
                yield call

    def claim(self, call_id: str, name: str, number: int) -> Call:
        """Return the call that what runs the tools means; a new one if the log has none such."""
        nameless: Call | None = None
        for call in reversed(self._all):
            if call.source_id == call_id:
                return call
            if call.source_id is None and call.name == name:
                nameless = call  # the first of them, as tools are run in the order of the calls
        call = nameless or self._added(Call(number, name=name))
        call.source_id = call_id
        return call

    def _added(self, call: Call) -> Call:
        self._all.append(call)
        return call


def _refuse(name: str) -> None:
    raise ValueError(name)  # Python reads NaN and the infinities, which JSON does not have
