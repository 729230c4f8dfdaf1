"""Workers of a run: rows are leased to them, and survive them. Here without Ray.

The workers are objects of this process; messages to and from them are pickled.
"""

import asyncio
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistralai import Mistral
from mistralai.bulk import Limits, MissingExtraError, Outcome, Run
from mistralai.bulk.errors import BulkError
from mistralai.bulk.ray import Ray, WorkerBrokeError, WorkersLostError
from mistralai.bulk.ray.leases import LeaseBook, WorkerState
from mistralai.bulk.ray.messages import Finished
from mistralai.bulk.ray.settings import ClientSettings
from mistralai.bulk.ray.worker import Worker
from mistralai.simulator import Answer, Gate, Scenario, faults
from mistralai.telemetry import Telemetry
from support.bulk import MODEL, asked, ids_of, lines_of, numbers, served, write_prompts
from support.crew import Crewed
from support.observing import Recorder
from support.serving import DONE, chunk, event


@pytest.fixture
def anyio_backend():
    return "asyncio"  # as Ray


def held_at(gate):
    """Return an answer in two parts, with a gate between them."""
    return Answer(body=[event(chunk("a")), gate, event(chunk("b", "stop")), DONE])


@given(st.lists(st.tuples(st.sampled_from("jlgfd"), st.integers(0, 2)), min_size=20, max_size=60))
def test_a_lease_ends_once_and_its_number_is_never_used_again(steps):
    book = LeaseBook(3, most_losses=3, most_failures=4)
    held, used = {}, set()
    for step, worker in steps:
        state = book.state(worker)
        if step == "j" and state in {WorkerState.STARTING, WorkerState.LOST}:
            book.join(worker)
        elif step == "l" and state is not WorkerState.RETIRED:
            epoch = book.epoch(worker)
            ended = book.lose(worker)
            assert ended == sorted(one for one, owner in held.items() if owner == worker)
            assert book.epoch(worker) == epoch + 1
            for number in ended:
                del held[number]
                assert not book.end(number, finished=True)
        elif step == "g":
            number = book.lease()
            working = [one for one in range(3) if book.state(one) is WorkerState.WORKING]
            assert (number is None) == (not working)
            if number is not None:
                assert number not in used
                counts = Counter(held.values())
                owner = book.worker(number)
                assert counts[owner] == min(counts[one] for one in working)
                held[number] = owner
                used.add(number)
        elif step in "fd" and held:
            number = min(held)
            del held[number]
            assert book.end(number, finished=step == "f")
        assert {one: book.worker(one) for one in held} == held
    assert all(book.worker(number) is None for number in used - held.keys())


def test_a_worker_that_is_lost_too_often_gets_no_more_rows(subtests):
    with subtests.test("after losses without a finished row"):
        book = LeaseBook(2, most_losses=2)
        for _ in range(3):  # each time a row is finished in between
            book.join(0)
            book.end(book.lease(), finished=True)
            book.lose(0)
        book.join(0)
        book.lose(0)
        assert book.state(0) is WorkerState.RETIRED
        assert not book.exhausted
        book.lose(1, forever=True)
        assert book.exhausted
    with subtests.test("after failures to start without an answer"):
        book = LeaseBook(1, most_failures=2)
        book.lose(0)
        book.join(0)
        book.lose(0)
        book.lose(0)
        assert book.state(0) is WorkerState.LOST
        book.lose(0)
        assert book.state(0) is WorkerState.RETIRED


@pytest.mark.anyio
async def test_rows_of_a_dead_worker_go_to_another_and_each_is_written_once(tmp_path):
    prompts, answers = write_prompts(tmp_path / "p.txt", 60), tmp_path / "a.jsonl"
    gate, crew = Gate(), Crewed()
    with served(held_at(gate)) as (sim, client):
        async with Run(client, prompts, answers, defaults=MODEL, engine=crew) as job:
            await asyncio.to_thread(sim.wait_for_requests, 8)  # the first level
            crew.hands[0].lose()
            gate.open()
            await asyncio.to_thread(sim.wait_for_requests, 12)
            crew.hands[0].recover()
            stats = await job.finish()
        assert (stats.done, stats.failed) == (60, 0)
        assert sorted(ids_of(answers), key=int) == numbers(60)
        assert 60 < len(sim.requests) <= 68
        assert crew.engine._gate.in_flight == 0
    assert all(crew.hands[place].taken for place in (0, 1))


@pytest.mark.anyio
async def test_a_lease_carries_the_run_to_its_worker():
    at_workers = Recorder()
    crew = Crewed(observers=[at_workers])
    refused = Scenario(faults=[faults.Status(status=400, first=1)])
    with served(refused) as (_, client):
        recorder = Recorder()
        client.sdk_configuration.observers = [recorder]
        async with Run(client, ["One", "Two"], None, defaults=MODEL, engine=crew) as job:
            await job.finish()
        assert recorder.tree() == ["mistralai.bulk"]
        assert recorder.root.attributes["mistralai.bulk.answered"] == 1
        assert at_workers.tree() == ["mistralai.bulk.row", ["chat"]] * 2
        rows = [seen for seen in at_workers.seen if seen.parent is None]
        for row in rows:
            assert row.subject.parent == {"scope": "mistralai.bulk"}
            assert row.outcome is None
        ends = {row.attributes["mistralai.end_reason"]: row.attributes for row in rows}
        assert sorted(ends) == ["answered", "failed"]
        assert ends["failed"]["error.type"] == "BadRequestError"
        assert {row.attributes["mistralai.bulk.row"] for row in rows} == {1, 2}


@pytest.mark.anyio
async def test_a_worker_that_was_out_of_reach_finishes_nothing_twice(tmp_path):
    prompts, answers = write_prompts(tmp_path / "p.txt", 8), tmp_path / "a.jsonl"
    gate, crew = Gate(), Crewed()
    late = Outcome(id="late", number=0, index=0)
    with served(held_at(gate)) as (sim, client):
        async with Run(client, prompts, answers, defaults=MODEL, engine=crew) as job:
            await asyncio.to_thread(sim.wait_for_requests, 8)
            crew.hands[0].lose(alive=True)
            await asyncio.to_thread(sim.wait_for_requests, 12)  # the other one has its rows
            crew.hands[0].late = [Finished(lease, late) for lease in range(1, 9)]
            crew.hands[0].recover()
            await asyncio.to_thread(sim.wait_for_requests, 12)
            await crew.hands[0].delivered.wait()
            assert crew.hands[0].busy == 0  # it has dropped what others have now
            gate.open()
            stats = await job.finish()
        assert (stats.done, stats.requests) == (8, len(sim.requests)) == (8, 12)
        assert sorted(ids_of(answers)) == numbers(8)


@pytest.mark.anyio
async def test_every_request_of_every_worker_passes_the_gate_of_the_run(tmp_path):
    prompts, answers = write_prompts(tmp_path / "p.txt", 30), tmp_path / "a.jsonl"
    refusals = faults.Status(status=429, retry_after=0.001, form="ms", first=5)
    with served(Scenario(faults=[refusals])) as (sim, client):
        crew, admitted = Crewed(workers=3), []
        limits = Limits(tokens_per_minute=10_000)
        async with Run(client, prompts, answers, defaults=MODEL, limits=limits, engine=crew) as job:
            admit = crew.engine._gate.admit

            async def noted(fields):
                admitted.append(fields["messages"][0]["content"])
                return await admit(fields)

            crew.engine._gate.admit = noted
            stats = await job.finish()
        assert (stats.done, stats.requests) == (30, 35)
        assert Counter(admitted) == asked(sim)
        assert {line["attempts"] for line in lines_of(answers)} == {1}
        assert stats.level < 30
        assert crew.engine._gate.in_flight == 0


@pytest.mark.anyio
async def test_what_cannot_be_asked_by_workers_is_said(tmp_path, subtests):
    prompts = write_prompts(tmp_path / "p.txt", 10)
    gate = Gate()
    with served(held_at(gate)) as (sim, client):
        with subtests.test("a row that costs three workers"):
            crew = Crewed(workers=1)
            answers = tmp_path / "lost.jsonl"
            async with Run(
                client, prompts, answers, defaults=MODEL, limits=Limits(concurrency=1), engine=crew
            ) as job:
                for time in range(1, 4):
                    await asyncio.to_thread(sim.wait_for_requests, time)
                    crew.hands[0].lose()
                    crew.hands[0].recover()
                gate.open()
                stats = await job.finish()
            assert (stats.done, stats.failed) == (9, 1)
            [failed] = [line for line in lines_of(answers) if line["error"]]
            assert failed["error"]["type"] == "WorkerLostError"
            assert failed["attempts"] == 3
        with subtests.test("no worker is left"):
            crew = Crewed()
            async with Run(client, prompts, None, defaults=MODEL, engine=crew) as job:
                await crew.hired.wait()
                for hand in crew.hands:
                    hand.lose(forever=True)
                with pytest.raises(WorkersLostError, match="the last one: the node is gone"):
                    await job.finish()
        with subtests.test("a worker raises an error of its own"):
            crew = Crewed()
            async with Run(client, prompts, None, defaults=MODEL, engine=crew) as job:
                await crew.hired.wait()
                for hand in crew.hands:
                    hand.spoil()
                with pytest.raises(WorkerBrokeError, match="NoneType"):
                    await job.finish()


@pytest.mark.anyio
async def test_ray_is_refused_before_the_run_where_it_cannot_work(tmp_path, monkeypatch, subtests):
    cases = {
        "a callable key": ({"api_key": lambda: "key"}, "api_key is a callable"),
        "an HTTP client": (
            {"async_client": Mistral("k").sdk_configuration.async_client},
            "async_client",
        ),
        "a recording": ({"api_key": "k", "record": tmp_path / "file.jsonl"}, "recording"),
        "a client of another class": (None, "pass settings="),
    }
    monkeypatch.setitem(sys.modules, "ray", sys)  # anything, so that it can be imported
    for name, (settings, message) in cases.items():
        with subtests.test(name):
            client = Other("k") if settings is None else Mistral(**settings)
            with pytest.raises(BulkError, match=message):
                Ray(workers=2)(client, {}, Limits())
    with subtests.test("a Telemetry"), pytest.raises(BulkError, match="give True, for the prov"):
        Ray(settings={"telemetry": Telemetry()})(Mistral("k"), {}, Limits())
    with subtests.test("without Ray"):
        monkeypatch.setitem(sys.modules, "ray", None)
        with pytest.raises(MissingExtraError, match=r"mistralai\[ray\]"):
            Ray()(Mistral("k"), {}, Limits())
    with (
        subtests.test("another version on a node"),
        pytest.raises(RuntimeError, match=r"the driver 1\.0"),
    ):
        Worker(ClientSettings({"api_key": "k"}), {}, Limits(), "1.0")
    with subtests.test("no workers"), pytest.raises(ValueError, match="workers is 0"):
        Ray(workers=0)


class Other(Mistral):
    """A client of another class."""


@pytest.mark.parametrize("anyio_backend", ["trio"])
@pytest.mark.anyio
async def test_ray_needs_asyncio():
    with pytest.raises(BulkError, match="instead of trio"):
        Ray()(Mistral("k"), {}, Limits())


def test_the_settings_of_a_client_travel_without_showing_the_key():
    import pickle

    client = Mistral("sk-secret-0123456789", server="eu", timeout_ms=1500, max_connections=7)
    settings = ClientSettings.of(client)
    made = pickle.loads(pickle.dumps(settings)).client()
    assert made.sdk_configuration.get_server_details() == ("https://api.eu.mistral.ai", {})
    assert made.sdk_configuration.key.reveal() == "sk-secret-0123456789"
    assert made.sdk_configuration.timeout_ms == 1500
    assert made.sdk_configuration.max_connections == 7
    kept = [getattr(settings, name) for name in ClientSettings.__slots__]
    assert "secret" not in f"{settings!r} {kept} {Ray(settings={'api_key': 'sk-secret'})!r}"
