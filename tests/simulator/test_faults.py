"""Every fault, seen by a client of plain sockets."""

import gzip
import json
import time
import zlib
from email.utils import parsedate_to_datetime

import pytest

from mistralai.simulator import At, Scenario, Simulator, Timing, faults
from mistralai.simulator.faults.choice import FAULTS, HEADER, named
from support.naive_reader import read_chunks
from support.raw_answer import ask
from support.raw_client import RawClient, chat, request_bytes

FINE = "Hello there"
DONE = b"data: [DONE]\n\n"


@pytest.fixture(scope="module")
def events():
    """The events of the answer that the faults of this module spoil."""
    with Simulator() as sim:
        return [event + b"\n\n" for event in ask(sim).body.split(b"\n\n")[:-1]]


def spoiled(*spoiling, reply="auto", request=None, **options):
    with Simulator(Scenario(reply, faults=spoiling), **options) as sim:
        return ask(sim, request)


def test_a_body_breaks_off_behind_any_event(subtests, events):
    for fault, end in [(faults.Cut, "eof"), (faults.Reset, "reset"), (faults.Truncate, "whole")]:
        for place in range(5):
            with subtests.test(fault=fault, end=end, place=place):
                answer = spoiled(fault(at=At(event=place)))
                assert (answer.body, answer.end) == (b"".join(events[:place]), end)


def test_a_body_breaks_off_at_any_byte(subtests, events):
    for fault, end in [(faults.Cut, "eof"), (faults.Reset, "reset"), (faults.Truncate, "whole")]:
        with subtests.test(fault=fault):
            text = b"".join(events)
            for place in range(0, len(text), 97):
                answer = spoiled(fault(at=At(byte=place)))
                assert (answer.body, answer.end) == (text[:place], end)


def test_a_body_breaks_off_at_a_moment(subtests, events):
    for fault in [faults.Cut, faults.Reset, faults.Truncate]:
        with subtests.test(fault=fault):
            slept = []
            scenario = Scenario(
                timing=Timing(first=2, tokens_per_second=1), faults=[fault(at=At(time=2.5))]
            )
            with Simulator(scenario, sleep=recorded_sleep(slept)) as sim:
                body = ask(sim).body
            assert (body, slept) == (b"".join(events[:2]), [2, 0.5])


ENDLESS = {
    "stall": (faults.Stall(at=At(event=2)), b'"Hello"'),
    "pings": (faults.Pings(at=At(event=1), every=0), b"8\r\n: ping\n\n\r\n" * 3),
    "endless": (faults.Endless(), DONE),
    "endless with pings": (faults.Endless(every=0), b": ping\n\n\r\n"),
}


def test_an_answer_that_never_ends_lasts_until_the_client_closes(subtests):
    for name, (fault, seen) in ENDLESS.items():
        with subtests.test(name), Simulator(Scenario(faults=[fault])) as sim:
            with RawClient(sim.url) as client:
                client.send(chat(stream=True))
                _, error = client.read_until(lambda data, seen=seen: seen in data)
                assert error is None
                if name == "stall":
                    sim.requests[0].answered.wait()
                assert not sim.requests[0].closed.is_set()
            sim.requests[0].closed.wait()


def recorded_sleep(slept):
    async def sleep(seconds):
        slept.append(seconds)

    return sleep


def test_a_stall_may_be_over_after_some_time(events):
    slept = []
    answer = spoiled(faults.Stall(at=At(event=2), seconds=30), sleep=recorded_sleep(slept))
    assert (answer.body, answer.end, slept) == (b"".join(events), "whole", [30])


TEXT, KIND = "Rate limit exceeded", "rate_limited"
DETAIL = [{"type": KIND, "loc": ["body"], "msg": TEXT, "input": None}]
OBJECT = {"object": "error", "message": TEXT, "type": KIND, "param": None, "code": "1300"}
SHAPES = {
    "object": OBJECT,
    "status": OBJECT | {"raw_status_code": 429},
    "no-code": OBJECT | {"code": None},
    "number": OBJECT | {"code": 1300},
    "evaluation": OBJECT | {"object": "Error", "code": 1300, "guardrails": []},
    "wrapped": OBJECT | {"message": {"detail": DETAIL}, "raw_status_code": 429},
    "list": {"detail": DETAIL},
    "detail": {"detail": TEXT},
    "gateway": {"message": TEXT, "request_id": "0" * 32},
    "message": {"message": TEXT},
    "guardrail": {
        "error": {"message": TEXT, "status": 429},
        "guardrails": {"results": {"moderation": {"blocked": True}}},
    },
    "openai": {"error": {"message": TEXT, "type": KIND, "code": 1300}},
}


def test_an_error_stands_in_the_stream_in_each_shape(subtests, events):
    for shape, expected in SHAPES.items():
        with subtests.test(shape):
            answer = spoiled(faults.ErrorEvent(at=At(event=2), shape=shape, status=429))
            error = json.dumps(expected, separators=(",", ":")).encode()
            assert answer.body == b"".join(events[:2]) + b"data: " + error + b"\n\n"
            assert answer.end == "whole"


def body_table(events):
    """The faults of an answer, and the body that it has with them."""
    first, second, third, *rest = events
    whole = b"".join(events)
    ping = b": ping\n\n"
    one_ping = faults.Pings(every=0, count=1)
    error = b'event: error\ndata: {"detail":"Service unavailable."}\n\n'
    pause = faults.Stall(seconds=0, at=At(event=2))
    cut, twice = faults.Cut(at=At(event=3)), faults.Duplicate(at=At(event=0))
    return {
        "a place past the end": ([faults.Cut(at=At(event=100))], whole),
        "two pings": (
            [faults.Pings(at=At(event=1), every=0, count=2)],
            first + ping * 2 + whole.removeprefix(first),
        ),
        "a named error": (
            [faults.ErrorEvent(at=At(event=2), shape="detail", named=True, goes_on=True)],
            b"".join([first, second, error, third, *rest]),
        ),
        "anything put in": (
            [faults.Insert(at=At(byte=5), data="\u00e9")],
            whole[:5] + b"\xc3\xa9" + whole[5:],
        ),
        "an event twice": (
            [faults.Duplicate(at=At(event=1))],
            b"".join([first, second, second, third, *rest]),
        ),
        "two events swapped": (
            [faults.Swap(at=At(event=1))],
            b"".join([first, third, second, *rest]),
        ),
        "the last event swapped": ([faults.Swap(at=At(event=4))], whole),
        "no last event": ([faults.NoDone()], b"".join(events[:-1])),
        "no final line ends": ([faults.NoFinalNewline()], whole[:-2]),
        "CRLF": (
            [faults.LineEnds(style="crlf"), one_ping],
            ping + whole.replace(b"\n", b"\r\n"),
        ),
        "CR": ([faults.LineEnds(style="cr"), one_ping], ping + whole.replace(b"\n", b"\r")),
        "CRLF after a ping and a pause": (
            [one_ping, faults.Stall(seconds=0), faults.LineEnds()],
            (ping + whole).replace(b"\n", b"\r\n"),
        ),
        "byte order mark": ([faults.ByteOrderMark()], b"\xef\xbb\xbf" + whole),
        "swapped around a pause": (
            [pause, faults.Swap(at=At(event=1))],
            b"".join([first, third, second, *rest]),
        ),
        "split around a pause": (
            [pause, faults.SplitUtf8(), faults.NoFinalNewline()],
            whole[:-2],
        ),
        "cut, then twice": ([cut, twice], b"".join([first, first, second, third])),
        "twice, then cut": ([twice, cut], b"".join([first, first, second])),
        "nothing to shorten": ([faults.Truncate(), faults.NoFinalNewline()], b""),
        "nothing to split": ([faults.Truncate(), faults.SplitUtf8()], b""),
    }


def test_faults_change_the_body_in_their_order(subtests, events):
    for name, (spoiling, body) in body_table(events).items():
        with subtests.test(name):
            answer = spoiled(*spoiling)
            cut = any(isinstance(fault, faults.Cut) for fault in spoiling) and body != b"".join(
                events
            )
            assert (answer.body, answer.end) == (body, "eof" if cut else "whole")


def test_an_error_may_be_a_finish_reason():
    body = spoiled(faults.ErrorEvent(at=At(event=2), shape="finish-reason")).body
    assert read_chunks(body)[-1]["choices"][0]["finish_reason"] == "error"


def test_bad_json_is_an_event_that_breaks_off(events):
    body = spoiled(faults.BadJson(at=At(event=1))).body
    event = body.removeprefix(events[0]).removesuffix(b"".join(events[1:]))
    assert event.startswith(b'data: {"id"')
    assert event.endswith(b"\n\n")
    with pytest.raises(ValueError, match="line 1"):
        read_chunks(event)


def test_a_huge_event_has_the_size_that_was_asked_for(events):
    body = spoiled(faults.HugeEvent(at=At(event=1), size=200_001)).body
    event = body.removeprefix(events[0]).removesuffix(b"".join(events[1:]))
    assert read_chunks(event)[0]["choices"][0]["delta"]["content"] == "x" * 200_001


def test_pauses_stay_where_they_are_when_the_last_line_ends_are_gone():
    slept = []
    timing = Timing(first=1, tokens_per_second=2)
    scenario = Scenario(timing=timing, faults=[faults.NoFinalNewline()])
    with Simulator(scenario, sleep=recorded_sleep(slept)) as sim:
        assert ask(sim).body.endswith(b"data: [DONE]")
    assert slept == [1, 0.5, 0.5, 0.5]


def test_characters_are_cut_between_two_sends():
    slept = []
    request = chat("a\u00e9\U0001f642b", stream=True)
    answer = spoiled(faults.SplitUtf8(), request=request, sleep=recorded_sleep(slept))
    assert "a\u00e9\U0001f642b".encode() in answer.body
    assert slept == [0.002, 0.002]


def test_the_body_may_be_compressed(events):
    fault = faults.Pings(every=0, count=1)
    answer = spoiled(fault, faults.Stall(seconds=0), faults.Gzip())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b": ping\n\n" + b"".join(events)
    assert answer.end == "whole"


def test_a_compressed_body_may_break_off(subtests, events):
    for fault, end in [(faults.Cut, "eof"), (faults.Truncate, "whole")]:
        with subtests.test(fault=fault):
            answer = spoiled(fault(at=At(event=1)), faults.Gzip())
            decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            assert (decompressor.decompress(answer.body), answer.end) == (events[0], end)
            assert decompressor.eof is (end == "whole")


def test_the_label_may_be_wrong_or_missing(events):
    answer = spoiled(faults.ContentType())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.body == b"".join(events)
    assert "content-type" not in spoiled(faults.ContentType(value="")).headers


STATUSES = [
    (400, b'{"object":"error","message":"Unexpected role'),
    (401, b'{"detail":"Unauthorized"}'),
    (403, b'{"error":{"message":"Content blocked by guardrail","status":403}'),
    (404, b'{"detail":"Not Found"}'),
    (422, b'{"detail":[{"type":"string_type"'),
    (429, b'{"object":"error","message":"Rate limit exceeded"'),
    (500, b'{"object":"error","message":"Service unavailable."'),
    (503, b'{"object":"error","message":"Service tier capacity exceeded'),
    (504, b'{"object":"error","message":"Upstream error"'),
]


def test_the_answer_is_an_error_of_any_status_in_the_shape_that_was_seen(subtests):
    for status, beginning in STATUSES:
        with subtests.test(status=status):
            answer = spoiled(faults.Status(status=status))
            assert (answer.status, answer.end) == (status, "whole")
            assert answer.body.startswith(beginning)
            assert "retry-after" not in answer.headers
    with subtests.test("another shape"):
        body = spoiled(faults.Status(status=401, shape="openai")).body
        assert body.startswith(b'{"error":{')


def test_retry_after_is_told_in_each_form():
    seconds = spoiled(faults.Status(retry_after=2.5)).headers
    milliseconds = spoiled(faults.Status(retry_after=2.5, form="ms")).headers
    date = spoiled(faults.Status(retry_after=100, form="date")).headers
    assert seconds["retry-after"] == "2.5"
    assert (milliseconds["retry-after-ms"], "retry-after" in milliseconds) == ("2500", False)
    moment = parsedate_to_datetime(date["retry-after"]).timestamp()
    assert 0 < moment - time.time() <= 100


def test_an_error_may_be_a_large_page():
    answer = spoiled(faults.Status(status=502, shape="html"))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert len(answer.body) > 200_000


def test_the_first_requests_fail_and_the_next_is_fine():
    with Simulator(Scenario(faults=[faults.Status(status=503, first=2)])) as sim:
        assert [ask(sim).status for _ in range(4)] == [503, 503, 200, 200]


def test_a_redirect_is_for_the_first_request():
    with Simulator(Scenario(faults=[faults.Redirect(location="/elsewhere")])) as sim:
        first, second = ask(sim), ask(sim)
    assert (first.status, first.headers["location"]) == (307, "/elsewhere")
    assert first.end == "whole"
    assert second.status == 200


def test_the_head_may_be_late_and_slow():
    slept = []
    fault = faults.SlowHeaders(seconds=3, every=0.5)
    answer = spoiled(fault, sleep=recorded_sleep(slept))
    assert (answer.status, answer.end) == (200, "whole")
    assert slept[0] == 3
    assert len(slept) > 100
    assert set(slept[1:]) == {0.5}


LIMITS_2024 = {
    "ratelimitbysize-limit": "1",
    "ratelimitbysize-remaining": "2",
    "ratelimitbysize-query-cost": "3",
    "ratelimitbysize-reset": "4",
    "x-ratelimitbysize-limit-minute": "1",
    "x-ratelimitbysize-remaining-minute": "2",
}
LIMITS_2025 = {
    "x-ratelimit-limit-tokens-minute": "1",
    "x-ratelimit-remaining-tokens-minute": "2",
    "x-ratelimit-tokens-query-cost": "3",
    "x-ratelimit-limit-req-minute": "5",
    "x-ratelimit-remaining-req-minute": "6",
}


def test_a_stream_may_tell_the_rate_limits(subtests):
    for names, fields in [("2024", LIMITS_2024), ("2025", LIMITS_2025)]:
        with subtests.test(names=names):
            limits = {"limit": 1, "remaining": 2, "cost": 3, "reset": 4}
            requests = {"requests": 5, "remaining_requests": 6}
            headers = spoiled(faults.RateLimits(names=names, **limits, **requests)).headers
            assert {name: value for name, value in headers.items() if "ratelimit" in name} == fields


def test_the_idle_connection_may_be_closed():
    with Simulator(Scenario(faults=[faults.CloseIdle()])) as sim, RawClient(sim.url) as client:
        client.send(chat(stream=True))
        data, error = client.read_all()
    assert b"connection: close" not in data
    assert data.endswith(DONE + b"\r\n0\r\n\r\n")
    assert error is None


def test_a_fault_of_a_body_happens_to_one_that_does_not_stream():
    with Simulator() as sim:
        whole = ask(sim, chat()).body
    answer = spoiled(faults.Cut(at=At(byte=10)), request=chat())
    assert (answer.body, answer.end) == (whole[:10], "eof")


def test_a_refused_request_is_not_spoiled():
    answer = spoiled(faults.Cut(), request=chat(unknown=1))
    assert (answer.status, answer.end) == (422, "whole")


def test_a_rate_is_a_share_of_the_requests_and_follows_the_seed():
    def failed(seed):
        with Simulator(Scenario(faults=[faults.Status(rate=0.5)]), seed=seed) as sim:
            return [ask(sim).status == 429 for _ in range(40)]

    first = failed(1)
    assert 5 < sum(first) < 35
    assert first == failed(1)
    assert first != failed(2)


def test_a_fault_may_ask_for_a_header_or_a_model():
    only = Scenario(
        faults=[
            faults.Status(status=500, header="X-Fail"),
            faults.Status(status=503, model="bad"),
        ]
    )
    with Simulator(only) as sim:
        message = [{"role": "user", "content": "x"}]
        body = {"model": "m", "messages": message, "stream": True}
        assert ask(sim, request_bytes(body)).status == 200
        assert ask(sim, request_bytes(body, headers={"x-fail": ""})).status == 500
        assert ask(sim, request_bytes({**body, "model": "bad"})).status == 503


def test_a_client_asks_for_faults_by_the_name_of_the_model_or_by_a_header(subtests):
    def asking(model, header=""):
        messages = [{"role": "user", "content": "Hello there"}]
        body = {"model": model, "messages": messages, "stream": True}
        return request_bytes(body, headers={HEADER: header} if header else {})

    with subtests.test("model"):
        answer = spoiled(request=asking("cut-after-2"))
        assert (answer.body.count(b"data: "), answer.end) == (2, "eof")
        assert b'"model":"cut-after-2"' in answer.body
    with subtests.test("header"):
        body = spoiled(request=asking("m", "no-done, duplicate-after-1")).body
        assert (body.count(b"data: "), b"[DONE]" in body) == (5, False)
    with subtests.test("header without a fault's name"):
        answer = spoiled(request=asking("m", "cutt"))
        assert answer.status == 400
        message = json.loads(answer.body)["message"]
        assert message == "x-simulator-fault: 'cutt' is not a fault, such as cut-after-5"


def seen(answer):
    """All that tells an answer from another, but for what is new in each."""
    fresh = {"date", "mistral-correlation-id", "x-kong-request-id"}
    kept = {name: value for name, value in answer.headers.items() if name not in fresh}
    return answer.status, kept, answer.body, answer.end


def test_every_fault_that_ends_can_be_asked_for_by_its_name_alone(subtests):
    for kind in sorted(FAULTS.keys() - {"stall", "pings", "endless", "huge-event", "close-idle"}):
        with subtests.test(kind=kind):
            slept = []

            def asked(model):
                messages = [{"role": "user", "content": "\u00e9"}]
                return request_bytes({"model": model, "messages": messages, "stream": True})

            by_header = asked("m").replace(
                b"host:", b"%s: %s\r\nhost:" % (HEADER.encode(), kind.encode())
            )
            with Simulator(sleep=recorded_sleep(slept)) as sim:
                fine = (seen(ask(sim, asked("m"))), 0)
                results = []
                for request in (by_header, asked(kind)):
                    slept.clear()
                    results.append((seen(ask(sim, request)), sum(slept)))
            assert fine not in results
            assert results[0][1] == results[1][1]
            assert results[0][0][0] == results[1][0][0]


NAMED = {
    "cut": faults.Cut(),
    "cut-after-5": faults.Cut(at=At(event=5)),
    "reset-at-byte-120": faults.Reset(at=At(byte=120)),
    "stall-at-1.5s": faults.Stall(at=At(time=1.5)),
    "status-503": faults.Status(status=503),
    "error-429-after-2": faults.ErrorEvent(status=429, at=At(event=2)),
    "no-final-newline": faults.NoFinalNewline(),
    "": None,
    "mistral-large-latest": None,
    "cut-after": None,
    "cut-after-x": None,
    "bom-after-1": None,
    "cut-503": None,
    "status-200": None,
}


def test_a_name_is_that_of_a_fault_or_of_none(subtests):
    for name, fault in NAMED.items():
        with subtests.test(name):
            assert named(name) == fault


def test_every_kind_of_fault_has_a_name_of_its_own():
    kinds = {getattr(faults, name) for name in faults.__all__} - {faults.At, faults.Fault}
    assert set(FAULTS.values()) == kinds
    assert all(isinstance(named(kind), FAULTS[kind]) for kind in FAULTS)


def test_a_condition_that_nothing_meets_is_refused(subtests):
    for condition in [{"rate": 1.1}, {"rate": -1}, {"first": 0}]:
        with (
            subtests.test(condition=condition),
            pytest.raises(ValueError, match=r"use 0 to 1|use 1 or more"),
        ):
            faults.Cut(**condition)
