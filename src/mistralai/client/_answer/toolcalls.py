"""Pieces of tool calls, put together into calls (wire-format section 5).

Theory of operation. A delta brings pieces, each with an id, an index, a name and a part of the
arguments, any of which may be absent. Nothing says that a call is complete, and servers differ:

- Mistral's own models send a whole call in one piece, older ones without an index, so that two
  parallel calls differ by their ids alone;
- hosted models send the id once and then pieces that have only the index, with an empty name;
- compatible servers repeat the id in each piece, do not number calls, or number every call 0, and
  some have no ids, so that only a different name shows where the next call begins.

A piece that goes to the wrong call corrupts two calls without any error, and a client that looks at
the index alone does so with the first kind of server. One rule fits all that was recorded:

1. An id that was not seen before begins a call, whatever its index.
2. A known id continues its call. With another index than that call's it begins another call of the
   same id. Without an index it continues the newest call of the id; a call without an index is
   continued by a piece with any index.
3. A piece without an id continues the newest call of its index, and begins a call if its index is
   new. Without an index as well it continues the newest call that has none, or else the last call.
   A name that differs from the call's begins another call: the server has no ids.

In no other case does a name matter. Invariants: calls are never merged or reordered afterwards, a
call keeps the first id, name and index that it received, and a later empty or absent value
changes nothing. The table of wire-format section 5 has the outcome of each combination.

Cost: a piece is looked up in two dicts and its arguments are appended to a list, which is joined
when it is read.
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
        # By id and index; the newest call of an id is under the index None as well.
        self._by_id: dict[tuple[str | int, int | None], GrowingCall] = {}
        self._newest: dict[int | None, GrowingCall] = {}  # by the index of its last piece

    def add(self, pieces: Iterable[ToolCall]) -> list[GrowingCall]:
        """Add the pieces of a delta and return the call that each belongs to."""
        return [self._add(piece) for piece in pieces]

    def fields(self) -> list[dict[str, Any]]:
        """Return the calls as a message has them."""
        return [call.fields() for call in self._calls]

    def __iter__(self) -> Iterator[GrowingCall]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def _add(self, piece: ToolCall) -> GrowingCall:
        id_ = _usable_id(piece.id) if piece.id else None
        index = piece.index
        if not isinstance(index, int):  # the models keep a wrong value as it was received
            index = None
        if id_ is None:
            call = self._continued_without_id(index, piece.function.name)
        else:
            call = self._continued_by_id(id_, index)
        if call is None:
            call = GrowingCall(len(self._calls))
            self._calls.append(call)
        if id_ is not None:
            self._by_id[id_, index] = call
            self._by_id[id_, None] = call
        self._newest[index] = call
        call.add(piece, id_)
        return call

    def _continued_by_id(self, id_: str | int, index: int | None) -> GrowingCall | None:
        """Return the call that a piece with an id continues, by rules 1 and 2."""
        call = self._by_id.get((id_, index))
        if call is not None:
            return call
        newest = self._by_id.get((id_, None))
        if newest is None or isinstance(newest.index, int):
            return None
        return newest

    def _continued_without_id(self, index: int | None, name: str | None) -> GrowingCall | None:
        """Return the call that a piece without an id continues, by rule 3."""
        call = self._newest.get(index)
        if call is None and index is None and self._calls:
            call = self._calls[-1]
        if call is not None and name and call.name and name != call.name:
            return None
        return call


class GrowingCall:
    """One call while its arguments arrive.

    Attributes:
        place: Its place among the calls of the message.
        id: The first id that it received, or `None`.
        name: The name of the function; an empty name in a later piece changes nothing.
        index: The first index that it received, or `None`.
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
        """Add the next piece."""
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
            merge(self._extra, piece.__pydantic_extra__)

    def fields(self) -> dict[str, Any]:
        """Return the fields of a `ToolCall`, without those that were not received."""
        function: dict[str, Any] = {"name": self.name or "", "arguments": self.arguments}
        fields: dict[str, Any] = {"function": function, "type": self._type or "function"}
        if self.id is not None:
            fields["id"] = self.id
        if self.index is not None:
            fields["index"] = self.index
        return fields | self._extra


def _usable_id(id_: object) -> str | int | None:
    """Return the id of a call; `"null"`, which the generated SDK sends for none, is not one."""
    return id_ if isinstance(id_, (str, int)) and id_ != "null" else None


def merge(fields: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Overwrite fields with more of them; a null does not overwrite a value."""
    for name, value in more.items():
        if value is not None or name not in fields:
            fields[name] = value
