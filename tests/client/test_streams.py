"""The stream that a caller holds: when it gives events, how it ends, and what closes it."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx2
import pytest

from mistralai import Mistral
from mistralai.client import Timeouts, errors
from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync
from mistralai.simulator import Answer, Gate, Simulator
from support.serving import ASK, DONE, HELLO, POEM, chunk, event

FIRST = event(chunk("Hel"))
LAST = event(chunk("lo", "stop"))


@pytest.fixture
def endless():
    """A simulator that sends one event and then nothing, until the client leaves."""
    with Simulator(Answer(body=[FIRST], ending="hang")) as sim:
        yield sim


def content_of(event):
    return event.data.choices[0].delta.content


def test_an_event_is_given_as_soon_as_it_has_arrived(colour):
    gates = [Gate(), Gate()]
    with Simulator(Answer(body=[gates[0], FIRST, gates[1], LAST, DONE])) as sim:
        stream = colour.open(colour.client(server_url=sim.url), **ASK)
        gates[0].open()
        assert content_of(colour.next(stream)) == "Hel"
        gates[1].open()
        assert [content_of(event) for event in colour.collect(stream)] == ["lo"]


def test_an_event_that_ends_with_cr_does_not_wait_for_the_next_byte(colour):
    gate = Gate()
    with Simulator(Answer(body=[FIRST.replace(b"\n", b"\r"), gate, LAST, DONE])) as sim:
        stream = colour.open(colour.client(server_url=sim.url), **ASK)
        assert content_of(colour.next(stream)) == "Hel"
        gate.open()
        assert len(colour.collect(stream)) == 1


def test_after_the_end_there_is_nothing_however_often_it_is_asked(colour, sim):
    stream = colour.open(colour.client(server_url=sim.url), **ASK)
    assert len(colour.collect(stream)) == 4
    for _ in range(2):
        with pytest.raises(StopIteration):
            colour.next(stream)
        assert colour.collect(stream) == []
    assert stream.end_reason == "done"


def test_an_error_is_raised_however_often_it_is_asked(colour):
    with Simulator(Answer(body=[FIRST, b"data: nonsense\n\n"])) as sim:
        stream = colour.open(colour.client(server_url=sim.url), **ASK)
        colour.next(stream)
        raised = []
        for ask in (colour.next, colour.collect, colour.next):
            with pytest.raises(errors.ResponseValidationError) as caught:
                ask(stream)
            raised.append(caught.value)
    assert raised[0] is raised[1] is raised[2]
    assert stream.end_reason == "error"


def test_iteration_goes_on_where_it_was_left(colour, sim):
    client = colour.client(server_url=sim.url)
    stream = colour.open(client, **POEM)
    first = [colour.next(stream), colour.next(stream)]
    whole = colour.complete(client, **POEM).choices[0].message.content
    text = "".join(content_of(event) for event in [*first, *colour.collect(stream)])
    assert text == whole


def test_streams_of_one_client_do_not_mix(colour):
    def letters(request):
        letter = request.json["messages"][0]["content"]
        return Answer(body=[event(chunk(letter)) * 3, event(chunk("", "stop")), DONE])

    with Simulator(letters) as sim:
        client = colour.client(server_url=sim.url)
        streams = [
            colour.open(client, model="m", messages=[{"role": "user", "content": letter}])
            for letter in "abc"
        ]
        rounds = [[content_of(colour.next(stream)) for stream in streams] for _ in range(3)]
        for stream in streams:
            colour.close(stream)
    assert rounds == [["a", "b", "c"]] * 3


def test_closing_ends_the_iteration_and_a_second_time_changes_nothing(colour, endless):
    stream = colour.open(colour.client(server_url=endless.url), **ASK)
    colour.next(stream)
    for _ in range(2):
        colour.close(stream)
        assert stream.end_reason == "closed"
        with pytest.raises(StopIteration):
            colour.next(stream)
    endless.requests[0].closed.wait()


def test_closing_after_the_end_keeps_how_it_ended_and_the_connection(colour, sim):
    stream = colour.open(colour.client(server_url=sim.url), **ASK)
    colour.collect(stream)
    colour.close(stream)
    assert stream.end_reason == "done"
    assert sim.open_connections == 1


def test_closing_before_the_first_event_closes_the_connection(colour, endless):
    stream = colour.open(colour.client(server_url=endless.url), **ASK)
    colour.close(stream)
    assert colour.collect(stream) == []
    endless.requests[0].closed.wait()


def test_a_stream_shows_what_it_came_with(colour, sim):
    stream = colour.open(colour.client(server_url=sim.url), **ASK)
    assert stream.response.status_code == 200
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert stream.request_id == stream.headers["mistral-correlation-id"]
    assert stream.end_reason is None
    assert "running" in repr(stream)
    colour.collect(stream)
    assert "done" in repr(stream)
    assert stream.timing.events == 4
    assert [attempt.status for attempt in stream.attempts] == [200]


def test_a_stream_takes_attributes(colour, sim):
    stream = colour.open(colour.client(server_url=sim.url), **ASK)
    stream.span = "a tracer's"
    assert stream.span == "a tracer's"
    assert len(colour.collect(stream)) == 4


def test_iteration_can_be_patched_on_the_class(sim, monkeypatch):
    """As a tracer does that counts the events of every stream."""
    seen = []

    def traced(self):
        while event := next(self, None):
            seen.append(event)
            yield event

    monkeypatch.setattr(EventStream, "__iter__", traced)
    with Mistral("key", server_url=sim.url) as client:
        assert list(client.chat.stream(**ASK)) == seen
    assert len(seen) == 4


class Proxy:
    """As an object proxy does: hand everything to the object that is wrapped."""

    def __init__(self, wrapped):
        self.wrapped = wrapped

    @property
    def __class__(self):
        return type(self.wrapped)

    def __getattr__(self, name):
        return getattr(self.wrapped, name)

    def __iter__(self):
        return iter(self.wrapped)

    def __next__(self):
        return next(self.wrapped)

    def __enter__(self):
        return self.wrapped.__enter__()

    def __exit__(self, *error):
        return self.wrapped.__exit__(*error)


def test_a_stream_works_behind_a_proxy(sim):
    with Mistral("key", server_url=sim.url) as client:
        proxy = Proxy(client.chat.stream(**ASK))
        assert isinstance(proxy, EventStream)
        next(proxy)
        with proxy as stream:
            assert len(list(stream)) == 3
        assert proxy.end_reason == "done"


@pytest.mark.anyio
async def test_streams_can_be_subclassed(sim):
    class Mine(EventStream):
        def __next__(self):
            return super().__next__().data.choices[0].delta.content

    class MineAsync(EventStreamAsync):
        async def __anext__(self):
            return (await super().__anext__()).data.choices[0].delta.content

    async with Mistral("key", server_url=sim.url) as client:
        of_async = await client.chat.stream_async(**ASK)
        of_async.__class__ = MineAsync
        assert [text async for text in of_async] == ["", "Hello", " there", ""]

    def use():
        with Mistral("key", server_url=sim.url) as client:
            stream = client.chat.stream(**ASK)
            stream.__class__ = Mine
            return list(stream)

    assert await anyio.to_thread.run_sync(use) == ["", "Hello", " there", ""]


def test_with_closes_a_stream_that_is_left_by_break(endless):
    with Mistral("key", server_url=endless.url) as client:
        with client.chat.stream(**ASK) as stream:
            for _ in stream:
                break
            assert not endless.requests[0].closed.is_set()
        assert stream.end_reason == "closed"
        endless.requests[0].closed.wait()


def fail_while_reading(stream):
    with stream:
        for _ in stream:
            raise LookupError


def test_with_closes_a_stream_when_its_reader_fails_and_lets_the_error_out(endless):
    with Mistral("key", server_url=endless.url) as client:
        stream = client.chat.stream(**ASK)
        with pytest.raises(LookupError):
            fail_while_reading(stream)
        assert stream.end_reason == "closed"
        endless.requests[0].closed.wait()


@pytest.mark.anyio
async def test_async_with_closes_a_stream_that_is_left_by_break(endless):
    async with Mistral("key", server_url=endless.url) as client:
        async with client.chat.stream_async(**ASK) as stream:
            async for _ in stream:
                break
            assert not endless.requests[0].closed.is_set()
        assert stream.end_reason == "closed"
        await endless.requests[0].closed.wait_async()


async def fail_while_reading_async(stream):
    async with stream:
        async for _ in stream:
            raise LookupError


@pytest.mark.anyio
async def test_async_with_closes_a_stream_when_its_reader_fails_and_lets_the_error_out(endless):
    async with Mistral("key", server_url=endless.url) as client:
        stream = await client.chat.stream_async(**ASK)
        with pytest.raises(LookupError):
            await fail_while_reading_async(stream)
        assert stream.end_reason == "closed"
        await endless.requests[0].closed.wait_async()


@pytest.mark.usefixtures("fresh_tls_context")
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_closing_from_another_thread_ends_a_read_that_blocks(monkeypatch, tls):
    gate = Gate()
    with Simulator(Answer(body=[FIRST, gate]), tls=tls) as sim:
        if tls:
            monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        client = Mistral("key", server_url=sim.url)
        stream = client.chat.stream(**ASK)
        reading = threading.Event()

        def read():
            events = [next(stream)]
            reading.set()
            return events + list(stream)

        with ThreadPoolExecutor(1) as threads:
            events = threads.submit(read)
            assert reading.wait(10)
            stream.close()
            assert [content_of(event) for event in events.result(10)] == ["Hel"]
        assert stream.end_reason == "closed"
        sim.requests[0].closed.wait()
        client.close()


def test_closing_from_many_threads_closes_once(endless):
    with Mistral("key", server_url=endless.url) as client:
        stream = client.chat.stream(**ASK)
        next(stream)
        together = threading.Barrier(4, timeout=10)

        def close(_):
            together.wait()
            stream.close()

        with ThreadPoolExecutor(5) as threads:
            reading = threads.submit(list, stream)
            list(threads.map(close, range(4)))
            assert reading.result(10) == []
    endless.requests[0].closed.wait()


@pytest.mark.anyio
async def test_closing_from_another_task_ends_a_read_that_waits(endless):
    async with Mistral("key", server_url=endless.url) as client:
        stream = await client.chat.stream_async(**ASK)
        await anext(stream)
        left = []

        async def read(*, task_status):
            task_status.started()
            left.extend([event async for event in stream])
            left.append("ended")

        async with anyio.create_task_group() as group:
            await group.start(read)
            await anyio.lowlevel.checkpoint()
            await stream.close()
        assert (left, stream.end_reason) == (["ended"], "closed")
        await endless.requests[0].closed.wait_async()


@pytest.mark.anyio
async def test_a_task_that_is_cancelled_while_it_reads_closes_its_stream(endless):
    async with Mistral("key", server_url=endless.url) as client:
        stream = await client.chat.stream_async(**ASK)

        async def read(*, task_status):
            async for _ in stream:
                task_status.started()

        async with anyio.create_task_group() as group:
            await group.start(read)
            group.cancel_scope.cancel()
        await endless.requests[0].closed.wait_async()
        assert stream.end_reason == "closed"
        assert [event async for event in stream] == []


def test_a_task_of_asyncio_that_is_cancelled_raises_that_and_nothing_else(endless):
    async def main():
        async with Mistral("key", server_url=endless.url) as client:
            stream = await client.chat.stream_async(**ASK)
            await anext(stream)
            task = asyncio.ensure_future(anext(stream))
            await asyncio.wait([task], timeout=0)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()

    asyncio.run(main())
    endless.requests[0].closed.wait()


class Interrupted(httpx2.SyncByteStream):
    """A body during which the user presses Ctrl-C."""

    def __iter__(self):
        yield FIRST
        raise KeyboardInterrupt


def test_an_interrupt_while_reading_ends_the_stream():
    body = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=Interrupted()))
    stream = Mistral("key", client=httpx2.Client(transport=body)).chat.stream(**ASK)
    next(stream)
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    assert (stream.end_reason, list(stream)) == ("closed", [])
    assert stream.response.is_closed


def test_a_stream_that_waits_too_long_is_over(colour, endless):
    client = colour.client(server_url=endless.url, timeouts=Timeouts(idle=0.1))
    stream = colour.open(client, **ASK)
    colour.next(stream)
    with pytest.raises(errors.APITimeoutError) as caught:
        colour.next(stream)
    assert (caught.value.phase, stream.end_reason) == ("idle", "error")
    assert caught.value.events_received == 1
    endless.requests[0].closed.wait()


def test_a_reader_that_takes_its_time_loses_nothing(colour):
    """Only waiting for the network counts; here the reader waits for the server instead."""
    with Simulator(Answer(body=[HELLO, DONE])) as sim:
        client = colour.client(server_url=sim.url, timeout_ms=10_000)
        stream = colour.open(client, **ASK)
        sim.requests[0].answered.wait()
        assert len(colour.collect(stream)) == 2
