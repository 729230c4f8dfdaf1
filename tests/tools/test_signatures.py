"""The schemas of 43 signatures are those of pydantic-ai, but for differences that are explained."""

import json
import sys

import pytest

from mistralai.tools import FunctionTool
from support.programs import PROGRAMS
from support.schemas import as_ours, stored


@pytest.fixture
def functions(monkeypatch):
    """Load the functions of the corpus, as a module that their types are looked up in."""
    monkeypatch.syspath_prepend(PROGRAMS)
    yield __import__("signatures").ALL
    del sys.modules["signatures"]


def test_schemas_and_descriptions_are_those_of_pydantic_ai(subtests, functions):
    theirs = stored()
    assert len(functions) == len(theirs) >= 40
    for function in functions:
        name = function.__name__
        with subtests.test(name):
            tool = FunctionTool.of(function)
            ours = {"description": tool.description, "parameters": tool.parameters}
            assert json.loads(json.dumps(ours)) == as_ours(name, theirs[name])
