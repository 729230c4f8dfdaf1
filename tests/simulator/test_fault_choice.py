"""The choice of faults: names, headers, models, rates and counts."""

import json

import pytest

from mistralai.simulator import At, Scenario, Simulator, faults
from mistralai.simulator.faults.choice import FAULTS, HEADER, named
from support.raw_answer import ask
from support.raw_client import chat, request_bytes
from support.spoiling import recorded_sleep, spoiled


def test_the_first_requests_fail_and_the_next_is_fine():
    with Simulator(Scenario(faults=[faults.Status(status=503, first=2)])) as sim:
        assert [ask(sim).status for _ in range(4)] == [503, 503, 200, 200]


def test_a_rejected_request_has_no_fault():
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


def test_a_fault_may_require_a_header_or_a_model():
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


def test_a_client_requests_faults_by_a_model_name_or_a_header(subtests):
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
    """Return the parts of an answer that do not change from request to request."""
    fresh = {"date", "mistral-correlation-id", "x-kong-request-id"}
    kept = {name: value for name, value in answer.headers.items() if name not in fresh}
    return answer.status, kept, answer.body, answer.end


def test_every_finite_fault_can_be_requested_by_its_name(subtests):
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


def test_a_name_is_parsed_as_a_fault_or_none(subtests):
    for name, fault in NAMED.items():
        with subtests.test(name):
            assert named(name) == fault


def test_every_kind_of_fault_has_a_name_of_its_own():
    kinds = {getattr(faults, name) for name in faults.__all__} - {faults.At, faults.Fault}
    assert set(FAULTS.values()) == kinds
    assert all(isinstance(named(kind), FAULTS[kind]) for kind in FAULTS)


def test_an_impossible_condition_is_rejected(subtests):
    for condition in [{"rate": 1.1}, {"rate": -1}, {"first": 0}]:
        with (
            subtests.test(condition=condition),
            pytest.raises(ValueError, match=r"use 0 to 1|use 1 or more"),
        ):
            faults.Cut(**condition)
