"""The examples in the documentation run unchanged.

Every block of Python in the README and in `docs` is an example. A block of text right below is its
output. One that needs another package or a server, which is the word after its language, is run
elsewhere. `docs/simulator.md`, and the pages of the guide in `tests/test_guide.py`, have tests of
their own.
"""

import gc

from mistralai.simulator import Simulator
from support.pages import DOCS, ROOT, printed_on

APART = {
    DOCS / name
    for name in (
        *("cookbook.md", "faults.md", "files.md", "simulator.md", "streaming.md", "tools.md"),
        "conversations.md",
    )
}
PAGES = [ROOT / "README.md", *sorted({*DOCS.glob("*.md")} - APART)]
EXAMPLES = [example for page in PAGES for example in printed_on(page) if example.mark is None]


def test_the_examples_run_and_print_their_output(subtests, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MISTRAL_API_KEY", "key")
    monkeypatch.chdir(tmp_path)  # some write files
    for example in EXAMPLES:
        # Empty lines, so that a traceback has the line numbers of the page.
        source = "\n" * example.line + example.source
        code = compile(source, str(example.page), "exec")
        with subtests.test(str(example)):
            with Simulator() as sim:
                monkeypatch.setenv("MISTRAL_SERVER_URL", sim.url)
                exec(code, {"__name__": "__main__"})
                gc.collect()  # closes a client that the example does not close
            printed = capsys.readouterr()
            assert printed.err == ""
            assert example.prints in {None, printed.out}
