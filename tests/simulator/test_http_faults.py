"""Faults of the status, the header fields and the connection."""

import time
from email.utils import parsedate_to_datetime

from mistralai.simulator import Scenario, Simulator, faults
from support.raw_answer import ask
from support.raw_client import RawClient, chat
from support.spoiling import recorded_sleep, spoiled

DONE = b"data: [DONE]\n\n"


def test_the_content_type_may_be_wrong_or_missing(events):
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


def test_an_error_has_the_recorded_shape_of_its_status(subtests):
    for status, beginning in STATUSES:
        with subtests.test(status=status):
            answer = spoiled(faults.Status(status=status))
            assert (answer.status, answer.end) == (status, "whole")
            assert answer.body.startswith(beginning)
            assert "retry-after" not in answer.headers
    with subtests.test("another shape"):
        body = spoiled(faults.Status(status=401, shape="openai")).body
        assert body.startswith(b'{"error":{')


def test_retry_after_has_each_form():
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


def test_a_redirect_is_for_the_first_request():
    with Simulator(Scenario(faults=[faults.Redirect(location="/elsewhere")])) as sim:
        first, second = ask(sim), ask(sim)
    assert (first.status, first.headers["location"]) == (307, "/elsewhere")
    assert first.end == "whole"
    assert second.status == 200


def test_the_headers_may_be_late_and_slow():
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


def test_a_stream_may_have_rate_limits(subtests):
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
