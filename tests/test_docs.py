"""The examples in the documentation run unchanged, each against its own server.

Every block of Python in the README and in `docs` is an example. `against=NAME` after its language
selects a server; a block of text right below is its output. `docs/simulator.md` and
`docs/streaming.md` have their own servers and tests.
"""

import gc
import re
from pathlib import Path
from typing import NamedTuple

from mistralai.simulator import At, Reply, Scenario, Simulator, faults

ROOT = Path(__file__).parent.parent
APART = {ROOT / "docs" / "simulator.md", ROOT / "docs" / "streaming.md"}
PAGES = [ROOT / "README.md", *sorted({*ROOT.glob("docs/*.md")} - APART)]
BLOCK = re.compile(
    r"^```python(?: against=(?P<server>\S+))?\n(?P<source>.*?)^```\n"
    r"(?:\n```text\n(?P<prints>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)

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


class Example(NamedTuple):
    """A block of Python, its server and its output."""

    page: Path
    line: int
    server: str | None
    source: str
    prints: str | None


def examples(page):
    """Yield the blocks of a page, in order."""
    text = page.read_text("utf-8")
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start("source"))
        yield Example(page, line, block["server"], block["source"], block["prints"])


EXAMPLES = [example for page in PAGES for example in examples(page)]


def test_the_examples_run_and_print_their_output(subtests, monkeypatch, capsys):
    monkeypatch.setattr("random.random", lambda: 0.0)  # no wait is lengthened
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    for example in EXAMPLES:
        # Empty lines, so that a traceback has the line numbers of the page.
        source = "\n" * example.line + example.source
        code = compile(source, str(example.page), "exec")
        with subtests.test(f"{example.page.name}:{example.line}"):
            with Simulator(SERVERS[example.server]) as sim:
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
    assert {example.server for example in EXAMPLES} == SERVERS.keys()
