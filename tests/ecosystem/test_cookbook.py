"""The programs of `docs/cookbook.md` that need another package run as printed.

`tests/test_guide.py` runs the other programs of the page.
"""

import re
import subprocess
from contextlib import contextmanager

import httpx2
import pytest

from mistralai.simulator import At, Reply, Scenario, Simulator, Timing, faults
from support.environments import ENVIRON
from support.pages import DOCS, printed_on

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROGRAMS = {program.mark: program for program in printed_on(DOCS / "cookbook.md")}
QUESTION = {"question": "Hello there"}


@contextmanager
def application(python, folder, sim):
    """Serve the program by uvicorn; gives its address."""
    (folder / "app.py").write_text(PROGRAMS["fastapi"].source)
    variables = {"MISTRAL_API_KEY": "any", "MISTRAL_SERVER_URL": sim.url}
    command = [python, "-m", "uvicorn", "app:app", "--port", "0"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRON | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            log = []
            for line in server.stderr:
                log.append(line)
                if found := re.search(r"running on (http://\S+)", line):
                    break
            assert found, "".join(log)
            yield found[1]
        finally:
            server.terminate()


@pytest.fixture
def relayed(environment, tmp_path):
    """Return a function that serves the program with answers of the simulator."""
    python = environment("fastapi", ["fastapi", "uvicorn"])
    return lambda sim: application(python, tmp_path, sim)


def test_fastapi_relays_an_answer(relayed):
    with Simulator("guide", speed=1000) as sim, relayed(sim) as url:
        answer = httpx2.get(f"{url}/ask", params=QUESTION)
    assert (answer.status_code, answer.text) == (200, "Hello there")


def test_fastapi_reports_a_failure_before_the_first_piece_as_a_status(relayed):
    with Simulator(Scenario(faults=[faults.Status(status=400)])) as sim, relayed(sim) as url:
        answer = httpx2.get(f"{url}/ask", params=QUESTION)
    assert answer.status_code == 502
    assert "status 400" in answer.json()["detail"]


def test_fastapi_ends_no_cut_answer_as_if_it_were_complete(relayed):
    cut = Scenario("poem", faults=[faults.Cut(at=At(event=5))])
    with (
        Simulator(cut) as sim,
        relayed(sim) as url,
        httpx2.stream("GET", f"{url}/ask", params=QUESTION) as answer,
    ):
        pieces = answer.iter_text()
        assert next(pieces).startswith("A")
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete"):
            list(pieces)


def test_fastapi_stops_the_model_when_the_reader_leaves(relayed):
    long = Scenario(Reply(source="lorem", tokens=100_000), timing=Timing(tokens_per_second=100))
    with Simulator(long) as sim, relayed(sim) as url:
        with httpx2.stream("GET", f"{url}/ask", params=QUESTION) as answer:
            next(answer.iter_text())
        sim.wait_for_connections(0)
    assert not sim.requests[0].answered.is_set()


def test_mistral_common_counts_the_tokens(environment):
    python = environment("mistral_common", ["mistral-common"])
    program = PROGRAMS["mistral-common"]
    command = [python, "-c", program.source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.returncode) == (program.prints, 0), done.stderr
