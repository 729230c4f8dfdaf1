"""Failures of a row, and failures that stop a run."""

import json
from dataclasses import replace

import pytest

from mistralai import Mistral, Timeouts
from mistralai.bulk import Limits, TooManyErrorsError, run
from mistralai.client import errors
from mistralai.simulator import Answer, At, Pause, Repeat, Reply, Scenario, Simulator, faults
from support.bulk import MODEL, asked, lines_of, served, write_prompts
from support.fault_table import NETWORK, POLICY
from support.flows import ROLE, text

STOP = (errors.AuthenticationError, errors.PermissionDeniedError)
REFUSED = (errors.RateLimitError, errors.CapacityExceededError)
TABLE = {
    f"{part}: {name}": fault
    for table in (NETWORK, POLICY)
    for part, rows in table.items()
    for name, fault in rows.items()
    if fault.error is not None
    and not issubclass(fault.error, STOP)
    and not (issubclass(fault.error, REFUSED) and fault.whole)  # it would hold up the others
    and not set(fault.client) - {"max_event_size"}
}


def test_every_fault_is_a_failed_row_among_good_ones(tmp_path, subtests):
    """A row with a fault has its error, once; what else was asked is not affected."""
    servers = {f"bad {name}": fault.server for name, fault in TABLE.items()}
    good = [f"good {number}" for number in range(40)]
    rows = [*good[:30], *servers, *good[30:]]

    def answer(request):
        return servers.get(request.json["messages"][0]["content"], "auto")

    quick = Timeouts(first_event=1.5, idle=2)
    with (
        Simulator(answer) as sim,
        Mistral("key", server_url=sim.url, timeouts=quick, max_event_size=4000) as client,
    ):
        limits = Limits(attempts=1, row_timeout=8, concurrency=8)
        stats = run(client, rows, tmp_path / "answers.jsonl", defaults=MODEL, limits=limits)
    lines = {
        rows[int(line["custom_id"]) - 1]: line for line in lines_of(tmp_path / "answers.jsonl")
    }
    assert lines.keys() == {*rows}
    assert stats.done + stats.failed == len(rows)
    assert all(lines[row]["error"] is None for row in good)
    for name, fault in TABLE.items():
        with subtests.test(name):
            line = lines[f"bad {name}"]
            expected = None if line["error"] is None else line["error"]["type"]
            # A server that answers the second time only, or a wait that it asks for.
            again = isinstance(fault.server, list)
            assert expected == fault.error.__name__ or again
            if fault.delivered and fault.error is not errors.StreamTruncatedError:
                told = line["partial"]["choices"][0]["message"]["content"]
                assert told == "".join(fault.delivered)


CUT = faults.Cut(at=At(event=5))
SCENARIOS = {
    "answers nothing": (Scenario(Reply(text="")), None, "stop"),
    "is cut off at its limit": (Scenario("length"), None, "length"),
    "answers several times": (Scenario("choices"), None, "stop"),
    "breaks once": (Scenario("poem", faults=[faults.Cut(first=1)]), None, "stop"),
    "is full once": (Scenario(faults=[faults.Status(status=503, first=1)]), None, "stop"),
    "is busy for a moment": (
        Scenario(faults=[faults.Status(retry_after=0.01, form="ms", first=1)]),
        None,
        "stop",
    ),
    "blocks the content": (
        Scenario(faults=[faults.Status(status=403)]),
        "PermissionDeniedError",
        "",
    ),
    "does not end": (
        Answer(body=[ROLE, text("Hel"), Repeat(text("lo"), every=0.01)]),
        "APITimeoutError",
        "lolo",
    ),
    "does not begin": (Answer(before=[Pause(60)]), "APITimeoutError", ""),
    "breaks off": (
        Scenario("poem", faults=[CUT]),
        "StreamInterruptedError",
        "A cursor",
    ),
}


def test_a_model_may_answer_in_any_way(tmp_path, subtests):
    for number, (name, (scenario, error, says)) in enumerate(SCENARIOS.items()):
        answers = tmp_path / f"{number}.jsonl"
        # Long enough for the beginning of an answer on a slow machine, too.
        limits = Limits(attempts=2 if error is None else 1)
        if error == "APITimeoutError":
            limits = replace(limits, row_timeout=2)
        with subtests.test(name), served(scenario) as (_, client):
            rows = [{"prompt": "One", "n": 2}, "Two"]
            stats = run(client, rows, answers, defaults=MODEL, limits=limits)
            for line in lines_of(answers):
                if error is None:
                    choices = line["response"]["body"]["choices"]
                    assert {choice["finish_reason"] for choice in choices} == {says}
                    assert line["attempts"] <= 2
                else:
                    assert line["error"]["type"] == error
                    assert says in json.dumps(line.get("partial", ""))
            assert (stats.done, stats.failed) == ((2, 0) if error is None else (0, 2))


STOPPED = {
    "a wrong key": (401, {}, errors.AuthenticationError),
    "an unknown model": (404, {}, errors.NotFoundError),
    "an unknown model, as Mistral says it": (
        Answer.of_json(
            {"object": "error", "message": "Invalid model: m", "type": "x", "code": "1500"},
            status=400,
        ),
        {},
        errors.BadRequestError,
    ),
    "too many errors": (422, {"max_errors": 3}, TooManyErrorsError),
    "too many of a hundred": (422, {"max_errors": "5%"}, TooManyErrorsError),
}


def test_some_failures_stop_the_run(tmp_path, subtests):
    prompts = write_prompts(tmp_path / "prompts.txt", 150)
    for number, (name, (answer, settings, error)) in enumerate(STOPPED.items()):
        scenario = answer
        if isinstance(answer, int):
            scenario = Scenario(faults=[faults.Status(status=answer)])
        answers = tmp_path / f"{number}.jsonl"
        limits = Limits(concurrency=4, **settings)
        with subtests.test(name), served(scenario) as (sim, client):
            with pytest.raises(error):
                run(client, prompts, answers, defaults=MODEL, limits=limits)
            most = 120 if settings.get("max_errors") == "5%" else 12
            assert len(sim.requests) <= most
            assert all(line["error"] for line in lines_of(answers))


def test_a_model_that_has_answered_may_fail_later(tmp_path):
    def answer(request):
        missing = Scenario(faults=[faults.Status(status=404)])
        return missing if b"Prompt 9" in request.body else "auto"

    prompts = write_prompts(tmp_path / "prompts.txt", 20)
    with served(answer) as (sim, client):
        limits = Limits(concurrency=2)
        stats = run(client, prompts, tmp_path / "a.jsonl", defaults=MODEL, limits=limits)
        assert set(asked(sim).values()) == {1}
    assert (stats.done, stats.failed) == (19, 1)
