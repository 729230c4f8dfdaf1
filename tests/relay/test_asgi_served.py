"""The relay over HTTP, by uvicorn and real sockets."""

import anyio
import pytest

from mistralai.client.deltas import TextDelta
from mistralai.relay import BrokenOffError, End, Relay
from support.relay import HELLO, KEY, Script
from support.servers import connected, on_uvicorn

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

BODY = {"id": KEY}


async def test_a_silent_answer_begins_at_once_and_a_reader_who_leaves_is_seen():
    async with Relay(on_last_leave="stop", grace=0) as relay:
        script = Script()
        app = relay.asgi(lambda *_: script, "events")
        async with on_uvicorn(app, lifespan="off", date_header=False) as port:
            async with connected(port) as reader:
                await reader.ask("POST", "/", BODY)
                await reader.until(b": open")
                head, _, rest = reader.received.partition(b"\r\n\r\n")
                assert head.lower().split(b"\r\n") == [
                    b"http/1.1 200 ok",
                    b"server: uvicorn",
                    b"content-type: text/event-stream",
                    b"cache-control: no-cache, no-transform",
                    b"x-accel-buffering: no",
                    b"transfer-encoding: chunked",
                ]
                assert rest == b"8\r\n: open\n\n\r\n"
            await script.closed.wait()  # the model was silent all the time
            *_, last = [frame.event async for frame in relay.follow(KEY)]
            assert (type(last), last.status) == (End, "stopped")


async def test_readers_of_one_answer_get_the_same_and_the_connection_is_used_again():
    async with Relay() as relay:
        script = Script(HELLO[0])
        app = relay.asgi(lambda *_: script, "events")
        async with (
            on_uvicorn(app, lifespan="off") as port,
            connected(port) as first,
            connected(port) as second,
        ):
            await first.ask("POST", "/", BODY)
            await first.until(b'"Hel"')
            await second.ask("GET", f"/{KEY}/stream")
            await second.until(b'"Hel"')
            script.say(*HELLO[1:], None)
            for reader in (first, second):
                await reader.until(b"0\r\n\r\n")
            for number in range(1, 6):
                assert first.received.count(b"id: %d\n" % number) == 1
                assert second.received.count(b"id: %d\n" % number) == 1
            first.received.clear()
            await first.ask("GET", f"/{KEY}/stream?after=5")
            await first.until(b"\r\n\r\n")
            assert first.received.startswith(b"HTTP/1.1 204 No Content\r\n")


async def test_a_frozen_reader_is_dropped_and_the_others_do_not_notice(caplog):
    async with Relay() as relay:
        script = Script()
        app = relay.asgi(lambda *_: script, "events", send_timeout=1)
        dropped = anyio.Event()

        async def watched(scope, receive, send):
            try:
                await app(scope, receive, send)
            except BrokenOffError:
                dropped.set()
                raise

        async with (
            on_uvicorn(watched, lifespan="off") as port,
            connected(port) as frozen,
            connected(port) as awake,
        ):
            await frozen.ask("POST", "/", BODY)
            await frozen.until(b": open")
            await awake.ask("GET", f"/{KEY}/stream")
            script.say(*[TextDelta(0, "x" * 100_000)] * 20, None)
            await awake.until(b"0\r\n\r\n")
            assert awake.received.count(b"id: ") == 22
            await dropped.wait()
            cut = await frozen.to_the_end()
        assert not cut.endswith(b"0\r\n\r\n")
        assert "a reader took nothing for 1 s, so its connection is closed" in caplog.text
