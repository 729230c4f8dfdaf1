"""The examples in the documentation run unchanged, each against its own server.

Every block of Python in the README and in `docs` is an example. `against=NAME` after its language
selects a server; a block of text right below is its output. `docs/simulator.md`, and the pages of
the guide in `tests/test_guide.py`, have their own servers and tests.
"""

import gc

from mistralai.simulator import At, Reply, Scenario, Simulator, faults
from support.pages import DOCS, ROOT, printed_on

APART = {DOCS / name for name in ("simulator.md", "streaming.md", "cookbook.md")}
PAGES = [ROOT / "README.md", *sorted({*DOCS.glob("*.md")} - APART)]
FIVE = At(event=5)
SERVERS = {
    None: "auto",
    "a-cut": [
        Scenario("poem", faults=[faults.Cut(at=FIVE)]),
        Scenario(Reply(text=" room is still.")),
    ],
    "a-stall": Scenario("poem", faults=[faults.Stall(at=FIVE)]),
    "busy-at-first": Scenario(
        faults=[faults.Status(status=503, retry_after=0.001, form="ms", first=1)]
    ),
}


EXAMPLES = [example for page in PAGES for example in printed_on(page)]


def server_of(example):
    """Return the name in `against=NAME`."""
    return example.mark and example.mark.removeprefix("against=")


def test_the_examples_run_and_print_their_output(subtests, monkeypatch, capsys):
    monkeypatch.setattr("random.random", lambda: 0.0)  # no wait is lengthened
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    for example in EXAMPLES:
        # Empty lines, so that a traceback has the line numbers of the page.
        source = "\n" * example.line + example.source
        code = compile(source, str(example.page), "exec")
        with subtests.test(str(example)):
            with Simulator(SERVERS[server_of(example)]) as sim:
                monkeypatch.setenv("MISTRAL_SERVER_URL", sim.url)
                exec(code, {"__name__": "__main__"})
                gc.collect()  # closes a client that the example does not close
            printed = capsys.readouterr()
            assert printed.err == ""
            assert example.prints in {None, printed.out}


def test_every_example_of_faults_has_its_output():
    of_faults = [example for example in EXAMPLES if example.page.name == "faults.md"]
    assert len(of_faults) > 4
    assert all(example.prints for example in of_faults)


def test_every_name_of_a_server_is_used():
    assert {server_of(example) for example in EXAMPLES} == SERVERS.keys()
