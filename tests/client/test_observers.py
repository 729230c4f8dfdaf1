"""Observers of calls: told once of each call and its end, and heard by nobody else."""

import asyncio
import gc
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import anyio
import httpx2
import pytest
from pydantic import ValidationError

from mistralai import Mistral
from mistralai.client import errors
from mistralai.client._call.observed import ObservedCall
from mistralai.client.observers import CallWatcher, ScopeWatcher
from mistralai.simulator import Answer, Gate, Simulator, Wire
from support.fault_table import says
from support.faults import STREAM, quickly
from support.observing import Recorder, current
from support.redisserver import free_port
from support.serving import ASK, DONE, chunk, event
from support.work import count_steps


def observed(colour, server, **settings):
    """A client whose calls are written down, and the simulator that it asks."""
    recorder = Recorder()
    return recorder, colour.client(server_url=server.url, observers=[recorder], **settings)


def test_a_call_is_told_from_its_first_request_to_its_end(colour):
    busy = Answer(status=503, headers={"retry-after-ms": "1", "content-type": "text/plain"})
    gate = Gate()  # so that there are two reads of the network
    with Simulator([busy, Answer(body=[*STREAM[:2], gate, *STREAM[2:]])]) as sim:
        recorder, client = observed(colour, sim)
        stream = colour.open(client, **ASK, retries=quickly(), http_headers={"x-secret": "s3cret"})
        colour.next(stream)
        gate.open()
        assert current() is None, "it is not the current one where its caller's code runs"
        colour.collect(stream)
    seen = recorder.only
    assert seen.told == [
        *("sending", "headers 503", "retried after InternalServerError 503"),
        *("sending", "headers 200", "first chunk", "ended done"),
    ]
    call, outcome = seen.subject, seen.outcome
    assert isinstance(call, ObservedCall)
    assert (call.operation, call.method, call.path) == ("chat", "POST", "/v1/chat/completions")
    assert (call.server_address, call.server_port) == ("127.0.0.1", sim.port)
    assert call.stream
    assert call.params["messages"] == ASK["messages"]
    assert "http_headers" not in call.params
    assert "s3cret" not in repr(call)
    assert "Hello" not in repr(call)
    assert [attempt.status for attempt in outcome.attempts] == [503, 200]
    assert outcome.finish_reasons == ("stop",)
    assert outcome.answer == stream.snapshot
    assert (outcome.id, outcome.model, outcome.usage) == (
        stream.snapshot.id,
        stream.snapshot.model,
        stream.usage,
    )
    assert outcome.timing is stream.timing
    assert outcome.timing.total is not None


def closed_early(colour, stream):
    colour.next(stream)
    colour.close(stream)
    colour.close(stream)


def read_out(colour, stream):
    colour.collect(stream)
    colour.close(stream)


def read_until_it_fails(colour, stream):
    for _ in range(2):
        with pytest.raises(errors.StreamTruncatedError):
            colour.collect(stream)
    colour.close(stream)


ENDS = {
    "read out": (Answer(body=STREAM), read_out, "done", None, ("stop",)),
    "closed": (Answer(body=STREAM[:2], ending="hang"), closed_early, "closed", None, (None,)),
    "cut": (
        *(Answer(body=STREAM[:3]), read_until_it_fails, "truncated"),
        *(errors.StreamTruncatedError, (None,)),
    ),
}


def test_each_end_of_a_stream_is_told_once(colour, subtests):
    for name, (server, leave, reason, error, finish_reasons) in ENDS.items():
        with subtests.test(name), Simulator(server) as sim:
            recorder, client = observed(colour, sim)
            leave(colour, colour.open(client, **ASK))
            outcome = recorder.only.outcome
            assert outcome.end_reason == reason
            assert type(outcome.error) is (error or type(None))
            assert outcome.finish_reasons == finish_reasons


@pytest.mark.filterwarnings("ignore:a stream was dropped:ResourceWarning")
def test_a_dropped_stream_is_told_in_another_thread_with_the_time_of_its_drop(colour):
    with Simulator(Answer(body=STREAM[:2], ending="hang")) as sim:
        recorder, client = observed(colour, sim)
        threads = []
        recorder.begun = lambda call: noting(Recorder.begun(recorder, call), threads)
        stream = colour.open(client, **ASK)
        colour.next(stream)
        del stream
        gc.collect()
        outcome = recorder.only.outcome
    assert outcome.end_reason == "dropped"
    assert [thread.name for thread in threads] == ["mistralai-reaper"]


def noting(watcher, threads):
    """Have a watcher note the thread in which it is told the end."""
    ended = watcher.ended

    def note(*end):
        threads.append(threading.current_thread())
        ended(*end)

    watcher.ended = note
    return watcher


def test_what_ends_as_a_generator_is_collected_is_told_in_another_thread():
    with Simulator(Answer(body=STREAM[:2], ending="hang")) as sim:
        recorder, threads = Recorder(), []
        recorder.begun = lambda call: noting(Recorder.begun(recorder, call), threads)
        recorder.entered = lambda scope: noting(Recorder.entered(recorder, scope), threads)

        def read(client):
            with client.observe("work"), client.chat.stream(**ASK) as stream:
                for event in stream:
                    yield event.data

        with Mistral("key", server_url=sim.url, observers=[recorder]) as client:
            reading = read(client)
            next(reading)
            del reading
            gc.collect()
            work, call = recorder.seen
            assert (call.outcome.end_reason, type(work.outcome)) == ("closed", GeneratorExit)
    assert [thread.name for thread in threads] == ["mistralai-reaper"] * 2


@pytest.mark.anyio
async def test_a_cancelled_call_is_told_as_cancelled(subtests):
    silent = Wire([], "hang")
    cases = {
        "before its headers": silent,
        "between its events": Answer(body=STREAM[:2], ending="hang"),
    }
    for name, server in cases.items():
        with subtests.test(name), Simulator(server) as sim:
            recorder = Recorder()
            async with Mistral("key", server_url=sim.url, observers=[recorder]) as client:
                with anyio.move_on_after(None) as scope:

                    async def read():
                        async for _ in client.chat.stream_async(**ASK):
                            scope.cancel()

                    async with anyio.create_task_group() as group:
                        group.start_soon(read)
                        await anyio.to_thread.run_sync(sim.wait_for_requests, 1)
                        if server is silent:
                            scope.cancel()
            outcome = recorder.only.outcome
            assert outcome.end_reason == "cancelled"
            assert not isinstance(outcome.error, Exception)


class Headed(CallWatcher):
    """Observes one call, and knows when its headers have come."""

    def __init__(self):
        self.headed = asyncio.Event()
        self.outcomes = SimpleQueue()
        self.threads = []

    def begun(self, _):
        return self

    def headers(self, *_):
        self.headed.set()

    def ended(self, outcome):
        self.threads.append(threading.current_thread())
        self.outcomes.put(outcome)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # asyncio's, of its own sockets
def test_a_call_whose_loop_is_over_was_left_and_did_not_fail():
    async def begin(server):
        seen = Headed()
        client = Mistral("key", server_url=server.url, observers=[seen])
        task = asyncio.ensure_future(client.chat.complete_async(**ASK))
        await seen.headed.wait()
        return task, seen

    answer = Answer(content_type="application/json", body=[b"{"], ending="hang")
    with Simulator(answer) as sim:
        loop = asyncio.new_event_loop()
        task, seen = loop.run_until_complete(begin(sim))
        loop.close()
        del task, loop
        gc.collect()
    outcome = seen.outcomes.get(timeout=30)
    assert (outcome.end_reason, type(outcome.error)) == ("cancelled", GeneratorExit)
    assert [thread.name for thread in seen.threads] == ["mistralai-reaper"], "its watchers may wait"


def test_a_whole_answer_and_a_failure_before_it_are_told(colour, subtests):
    with Simulator() as sim:
        recorder, client = observed(colour, sim)
        answer = colour.complete(client, **ASK)
        outcome = recorder.only.outcome
        assert (outcome.end_reason, outcome.answer) == ("answered", answer)
        assert outcome.finish_reasons == ("stop",)
    refused = {"server_url": f"http://127.0.0.1:{free_port()}", "retry_config": None}
    for whole in (False, True):
        with subtests.test("a refused connection", whole=whole):
            recorder = Recorder()
            client = colour.client(observers=[recorder], **refused)
            with pytest.raises(errors.APIConnectionError) as caught:
                (colour.complete if whole else colour.open)(client, **ASK)
            assert recorder.only.outcome.error is caught.value
            assert recorder.only.told == ["sending", "ended error"]
        with subtests.test("an error status", whole=whole), Simulator(says(401)) as sim:
            recorder, client = observed(colour, sim)
            with pytest.raises(errors.AuthenticationError) as caught:
                (colour.complete if whole else colour.open)(client, **ASK)
            assert recorder.only.outcome.error is caught.value
            assert recorder.only.outcome.status == 401


def test_unknown_fields_of_an_answer_may_be_anything(colour):
    body = b'{"id": "m", "object": "model", "choices": 5, "outputs": 5}'
    with Simulator(Answer(content_type="application/json", body=[body])) as sim:
        recorder, client = observed(colour, sim)
        model = colour.ask(client.models, "retrieve", model_id="m")
        assert (model.choices, model.outputs) == (5, 5)
        assert recorder.only.outcome.finish_reasons == ()


def test_a_call_that_is_not_sent_is_not_told(colour, subtests):
    cases = {
        "a wrong keyword": (TypeError, {**ASK, "modell": "m"}, {}),
        "a wrong value": (ValidationError, {**ASK, "messages": [{"role": "nobody"}]}, {}),
        "no key": (errors.MissingKeyError, ASK, {"api_key": lambda: None, "server": "eu"}),
    }
    for name, (error, params, settings) in cases.items():
        with subtests.test(name):
            recorder = Recorder()
            client = colour.client(observers=[recorder], **settings)
            with pytest.raises(error):
                colour.collect(colour.open(client, **params))
            assert recorder.seen == []
    with subtests.test("never used"), Mistral("key", observers=[recorder]) as client:
        client.chat.stream_async(**ASK)
        assert recorder.seen == []


class Raises(CallWatcher, ScopeWatcher):
    """Raises whatever it is asked, as an observer that was not tried."""

    def __getattribute__(self, name):
        raise RuntimeError(name)


class Broken:
    """Raises, or gives watchers that do."""

    def __init__(self, *, at_once):
        self.at_once = at_once

    def begun(self, _):
        if self.at_once:
            raise RuntimeError("begun")
        return Raises.__new__(Raises)

    entered = begun


def test_what_an_observer_raises_is_logged_once_and_reaches_nobody(colour, subtests, caplog):
    for at_once in (True, False):
        with subtests.test(at_once=at_once), Simulator() as sim:
            caplog.clear()
            last = Recorder()
            broken = Broken(at_once=at_once)
            client = colour.client(server_url=sim.url, observers=[broken, last])
            with client.observe("work") as scope:
                assert len(colour.collect(colour.open(client, **ASK))) == 4
                colour.complete(client, **ASK)
                assert scope.carrier == {"scope": "work"}
                scope.note({"a": 1})
            [line] = caplog.records
            assert "Broken, an observer of calls, raised an exception" in line.message
            assert last.tree() == ["work", ["chat", "chat"]]
            assert [seen.over.is_set() for seen in last.seen] == [True] * 3


def test_an_observer_with_async_methods_is_told_of_once(colour, subtests, caplog):
    class Late(CallWatcher):
        async def ended(self, outcome):
            raise NotImplementedError(outcome)

    class Waits:
        def __init__(self, *, at_once):
            self.begun = self.begin if at_once else lambda _: Late()

        async def begin(self, call):
            raise NotImplementedError(call)

    for at_once, method in ((True, "Waits.begun"), (False, "Late.ended")):
        with subtests.test(method), Simulator() as sim:
            caplog.clear()
            last = Recorder()
            observers = [Waits(at_once=at_once), last]
            client = colour.client(server_url=sim.url, observers=observers)
            for _ in range(2):
                colour.complete(client, **ASK)
            [line] = caplog.records
            assert "Waits, an observer of calls, raised an exception" in line.message
            words = f"{method} is an `async def`, and was not run; the methods of observers are"
            assert words in str(line.exc_info[1])
            assert last.tree() == ["chat", "chat"]


def test_threads_that_close_a_stream_together_tell_its_end_once():
    with Simulator(Answer(body=STREAM[:2], ending="hang")) as sim, ThreadPoolExecutor(8) as threads:
        recorder = Recorder()
        with Mistral("key", server_url=sim.url, observers=[recorder]) as client:
            for _ in range(20):
                stream = client.chat.stream(**ASK)
                together = threading.Barrier(8)

                def close(stream=stream, together=together):
                    together.wait(10)
                    stream.close()

                list(threads.map(lambda close: close(), [close] * 8))
    assert [seen.outcome.end_reason for seen in recorder.seen] == ["closed"] * 20


def test_an_event_costs_the_same_with_and_without_observers():
    def steps(events, observers):
        body = b"".join([event(chunk("word "))] * events + [event(chunk("", "stop")), DONE])
        answer = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        # Reads of a socket would vary.
        with httpx2.Client(transport=httpx2.MockTransport(lambda _: answer)) as http:
            client = Mistral("key", client=http, observers=observers)
            with client, client.chat.stream(**ASK) as stream:
                next(stream)
                return count_steps(lambda: list(stream))

    def of_an_event(observers):
        return (steps(330, observers) - steps(10, observers)) / 320

    assert of_an_event([Recorder()]) == of_an_event([])


def test_scopes_have_calls_below_them_and_one_end():
    with Simulator() as sim:
        recorder = Recorder()
        with Mistral("key", server_url=sim.url, observers=[recorder]) as client:
            with client.observe("whole", attributes={"a": 1}, content={"c": "secret"}) as scope:
                client.chat.complete(**ASK)
                scope.note({"b": 2}, content={"d": "more"})
            in_pieces = client.observe("in pieces", "client", parent={"scope": "elsewhere"})
            assert [seen.name for seen in recorder.seen] == ["whole", "chat"], "not begun"
            for _ in range(2):
                with in_pieces.current():
                    client.chat.complete(**ASK)
                assert current() is None
            failure = ValueError("it failed")
            in_pieces.end(failure)
            in_pieces.end()
            with pytest.raises(KeyError), client.observe("raises"):
                raise KeyError
            dropped = client.observe("dropped")
            with dropped.current():
                pass
            del dropped
            gc.collect()
            client.observe("never used").end()
    assert recorder.tree() == [
        "whole",
        ["chat"],
        "in pieces",
        ["chat", "chat"],
        "raises",
        "dropped",
    ]
    whole, _, pieces, _, _, raises, dropped = recorder.seen
    assert (whole.attributes, whole.content) == ({"a": 1, "b": 2}, {"c": "secret", "d": "more"})
    assert "secret" not in repr(whole.subject)
    assert (whole.outcome, pieces.outcome, dropped.outcome) == (None, failure, None)
    assert isinstance(raises.outcome, KeyError)
    assert (pieces.subject.kind, pieces.subject.parent) == ("client", {"scope": "elsewhere"})


def test_the_child_of_a_fork_ends_nothing_of_its_parent(monkeypatch):
    recorder = Recorder()
    with (
        Simulator(Answer(body=STREAM[:2], ending="hang")) as sim,
        Mistral("key", server_url=sim.url, observers=[recorder]) as client,
    ):
        dropped, ended = client.observe("dropped"), client.observe("ended")
        with dropped.current(), ended.current():
            stream = client.chat.stream(**ASK)
        monkeypatch.setattr("mistralai.client._stream.scope.reap", lambda job: job())
        monkeypatch.setattr(os, "getpid", lambda: -1)  # as in a child, which has copies of them
        stream.close()
        ended.end()
        del dropped
        gc.collect()
    assert [seen.name for seen in recorder.seen if not seen.over.is_set()] == [
        *("dropped", "ended", "chat")
    ]


def test_arguments_of_observers_and_scopes_are_checked(subtests):
    client = Mistral("key")
    cases = [
        (lambda: Mistral("key", observers=[object()]), TypeError, r"begun\(call\) or entered"),
        (lambda: Mistral("key", observers=[Recorder]), TypeError, "not <class"),
        (lambda: Mistral("key", observers=Recorder()), TypeError, "observers takes a list, not <"),
        (lambda: Mistral("key", observers=None), TypeError, "observers takes a list, not None"),
        (lambda: client.observe(""), ValueError, "name is empty"),
        (lambda: client.observe(3), TypeError, "name takes a string, not 3"),
        (lambda: client.observe("a", "server"), ValueError, "kind is 'server'; give 'internal'"),
    ]
    for call, error, words in cases:
        with subtests.test(words), pytest.raises(error, match=words):
            call()
    with client.observe("without observers") as scope:
        scope.note({"a": 1})
        assert scope.carrier == {}
