"""The relay over HTTP, without a server: its responses to requests."""

import json
import re

import anyio
import pytest
from starlette.exceptions import HTTPException
from trio.testing import MockClock

from mistralai.client.deltas import TextDelta, UsageDelta
from mistralai.client.models import UsageInfo
from mistralai.relay import (
    Answer,
    BrokenOffError,
    MemoryStore,
    Refused,
    Relay,
    StoreUnavailableError,
    messages_from_ui,
)
from mistralai.relay.asgi.requests import MAX_BODY
from support.asgi import Visit, lifespan, visit, visiting
from support.relay import HELLO, KEY, Script, ended

pytestmark = pytest.mark.anyio
on_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"])

BODY = {"id": KEY, "messages": []}
LAST = len(HELLO) + 2
"""The number of the end of an answer with `HELLO`: before it is its opening."""


def says(*deltas):
    """Return an `ask` whose answers have these deltas."""
    return lambda *_: ended(*deltas)


def numbers_in(text):
    return [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]


async def started(app, key=KEY):
    """Start an answer, and return the request that follows it, with its whole response."""
    return await visit(app, "POST", "/", {**BODY, "id": key})


async def test_an_answer_is_started_and_followed_and_followed_again():
    async with Relay() as relay:
        app = relay.asgi(says(*HELLO), protocol="events")
        posted = await started(app)
        assert (posted.status, posted.complete) == (200, True)
        assert posted.headers == {
            "content-type": "text/event-stream",
            "cache-control": "no-cache, no-transform",
            "x-accel-buffering": "no",
        }
        assert posted.messages[1]["body"].startswith(b": ")
        assert numbers_in(posted.text) == list(range(1, LAST + 1))
        again = await visit(app, "GET", f"/{KEY}/stream")
        assert (again.status, again.headers, again.text) == (200, posted.headers, posted.text)


@on_asyncio
async def test_every_number_continues_behind_it(subtests):
    async with Relay() as relay:
        app = relay.asgi(says(*HELLO), protocol="events")
        await started(app, "another")
        for base in (0, LAST):  # the second answer under a key goes on counting
            whole = (await started(app)).text.removeprefix(": open\n\n")
            for number in range(base + 1, base + LAST):
                rest = whole.partition(f"id: {number + 1}\n")[2]
                headers = {"Last-Event-ID": str(number)}
                with subtests.test(number=number):
                    by_header = await visit(app, "GET", f"/{KEY}/stream?after=1", headers=headers)
                    by_query = await visit(app, "GET", f"/{KEY}/stream?after={number}")
                    assert by_header.text == f": open\n\nid: {number + 1}\n{rest}"
                    assert by_query.text == by_header.text
            newest = await visit(app, "GET", f"/{KEY}/stream?after={base + LAST}")
            assert (newest.status, newest.text, newest.complete) == (204, "", True)
        for number in (1, LAST, 2 * LAST + 1):
            refused = await visit(app, "GET", f"/{KEY}/stream?after={number}")
            assert refused.status == 400
            assert refused.text.startswith(f"{number} is not the number of an event")


async def test_the_newest_number_of_an_answer_that_runs_waits():
    async with Relay() as relay:
        script = Script(TextDelta(0, "Hel"))
        app = relay.asgi(lambda *_: script, protocol="events")
        async with visiting(app, "POST", "/", BODY) as first:
            await first.until("Hel")
            async with visiting(app, "GET", f"/{KEY}/stream?after=2") as second:
                await second.until(": open")
                script.say(TextDelta(0, "lo"))
                script.end()
                await second.until('"end"')
        assert numbers_in(second.text) == [3, 4]


REQUESTS = {
    "no such address": ("GET", "/nowhere", b"", 404, "nothing at this address"),
    "no such method": ("GET", "/", b"", 405, "takes POST only"),
    "HEAD for POST": ("HEAD", "/", b"", 405, ""),
    "no such method of a stream": ("POST", f"/{KEY}/stream", b"", 405, "takes GET, HEAD only"),
    "no such method of a stop": ("GET", f"/{KEY}/stop", b"", 405, "takes POST only"),
    "no JSON": ("POST", "/", b"{", 400, "not valid JSON"),
    "no body": ("POST", "/", b"", 400, "not valid JSON"),
    "no UTF-8": ("POST", "/", b'"\xff"', 400, "not valid JSON"),
    "no object": ("POST", "/", b"[]", 400, "must be an object"),
    "no id": ("POST", "/", {"messages": []}, 400, "has no `id`"),
    "an id that is none": ("POST", "/", {"id": 7}, 400, "`id` of the body must be a string"),
    "an id in the path that is none": ("GET", "/a%00b/stream", b"", 400, "control characters"),
    "too long an id": ("POST", f"/{'x' * 513}/stop", b"", 400, "1 to 512 characters"),
    "too large": ("POST", "/", b" " * (MAX_BODY + 1), 413, "larger than 16 MiB"),
    "a running key": ("POST", "/", BODY, 409, "an answer is running under the key 'chat-7'"),
    "a malformed number": ("GET", f"/{KEY}/stream?after=x", b"", 400, "after is 'x'"),
    "an unknown number": ("GET", f"/{KEY}/stream?after=99", b"", 400, "99 is not the number"),
    "a number of a missing answer": (
        "GET",
        "/x/stream?after=1",
        b"",
        400,
        "no answer under this key",
    ),
    "a missing answer": ("GET", "/x/stream", b"", 204, ""),
    "the beginning of a missing answer": ("GET", "/x/stream?after=0", b"", 204, ""),
    "HEAD of a missing answer": ("HEAD", "/x/stream", b"", 204, ""),
    "HEAD of an answer": ("HEAD", f"/{KEY}/stream", b"", 200, ""),
    "HEAD of an unknown number": ("HEAD", f"/{KEY}/stream?after=99", b"", 400, ""),
    "a stop of a missing answer": ("POST", "/x/stop", b"", 200, '{"status":"missing"}'),
}


@on_asyncio
async def test_each_request_has_its_status_and_says_why(subtests):
    async with Relay() as relay:
        script = Script(*HELLO)
        await relay.start(KEY, script)
        app = relay.asgi(says(*HELLO), protocol="events")
        for name, (method, path, body, status, text) in REQUESTS.items():
            with subtests.test(name):
                done = await visit(app, method, path, body)
                assert (done.status, done.complete) == (status, True)
                assert text in done.text if text else done.text == ""
                if status != 200 or method == "POST":
                    assert done.headers["cache-control"] == "no-store"
                if status == 405:
                    assert done.headers["allow"] in done.text or method == "HEAD"
                if status == 204:
                    assert "content-length" not in done.headers
        announced = {"Content-Length": str(MAX_BODY + 1)}
        assert (await visit(app, "POST", "/", b"{}", announced)).status == 413
        script.end()


async def test_stop_keeps_what_came_and_says_how_the_answer_is():
    async with Relay() as relay:
        app = relay.asgi(lambda *_: Script(*HELLO), protocol="events")
        async with visiting(app, "POST", "/", BODY) as reader:
            await reader.until('"stop"')
            stopped = await visit(app, "POST", f"/{KEY}/stop")
            assert (stopped.status, stopped.text) == (200, '{"status":"stopped"}')
            await reader.until('"end","status":"stopped"')
        assert (await visit(app, "POST", f"/{KEY}/stop")).text == '{"status":"stopped"}'


@on_asyncio
async def test_ask_may_be_async_and_may_name_the_answer():
    seen = []

    async def ask(scope, body):
        seen.append((scope["method"], body))
        return Answer(ended(*HELLO), key="the/other €", message_id="m7")

    async with Relay() as relay:
        app = relay.asgi(ask, protocol="events")
        posted = await started(app)
        assert seen == [("POST", BODY)]
        assert '"id":"m7"' in posted.text
        assert posted.headers["x-relay-id"] == "the%2Fother%20%E2%82%AC"
        path = f"/{posted.headers['x-relay-id']}/stream"
        assert (await visit(app, "GET", path)).text == posted.text
        assert (await visit(app, "POST", "/", {})).status == 200  # the id is the application's


async def test_a_pending_stream_is_a_source_and_is_not_awaited():
    from mistralai import Mistral
    from mistralai.simulator import Simulator

    with Simulator() as sim:
        async with Mistral("key", server_url=sim.url) as client, Relay() as relay:
            app = relay.asgi(
                lambda *_: client.chat.stream_async(
                    model="m", messages=[{"role": "user", "content": "Hello there"}]
                ),
                protocol="events",
            )
            posted = await started(app)
    texts = re.findall(r'"type":"text","choice_index":0,"text":"(.*?)"', posted.text)
    assert "".join(texts) == "Hello there"


@on_asyncio
async def test_an_application_refuses_in_its_own_words(subtests):
    async with Relay() as relay:
        for refusal, status, text, header in (
            (Refused(401, "who are you?"), 401, "who are you?", None),
            (Refused(429, "later", headers={"Retry-After": "7"}), 429, "later", "7"),
            (HTTPException(402, "pay", {"retry-after": "9"}), 402, "pay", "9"),
            (HTTPException(404), 404, "Not Found", None),
        ):

            def ask(*_, refusal=refusal):
                raise refusal

            app = relay.asgi(ask, protocol="events", may=ask_may(refusal))
            for method, path in (("POST", "/"), ("GET", "/x/stream"), ("POST", "/x/stop")):
                with subtests.test(refusal=refusal, path=path):
                    done = await visit(app, method, path, BODY)
                    assert (done.status, done.text) == (status, text)
                    assert done.headers["content-type"] == "text/plain; charset=utf-8"
                    assert done.headers.get("retry-after") == header


def ask_may(refusal):
    async def may(*_):
        raise refusal

    return may


@on_asyncio
async def test_a_bug_of_the_application_is_raised_to_the_server_and_not_shown():
    def ask(*_):
        raise LookupError("the key is SECRET")

    async with Relay() as relay:
        bug, no_source, no_key = (Visit("POST", "/", BODY) for _ in range(3))
        with pytest.raises(LookupError, match="SECRET"):
            await bug.run(relay.asgi(ask, protocol="events"))
        with pytest.raises(TypeError, match="the source of an answer is int"):
            await no_source.run(relay.asgi(lambda *_: 7, protocol="events"))
        unnamed = Answer(ended(*HELLO), key="")
        with pytest.raises(ValueError, match="the key of an answer is empty"):
            await no_key.run(relay.asgi(lambda *_: unnamed, protocol="events"))
        assert await relay.status(KEY) == "missing", "the client's key is not taken instead"
        for shown in (bug, no_source, no_key):
            assert (shown.status, shown.complete) == (500, True)
            assert shown.text == "the server failed to answer this request; its log says why"


class Open:
    """An open source that nobody may read."""

    def __init__(self):
        self.closed = False

    def __aiter__(self):
        raise NotImplementedError

    async def aclose(self):
        self.closed = True


@on_asyncio
async def test_a_key_of_the_application_that_no_path_can_have_starts_nothing(subtests):
    faults = {
        "k" * 513: "the key of an answer must have 1 to 512 characters; it has 513",
        "a\nb": "the key of an answer must not have control characters",
        "\ud800": "the key of an answer must not have control characters",
    }
    for key, fault in faults.items():
        async with Relay() as relay:
            source, shown = Open(), Visit("POST", "/", BODY)
            answer = Answer(source, key=key)
            with subtests.test(fault), pytest.raises(ValueError, match=fault):
                await shown.run(relay.asgi(lambda *_, answer=answer: answer, protocol="events"))
            assert (shown.status, shown.text[:17]) == (500, "the server failed")
            assert await relay.status(key) == "missing"
            assert source.closed
    longest = Answer(ended(*HELLO), key="k" * 512)
    async with Relay() as relay:
        app = relay.asgi(lambda *_: longest, protocol="events")
        assert (await visit(app, "POST", "/", BODY)).status == 200


@on_asyncio
async def test_a_closed_relay_says_that_it_cannot_answer(caplog):
    relay = Relay()
    await relay.aclose()
    app = relay.asgi(says(*HELLO), protocol="events")
    for method, path in (("POST", "/"), ("GET", "/x/stream"), ("POST", "/x/stop")):
        done = await visit(app, method, path, BODY)
        assert (done.status, done.text[-15:]) == (503, "try again later")
    assert [record.message for record in caplog.records] == [
        "a request was answered by 503: the relay is closed; enter it again by `async with relay`"
    ] * 3


@on_asyncio
async def test_who_may_follow_and_stop_is_the_applications_to_say():
    asked = []

    async def may(_, key, action):
        asked.append((key, action))
        return key == KEY

    async with Relay() as relay:
        app = relay.asgi(says(*HELLO), protocol="events", may=may)
        await started(app)
        for key, follow, stop in ((KEY, 200, 200), ("x", 403, 403)):
            assert (await visit(app, "GET", f"/{key}/stream", client=None)).status == follow
            assert (await visit(app, "POST", f"/{key}/stop", client=None)).status == stop
    assert asked == [(KEY, "follow"), (KEY, "stop"), ("x", "follow"), ("x", "stop")]


class Shared(MemoryStore):
    """A store that says that other processes share it."""

    shared = True


@on_asyncio
async def test_without_may_only_this_machine_may_and_nobody_over_a_shared_store(subtests):
    far = {"client": ("192.0.2.1", 5)}
    for store, scope, status in (
        (MemoryStore(), {}, 200),
        (MemoryStore(), far, 403),
        (Shared(), {}, 403),
    ):
        async with Relay(store) as relay:
            app = relay.asgi(says(*HELLO), protocol="events")
            assert (await visit(app, "POST", "/", BODY, **scope)).status == 200
            for method, path in (
                ("GET", f"/{KEY}/stream"),
                ("HEAD", f"/{KEY}/stream"),
                ("GET", "/missing/stream"),
                ("POST", f"/{KEY}/stop"),
            ):
                with subtests.test(store=store, scope=scope, path=path):
                    done = await visit(app, method, path, **scope)
                    assert done.status == (
                        204 if (status, "missing" in path) == (200, True) else status
                    )
                    assert "may=" in done.text or status == 200 or method == "HEAD"


async def test_a_reader_who_leaves_is_seen_at_once_and_the_answer_runs_on():
    async with Relay() as relay:
        script = Script(TextDelta(0, "Hel"))
        app = relay.asgi(lambda *_: script, protocol="events")
        async with visiting(app, "POST", "/", BODY) as reader:
            await reader.until("Hel")
        # The application has returned while the model was silent.
        assert not reader.complete
        assert await relay.status(KEY) == "running"
        script.say(TextDelta(0, "lo"), None)
        assert '"lo"' in (await visit(app, "GET", f"/{KEY}/stream")).text


async def test_the_last_reader_who_leaves_stops_the_answer_if_that_is_wanted():
    async with Relay(on_last_leave="stop", grace=0) as relay:
        script = Script(TextDelta(0, "Hel"))
        app = relay.asgi(lambda *_: script, protocol="events")
        async with visiting(app, "POST", "/", BODY) as reader:
            await reader.until("Hel")
        await script.closed.wait()
        assert '"end","status":"stopped"' in (await visit(app, "GET", f"/{KEY}/stream")).text


async def test_who_only_asks_or_is_refused_is_no_reader_whose_leaving_stops_an_answer():
    async with Relay(on_last_leave="stop", grace=0) as relay:
        script = Script(TextDelta(0, "Hel"))
        await relay.start(KEY, script)
        app = relay.asgi(lambda *_: script, protocol="events")
        assert (await visit(app, "HEAD", f"/{KEY}/stream")).status == 200
        assert (await visit(app, "GET", f"/{KEY}/stream?after=99")).status == 400
        await anyio.wait_all_tasks_blocked()
        assert await relay.status(KEY) == "running"
        script.end()
        assert '"end","status":"ended"' in (await visit(app, "GET", f"/{KEY}/stream")).text


async def test_a_request_that_is_cancelled_or_never_comes_whole_leaves_nothing_behind():
    async with Relay(on_last_leave="stop", grace=0) as relay:
        script = Script(TextDelta(0, "Hel"))
        app = relay.asgi(lambda *_: script, protocol="events")
        reader = Visit("POST", "/", BODY)
        async with anyio.create_task_group() as server:
            server.start_soon(reader.run, app)
            await reader.until("Hel")
            server.cancel_scope.cancel()
        await script.closed.wait()
        left = Visit("POST", "/", None)
        left.leave()
        assert (await left.run(app)).messages == []


@on_asyncio
async def test_a_server_that_reports_a_lost_connection_is_believed():
    async def send(_):
        raise OSError("gone")

    async with Relay() as relay:
        app = relay.asgi(says(*HELLO), protocol="events")
        for request in (Visit("POST", "/", BODY), Visit("GET", "/nowhere")):
            await app(request.scope, request._receive, send)
        assert await relay.status(KEY) in {"running", "ended"}


MOCKED = ("trio", {"clock": MockClock(autojump_threshold=0)})


@pytest.mark.parametrize("anyio_backend", [MOCKED], ids=["trio"])
async def test_a_reader_that_takes_nothing_is_dropped_and_comes_back_with_its_number():
    async with Relay() as relay:
        app = relay.asgi(lambda *_: script, protocol="events")
        for taken in (0, 1, 2, 3):
            script = Script(*HELLO, TextDelta(0, str(taken)))
            frozen = Visit("POST", "/", {"id": str(taken)}, taken=taken)
            begin = anyio.current_time()
            with pytest.raises(BrokenOffError, match="took nothing for 30 s"):
                await frozen.run(app)
            assert anyio.current_time() - begin == pytest.approx(30, abs=15)
            script.end()
            number = max(numbers_in(frozen.text), default=0) if taken > 1 else 0
            back = await visit(app, "GET", f"/{taken}/stream?after={number}")
            assert numbers_in(back.text) == list(range(number + 1, LAST + 2))


@pytest.mark.parametrize("anyio_backend", [MOCKED], ids=["trio"])
async def test_a_quiet_stream_has_a_heartbeat():
    async with Relay() as relay:
        script = Script(TextDelta(0, "Hel"))
        app = relay.asgi(lambda *_: script, protocol="events", heartbeat=15)
        async with visiting(app, "POST", "/", BODY) as reader:
            await reader.until("Hel")
            begin, sent = anyio.current_time(), len(reader.messages)
            await anyio.sleep(46)
            assert [message["body"] for message in reader.messages[sent:]] == [b": alive\n\n"] * 3
            script.say(TextDelta(0, "lo"))
            await reader.until("lo")
            assert anyio.current_time() - begin == pytest.approx(46)
            await anyio.sleep(14)
            assert len(reader.messages) == sent + 4


async def test_a_server_starts_and_closes_the_relay():
    relay = Relay()
    app = relay.asgi(says(*HELLO), protocol="events")
    assert await lifespan(app) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert (await started(app)).status == 503


class FailingStore(MemoryStore):
    """A store that cannot be opened, or closed."""

    def __init__(self, phase):
        super().__init__()
        self.phase = phase

    async def __aenter__(self):
        if self.phase == "startup":
            raise StoreUnavailableError("away")
        return self

    async def __aexit__(self, *_):
        raise StoreUnavailableError("away")


async def test_a_server_is_told_of_a_relay_that_cannot_open_or_close(subtests):
    for phase, others in (("startup", []), ("shutdown", ["lifespan.startup.complete"])):
        with subtests.test(phase):
            sent = []
            app = Relay(FailingStore(phase)).asgi(says(*HELLO), protocol="events")
            with pytest.raises(StoreUnavailableError, match="away"):
                await lifespan(app, sent)
            assert sent == [*others, f"lifespan.{phase}.failed"]


@on_asyncio
async def test_a_websocket_is_refused():
    sent = []

    async def send(message):
        sent.append(message["type"])

    app = Relay().asgi(says(*HELLO), protocol="events")
    await app({"type": "websocket", "path": "/"}, None, send)
    assert sent == ["websocket.close"]
    with pytest.raises(ValueError, match="'telepathy'"):
        await app({"type": "telepathy"}, None, send)


ENDED = {
    # protocol, settings, the number that is brought: the status of an answer that has ended
    ("ai-sdk", None, ""): 204,
    ("ai-sdk", None, "?after=0"): 204,
    ("ai-sdk", None, "?after=3"): 200,
    ("ai-sdk", None, f"?after={LAST}"): 204,
    ("ai-sdk@6", None, ""): 204,
    ("ai-sdk", "replay", ""): 200,
    ("ai-sdk", "replay", f"?after={LAST}"): 204,
    ("openai", None, ""): 200,
    ("events", None, ""): 200,
    ("ag-ui", None, ""): 200,
    ("text", None, ""): 200,
}


@on_asyncio
async def test_an_answer_that_has_ended_is_given_whole_but_to_use_chat(subtests):
    async with Relay() as relay:
        await relay.start(KEY, ended(*HELLO))
        assert [frame.id async for frame in relay.follow(KEY)][-1] == LAST
        for (protocol, finished, query), status in ENDED.items():
            app = relay.asgi(says(), protocol, finished=finished)
            with subtests.test(protocol=protocol, finished=finished, query=query):
                done = await visit(app, "GET", f"/{KEY}/stream{query}")
                assert (done.status, bool(done.text), done.complete) == (
                    status,
                    status == 200,
                    True,
                )


async def test_use_chat_is_asked_for_and_shown_what_it_knows():
    async with Relay() as relay:
        app = relay.asgi(lambda _, body: messages_from_ui(body), "ai-sdk")
        wrong = await visit(app, "POST", "/", {**BODY, "messages": 7})
        assert (wrong.status, wrong.text) == (400, "messages is 7; it must be a list")
        app = relay.asgi(says(*HELLO), "ai-sdk")
        posted = await started(app)
        assert posted.headers["x-vercel-ai-ui-message-stream"] == "v1"
        assert posted.text.endswith("data: [DONE]\n\n")
        script = Script(*HELLO)
        await relay.start(KEY, script)
        busy = await started(app)
        assert busy.headers["content-type"] == "text/plain; charset=utf-8"
        assert (busy.status, busy.text[:21]) == (409, "an answer is running ")
        async with visiting(app, "GET", f"/{KEY}/stream") as resumed:
            script.end()
            await resumed.until("[DONE]")


COMPLETION = {"model": "m", "messages": [], "stream": True}
WITH_USAGE = {**COMPLETION, "stream_options": {"include_usage": True}}


@on_asyncio
async def test_openai_clients_start_answers_that_have_a_made_id(subtests):
    async with Relay() as relay:
        usage = UsageDelta(UsageInfo(prompt_tokens=1, completion_tokens=2, total_tokens=3))
        app = relay.asgi(says(*HELLO, usage), "openai")
        for path in ("/", "/chat/completions"):
            for body, choices in ((COMPLETION, 4), (WITH_USAGE, 5)):
                with subtests.test(path=path, body=body):
                    done = await visit(app, "POST", path, body)
                    assert done.text.count('"choices":') == choices
                    assert done.text.endswith("data: [DONE]\n\n")
                    key = done.headers["x-relay-id"]
                    assert await relay.status(key) == "ended"
                    assert (await visit(app, "GET", f"/{key}/stream")).status == 200
        for body, sentence, kind in (
            ({**COMPLETION, "stream": False}, 'send "stream": true', "invalid_request_error"),
            ({"model": "m"}, 'send "stream": true', "invalid_request_error"),
            ({**COMPLETION, "id": 7}, "`id` of the body", "invalid_request_error"),
        ):
            with subtests.test(body=body):
                done = await visit(app, "POST", "/chat/completions", body)
                assert (done.status, done.headers["content-type"]) == (400, "application/json")
                error = json.loads(done.text)["error"]
                assert (error["type"], sentence in error["message"]) == (kind, True)
        foreign = await visit(app, "GET", "/x/stream", client=None)
        assert json.loads(foreign.text)["error"]["type"] == "permission_error"


@on_asyncio
async def test_ag_ui_clients_name_thread_and_run():
    async with Relay() as relay:
        app = relay.asgi(says(*HELLO), "ag-ui")
        done = await visit(app, "POST", "/", {"threadId": KEY, "runId": "r7", "messages": []})
        assert (f'"threadId":"{KEY}"' in done.text, '"runId":"r7"' in done.text) == (True, True)
        assert "has no `threadId`" in (await visit(app, "POST", "/", {"id": KEY})).text
        assert await relay.status(KEY) == "ended"


async def test_plain_text_that_is_not_whole_breaks_the_connection_off():
    async with Relay() as relay:
        whole = await started(relay.asgi(says(*HELLO), "text"), "whole")
        assert (whole.text, whole.complete) == ("Hello", True)
        assert whole.headers["content-type"] == "text/plain; charset=utf-8"
        assert whole.messages[1]["body"] == b""  # the headers are on their way
        broken = Visit("POST", "/", BODY)
        with pytest.raises(BrokenOffError, match="the answer is not whole"):
            await broken.run(relay.asgi(says(HELLO[0], LookupError("no")), "text"))
        assert (broken.text, broken.complete) == ("Hel", False)


@on_asyncio
async def test_a_reader_that_fell_behind_is_told_of_the_gap(subtests):
    async with Relay(MemoryStore(max_bytes=1000)) as relay:
        await relay.start(KEY, ended(*[TextDelta(0, str(number)) for number in range(20)]))
        assert [frame.id async for frame in relay.follow(KEY)][-1] == 22
        for protocol, after, text in (
            ("events", 0, 'event: gap\ndata: {"type":"gap","first":1,'),
            ("events", 3, 'event: gap\ndata: {"type":"gap","first":4,'),
            ("events", 21, ": open\n\nid: 22\nevent: end"),
            ("ai-sdk", 3, '"type":"error"'),
            ("openai", 0, '"code":"gap"'),
        ):
            with subtests.test(protocol=protocol, after=after):
                app = relay.asgi(says(), protocol)
                done = await visit(app, "GET", f"/{KEY}/stream?after={after}")
                assert text in done.text
                assert done.complete


def test_settings_are_checked(subtests):
    for settings, message in (
        ({"protocol": "sse"}, r"protocol='sse' is not known; choose one of .*events"),
        ({"send_timeout": 0}, "send_timeout is 0; give seconds, more than 0"),
        ({"heartbeat": -1.0}, "heartbeat is -1.0; give seconds, more than 0"),
        ({"finished": "again"}, "finished='again' is not known; give \"replay\""),
    ):
        with subtests.test(settings), pytest.raises(ValueError, match=message):
            Relay().asgi(says(), **{"protocol": "events", **settings})
    for name, settings in {"ask": {"ask": "x"}, "may": {"ask": says(), "may": True}}.items():
        with subtests.test(name), pytest.raises(TypeError, match=f"{name} is .*; give a function"):
            Relay().asgi(**settings, protocol="events")
    for status in (200, 399, 600):
        with pytest.raises(ValueError, match=f"status is {status}"):
            Refused(status, "no")
    assert str(Refused(403, "no")) == "403: no"
    assert repr(Relay().asgi(says(), protocol="events")) == "<Application protocol='events'>"
