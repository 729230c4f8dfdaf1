"""The choice of faults: names, headers, models, rates and counts."""

import json

import pytest

from mistralai.simulator import Answer, At, Scenario, Simulator, Wire, faults, loads
from mistralai.simulator.faults.choice import HEADER
from mistralai.simulator.faults.names import FAULTS, named
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


CUT_AFTER_5 = faults.Cut(at=At(event=5))
NAMES = ", ".join(FAULTS)

WRONG = [
    (
        lambda: faults.Cut(at=5),
        "at: 5 is not a place; use At(event=5), At(byte=5) or At(time=5)",
    ),
    (lambda: faults.Reset(at="5"), "at: '5' is not a place; use At(event=5)"),
    (lambda: faults.Swap(at=None), "at: None is not a place; use At(event=5)"),
    (lambda: faults.Cut(at=At(event="5")), "event: must be a whole number, not '5'"),
    (lambda: faults.Stall(seconds="5"), "seconds: must be a number, not '5'"),
    (lambda: faults.HugeEvent(size=1.5), "size: must be a whole number, not 1.5"),
    (lambda: faults.Insert(data=b"x"), "data: must be a text, not b'x'"),
    (lambda: faults.ErrorEvent(goes_on=1), "goes_on: must be true or false, not 1"),
    (lambda: faults.Cut(first=True), "first: must be a whole number, not True"),
    (
        lambda: Scenario(faults=faults.Cut),
        f"faults: must be a list, such as ['cut-after-5'], not {faults.Cut!r}",
    ),
    (lambda: Scenario(faults=[faults.Cut]), "faults[0]: Cut is a class; use Cut()"),
    (
        lambda: Simulator(faults=["cut", 5]),
        (
            "faults[1]: must be a fault, such as faults.Cut(), or its name, such as"
            " 'cut-after-5', not 5"
        ),
    ),
    (
        lambda: Scenario(faults=["cutt"]),
        (
            "faults[0]: 'cutt' is not a fault; did you mean 'cut'?"
            f" use a name such as cut-after-5, of: {NAMES}"
        ),
    ),
    (
        lambda: Simulator(faults="no-done, nonsense"),
        f"faults[1]: 'nonsense' is not a fault; use a name such as cut-after-5, of: {NAMES}",
    ),
    (
        lambda: Simulator(faults=["cut-at-5"]),
        (
            "faults[0]: 'cut-at-5' is not a fault; a place is written as in cut-after-5,"
            " cut-at-byte-700 or cut-at-1.5s"
        ),
    ),
    (
        lambda: Scenario(faults=["bom-after-1"]),
        "faults[0]: 'bom-after-1' is not a fault: bom has no place",
    ),
    (
        lambda: Scenario(faults=["cut-503"]),
        "faults[0]: 'cut-503' is not a fault: cut has no status",
    ),
    (
        lambda: Scenario(faults=["status-200"]),
        ("faults[0]: 'status-200' is not a fault: status: 200 is out of range; use 400 to 599"),
    ),
    (
        lambda: Simulator(Wire(), faults=["cut"]),
        "faults: they do not apply to a Wire, which is sent as it is",
    ),
]


def test_a_wrong_fault_is_rejected_when_it_is_made(subtests):
    for make, problem in WRONG:
        with subtests.test(problem):
            with pytest.raises((TypeError, ValueError)) as caught:
                make()
            assert str(caught.value) == problem


def test_faults_may_be_given_by_their_names():
    assert Scenario(faults=["cut-after-5", faults.Gzip()]).faults == (CUT_AFTER_5, faults.Gzip())
    assert Scenario(faults="cut-after-5, no-done").faults == (CUT_AFTER_5, faults.NoDone())
    assert loads('faults = ["cut-after-5"]').faults == (CUT_AFTER_5,)


def test_the_faults_of_a_simulator_are_those_of_every_scenario(subtests):
    def ends(scenario, *given, times=2):
        with Simulator(scenario, faults=given) as sim:
            return [
                (got.status, got.body.count(b"data: "), got.end) for got in map(ask, [sim] * times)
            ]

    answer = Answer.of_events(1, 2)
    cases = {
        "preset": ("poem", "cut-after-2", [(200, 2, "eof")] * 2),
        "scenario with faults": (
            Scenario("poem", faults=["no-done"]),
            "truncate-after-2",
            [(200, 2, "whole")] * 2,
        ),
        "list, counted together": (
            ["poem", answer],
            faults.Status(status=503, first=1),
            [(503, 0, "whole"), (200, 3, "whole")],
        ),
        "answer": (answer, "cut-after-1", [(200, 1, "eof")] * 2),
        "function, by model": (
            lambda _: answer,
            faults.Cut(model="another"),
            [(200, 3, "whole")] * 2,
        ),
    }
    for name, (scenario, fault, expected) in cases.items():
        with subtests.test(name):
            assert ends(scenario, fault) == expected
    wrong = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n{"
    with Simulator(answer, faults=["cut-after-1"]) as sim:
        assert ask(sim, wrong).end == "eof"  # an answer is sent for any request


def test_an_impossible_condition_is_rejected(subtests):
    for condition in [{"rate": 1.1}, {"rate": -1}, {"first": 0}]:
        with (
            subtests.test(condition=condition),
            pytest.raises(ValueError, match=r"use 0 to 1|use 1 or more"),
        ):
            faults.Cut(**condition)
