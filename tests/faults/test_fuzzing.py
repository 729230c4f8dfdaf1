"""Whatever becomes of a recorded answer on its way: an error of ours or a normal end.

It is cut anywhere, or bytes of it are changed, those of its framing above all; then its connection
ends, is reset, or stays silent. No call hangs, no socket or task is left, no byte of one answer is
read as another's, and the client's one place for a connection is free for the next call.
"""

import asyncio
from typing import Any

import pytest
import trio
from anyio.lowlevel import checkpoint
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mistralai.client import Timeouts
from mistralai.client.errors import MistralClientError
from support.colours import AsyncColour, Colour
from support.framed import BEYOND, HEAD, LAST, answers, changed, reads_of
from support.peers import LIMIT, sockets_to
from support.scripted import Ending, ScriptedServer
from support.serving import ASK, DONE, WHOLE, chunk, event
from support.streams import hand_written

pytestmark = pytest.mark.uncounted

STREAMS = [path.read_bytes() for path in hand_written()]
INTACT = event(chunk("Hel")) + event(chunk("lo", "stop")) + DONE
NEXT = HEAD % b"Transfer-Encoding: chunked\r\n" + b"%x\r\n%b\r\n" % (len(INTACT), INTACT) + LAST

LIMITS: dict[Ending, Timeouts | None] = {
    "close": None,
    "reset": None,
    "stay": Timeouts(first_event=0.03, idle=0.03),
}
"""The limits of an answer that ends so: one that stays away must be waited for no longer."""

ENDINGS: list[Ending] = ["close"] * 12 + ["reset"] * 4 + ["stay"]
EXAMPLES = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # to shrink what failed would take longer than a test may
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Caller:
    """Calls of one client with room for one connection, and what they leave behind."""

    def __init__(self, colour: Colour, server: ScriptedServer) -> None:
        self.server = server
        self._colour = colour
        self._client = colour.client(server_url=server.url, max_connections=1)
        self.check_next()
        self._tasks = self._count_tasks()

    def call(
        self,
        reads: list[bytes],
        ending: Ending,
        *,
        whole: bool = False,
        timeouts: Timeouts | None = None,
    ) -> tuple[list[Any], MistralClientError | None]:
        """Ask, be answered so, and give the events that came and the error that ended them."""
        self.server.says(reads, ending)
        try:
            return self._call(whole=whole, timeouts=timeouts)
        finally:  # what comes later than the next request would be taken for its answer
            assert self.server.done.wait(LIMIT)

    def _call(
        self, *, whole: bool, timeouts: Timeouts | None
    ) -> tuple[list[Any], MistralClientError | None]:
        settings = {**ASK, "retries": None, "timeouts": timeouts}
        events: list[Any] = []
        try:
            if whole:
                self._colour.complete(self._client, **settings)
                return events, None
            stream = self._colour.open(self._client, **settings)
            while True:
                events.append(self._colour.next(stream))
        except StopIteration:
            return events, None
        except MistralClientError as error:
            return events, error

    def check_next(self) -> None:
        """See that another call is answered by its own answer."""
        events, error = self.call([NEXT], "stay")
        assert error is None
        assert "".join(each.data.choices[0].delta.content for each in events) == "Hello"

    def check_nothing_left(self) -> None:
        """See that one connection is open at most, and no task is left."""
        for _ in range(3):  # turns in which a loop closes what it was told to
            if isinstance(self._colour, AsyncColour):
                self._colour.call(checkpoint)
        assert len(sockets_to(self.server.port)) <= 1
        assert self._count_tasks() == self._tasks

    def check_closed(self) -> None:
        """See that no socket outlives the client."""
        self._colour.shut(self._client)
        assert sockets_to(self.server.port) == set()

    def _count_tasks(self) -> int:
        return self._colour.call(_count_tasks)


def _count_tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        if not trio.lowlevel.in_trio_run():
            return 0  # in a thread
        return trio.lowlevel.current_statistics().tasks_living


def test_an_answer_that_is_cut_anywhere_is_delivered_up_to_there(colour):
    with ScriptedServer() as server:
        caller = Caller(colour, server)
        known: dict[bytes, list[str]] = {}

        @EXAMPLES
        @given(wire=answers(STREAMS), ending=st.sampled_from(ENDINGS), data=st.data())
        def check(wire: bytes, ending: Ending, data: st.DataObject) -> None:
            if wire not in known:
                events, error = caller.call([wire], "close")
                assert error is None
                known[wire] = [each.data.model_dump_json() for each in events]
            cut = wire[: data.draw(st.integers(0, len(wire)))]
            events, error = caller.call(data.draw(reads_of(cut)), ending, timeouts=LIMITS[ending])
            came = [each.data.model_dump_json() for each in events]
            assert came == known[wire][: len(came)]
            finished = [choice.finish_reason for each in events for choice in each.data.choices]
            assert error is not None or any(finished)
            caller.check_nothing_left()
            caller.check_next()

        check()
        caller.check_closed()


def test_an_answer_whose_bytes_were_changed_is_an_error_of_ours_or_an_end(colour):
    with ScriptedServer() as server:
        caller = Caller(colour, server)

        @EXAMPLES
        @given(
            wire=answers([*STREAMS, WHOLE]),
            ending=st.sampled_from(ENDINGS),
            whole=st.booleans(),
            data=st.data(),
        )
        def check(wire: bytes, ending: Ending, whole: bool, data: st.DataObject) -> None:
            made = data.draw(changed(wire))
            caller.call(data.draw(reads_of(made)), ending, whole=whole, timeouts=LIMITS[ending])
            caller.check_nothing_left()
            caller.check_next()

        check()
        caller.check_closed()


def test_what_stands_behind_an_answer_is_nobodys(colour):
    with ScriptedServer() as server:
        caller = Caller(colour, server)
        for reads in ([NEXT + BEYOND], [NEXT, BEYOND], [NEXT + BEYOND[:1], BEYOND[1:]]):
            caller.call(reads, "stay")
            caller.check_next()
        caller.check_closed()
