"""Pieces of tool calls, put together by the rule of wire-format section 5.

Servers number their calls, or not, or give every call the number 0; they send
a call whole or in pieces, repeat its id in each piece or give it once, and name
it once or in each piece. So:

1. An id that was not seen before begins a call, whatever its index.
2. A known id goes on with its call. With another index than that call's it
   begins another one, of the same id. Without an index it goes on with the
   newest call of the id; a call without an index takes the first that comes.
3. A piece without an id goes on with the newest call of its index, and begins
   one where its index is new. Without an index as well it goes on with the
   newest call that has none, or else the last. A name that is not the call's
   begins another.

In no other case does a name tell calls apart. The table of wire-format section 5
has the outcome of each case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..models import ToolCall


class ToolCalls:
    """The calls of one choice, in the order in which they began."""

    __slots__ = ("_by_id", "_calls", "_newest")

    def __init__(self) -> None:
        self._calls: list[GrowingCall] = []
        self._by_id: dict[tuple[str | int, int | None], GrowingCall] = {}  # and index; None: newest
        self._newest: dict[Any, GrowingCall] = {}  # by the index that the wire gave

    def add(self, pieces: Iterable[ToolCall]) -> list[GrowingCall]:
        """Take the pieces of a delta; give the call that each belongs to."""
        return [self._add(piece) for piece in pieces]

    def fields(self) -> list[dict[str, Any]]:
        """The calls as a message has them."""
        return [call.fields() for call in self._calls]

    def __iter__(self) -> Iterator[GrowingCall]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def _add(self, piece: ToolCall) -> GrowingCall:
        id_ = _id(piece.id) if piece.id else None
        index = piece.index
        if not isinstance(index, int):  # what is no number is kept by the models as it came
            index = None
        if id_ is None:
            call = self._going_on(index, piece.function.name)
        else:
            call = self._known(id_, index)
        if call is None:
            call = GrowingCall(len(self._calls))
            self._calls.append(call)
        if id_ is not None:
            self._by_id[id_, index] = self._by_id[id_, None] = call
        self._newest[index] = call
        call.add(piece, id_)
        return call

    def _known(self, id_: str | int, index: int | None) -> GrowingCall | None:
        """The call that a piece with an id goes on with."""
        call = self._by_id.get((id_, index))
        if call is not None:
            return call
        newest = self._by_id.get((id_, None))
        numbered = newest is not None and isinstance(newest.index, int)
        return None if numbered else newest

    def _going_on(self, index: int | None, name: str | None) -> GrowingCall | None:
        """The call that a piece without an id goes on with."""
        call = self._newest.get(index)
        if call is None and index is None and self._calls:
            call = self._calls[-1]
        # Another name is another call, of a server that gives no ids.
        return None if call is not None and name and call.name and name != call.name else call


class GrowingCall:
    """One call while its arguments come in.

    Attributes:
        place: Its place among the calls of the message.
        id: As the wire gave it, or `None`.
        name: The function's; an empty name of a later piece changes nothing.
        index: The first index that the wire gave, or `None`.
    """

    __slots__ = ("_extra", "_object", "_pieces", "_type", "id", "index", "name", "place")

    def __init__(self, place: int) -> None:
        self.place = place
        self.id: str | int | None = None
        self.name: str | None = None
        self.index: int | None = None
        self._type: str | None = None
        self._pieces: list[str] = []
        self._object: dict[str, Any] | None = None
        self._extra: dict[str, Any] = {}

    @property
    def arguments(self) -> str | dict[str, Any]:
        """The arguments so far: JSON text, or the object that a server sent."""
        if self._object is not None:
            return self._object
        if len(self._pieces) > 1:
            self._pieces[:] = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def add(self, piece: ToolCall, id_: str | int | None) -> None:
        """Take the next piece."""
        function = piece.function
        arguments = function.arguments
        if isinstance(arguments, str):
            if arguments:
                self._pieces.append(arguments)
        else:
            self._object = arguments
        if function.name and not self.name:
            self.name = function.name
        if self.id is None:
            self.id = id_
        if self.index is None:
            self.index = piece.index
        if self._type is None:
            self._type = piece.type
        if piece.__pydantic_extra__:
            keep(self._extra, piece.__pydantic_extra__)

    def fields(self) -> dict[str, Any]:
        """The call as a `ToolCall` has it; what did not come is left out."""
        function: dict[str, Any] = {"name": self.name or "", "arguments": self.arguments}
        fields: dict[str, Any] = {"function": function, "type": self._type or "function"}
        if self.id is not None:
            fields["id"] = self.id
        if self.index is not None:
            fields["index"] = self.index
        return fields | self._extra


def _id(id_: object) -> str | int | None:
    """What tells a call apart: the generated SDK writes "null" where none came; servers echo it."""
    return id_ if isinstance(id_, (str, int)) and id_ != "null" else None


def keep(fields: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Take fields over; a null takes nothing away."""
    for name, value in more.items():
        if value is not None or name not in fields:
            fields[name] = value
