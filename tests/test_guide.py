"""The programs of the guide run as printed, for a reader who has nothing but the package.

Each page says how to start the simulator and which variables to set. The tests do so, with another
port and no waiting, and run each program in an empty folder and an environment of these variables
alone. `tests/ecosystem` runs those that need another package.
"""

import ast
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.pages import DOCS, printed_on
from support.processes import running

_NAMES = (
    *("streaming.md", "faults.md", "cookbook.md", "tools.md", "reach.md", "files.md"),
    "conversations.md",
)
PAGES = [DOCS / name for name in _NAMES]
PLAIN = {page: [program for program in printed_on(page) if program.mark is None] for page in PAGES}
ALL = [program for programs in PLAIN.values() for program in programs]
INSTALLED_WITH_THE_PACKAGE = {"anyio", "httpx2", "mistralai", "pydantic", "typing_extensions"}


def only(pattern):
    """Return the text that matches on each page; it must be the same."""
    texts = [page.read_text("utf-8") for page in PAGES]
    found = [re.findall(pattern, text, re.MULTILINE) for text in texts]
    assert found == [found[0][:1]] * len(PAGES)
    return found[0][0]


URL = only(r"^(http://127\.0\.0\.1:\d+)$")


@pytest.fixture(scope="module")
def url():
    """Start the simulator by the line on the pages; gives its address."""
    _, *words = shlex.split(only(r"^\$ (python -m mistralai\.simulator .*)$"))
    command = (sys.executable, *words, "--port", "0", "--speed", "inf")
    with running(*command, stdout=subprocess.PIPE) as server:
        yield server.stdout.readline().strip()


@pytest.fixture
def run(url, tmp_path):
    """Return a function that runs a program as a reader does."""
    variables = dict(word.split("=") for word in shlex.split(only(r"^\$ export (.*)$")))
    environment = {name: value.replace(URL, url) for name, value in variables.items()}
    assert environment == {"MISTRAL_SERVER_URL": url, "MISTRAL_API_KEY": "any"}
    if sys.platform == "win32":
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]

    def run(program):
        folder = tmp_path / f"{program.page.stem}-{program.line}"
        folder.mkdir()
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", program.source],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=50,
            check=False,
        )

    return run


def as_printed(output, url):
    """Return an output without the differences between two runs: address, times, request ids."""
    # After a return to the first column, a terminal shows the text written last.
    shown = "\n".join(line.rpartition("\x1b[G")[2] for line in output.split("\n"))
    shown = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "(id)", shown)
    return re.sub(r"\b\d+\.\d+ s\b", "0.0 s", shown.replace(url, URL))


@pytest.mark.timeout(180)  # it runs two dozen interpreters
def test_the_programs_print_the_output_below_them(subtests, url, run):
    with ThreadPoolExecutor(4) as pool:
        # Page by page: the server answers some questions differently every other time.
        for programs in PLAIN.values():
            for program, done in zip(programs, pool.map(run, programs), strict=True):
                with subtests.test(str(program)):
                    assert (done.stderr, done.returncode) == ("", 0)
                    assert as_printed(done.stdout, url) == as_printed(program.prints, url)


def test_every_program_has_its_output():
    assert [str(program) for program in ALL if program.prints is None] == []
    assert min(map(len, PLAIN.values())) > 3


def test_the_programs_import_nothing_that_a_reader_does_not_have():
    imported = {
        module.partition(".")[0]
        for program in ALL
        for node in ast.walk(ast.parse(program.source))
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names <= INSTALLED_WITH_THE_PACKAGE
