"""The examples of docs/simulator.md run unchanged, and its tables are complete.

So do the tests in docs/cookbook.md.
"""

import dataclasses
import re
from pathlib import Path
from typing import get_args

from mistralai.simulator import PRESETS, Scenario, Sequence, faults, loads
from mistralai.simulator.api.errors import ErrorShape
from mistralai.simulator.cases import Cases
from mistralai.simulator.faults.names import FAULTS

pytest_plugins = ("pytester",)

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "simulator.md").read_text("utf-8")
COOKBOOK = (DOCS / "cookbook.md").read_text("utf-8")


def blocks(language, mark="", page=TEXT):
    found = re.findall(r"^```(\w+)( pytest)?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [text for name, marked, text in found if (name, marked.strip()) == (language, mark)]


def test_an_example_runs(subtests):
    for source in blocks("python"):
        with subtests.test(source=source):
            exec(compile(source, "docs/simulator.md", "exec"), {"__name__": "example"})


def test_an_example_of_tests_passes(subtests, pytester, plugin_arguments):
    sources = [source for page in (TEXT, COOKBOOK) for source in blocks("python", "pytest", page)]
    for number, source in enumerate(sources):
        with subtests.test(source=source):
            path = pytester.makepyfile(**{f"test_example_{number}": source})
            result = pytester.runpytest_inprocess(*plugin_arguments, path)
            assert result.ret == 0


def test_an_example_of_a_file_can_be_read(subtests):
    for text in blocks("toml"):
        with subtests.test(text=text):
            assert isinstance(loads(text), Scenario | Sequence | Cases)


def test_every_preset_is_documented():
    names = set(re.findall(r"`([a-z0-9-]+)`", TEXT))
    names |= {f"usage-2026{month}" for month in names if re.fullmatch(r"-\d\d", month)}
    assert set(PRESETS) <= names


def test_every_fault_is_documented_with_its_options(subtests):
    for kind in FAULTS:
        with subtests.test(kind=kind):
            [row] = [line for line in TEXT.splitlines() if f"(`{kind}`)" in line]
            assert row.startswith(f"| `{FAULTS[kind].__name__}` ")
            common = {"rate", "first", "header", "model"}
            options = {field.name for field in dataclasses.fields(FAULTS[kind])} - common
            assert options <= set(re.findall(r"`(\w+)", row.split("|")[3]))


def test_every_shape_of_an_error_is_documented():
    [told] = re.findall(r"^The `shape` of an error .*?\n\n", TEXT, re.MULTILINE | re.DOTALL)
    names = set(re.findall(r"`([a-z-]+)`", told)) - {"shape"}
    assert names == {*get_args(ErrorShape), "finish-reason", "html"}


def test_every_fault_is_public():
    assert {fault.__name__ for fault in FAULTS.values()} <= set(faults.__all__)
