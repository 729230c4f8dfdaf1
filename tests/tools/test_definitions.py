"""Functions as tools: what is refused, and what the model is told of them."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import Doc, TypedDict

from mistralai import Mistral
from mistralai.simulator import Simulator
from mistralai.tools import FunctionTool, ToolContext, mcp_server, tool
from mistralai.tools.docstrings import parse
from support.tools import USER

MESSAGES = [USER]


def plain(city: str) -> str:
    return city


def star(*cities: str) -> str:
    return str(cities)


def positional(city: str, /) -> str:
    return city


def generator() -> Any:
    yield 1


async def async_generator() -> Any:
    yield 1


async def asynchronous() -> str:
    return ""


def twice(one: ToolContext[int], two: ToolContext[int]) -> str:
    return f"{one} {two}"


def unresolved(city: "Nowhere") -> str:  # noqa: F821
    return city


def unknown_type(city: ModuleType) -> str:
    return str(city)


def calls_back(function: Callable[[int], int]) -> int:
    return function(1)


async def approves(*_: object) -> bool:
    return True


REFUSED = {
    "star": ([star], TypeError, r"'star' has the parameter '\*cities'"),
    "positional": ([positional], TypeError, "'positional' has the parameter 'city'"),
    "generator": ([generator], TypeError, "'generator' is a generator"),
    "async generator": ([async_generator], TypeError, "'async_generator' is a generator"),
    "async": ([asynchronous], TypeError, r"'asynchronous' is async, .* run_tools_async"),
    "async approve": ([tool(approve=approves)(partial(plain))], TypeError, "approve of the tool"),
    "twice": ([twice], TypeError, "'twice' takes a ToolContext twice"),
    "unresolved": ([unresolved], TypeError, "'unresolved' cannot be resolved: .*Nowhere"),
    "no schema": ([unknown_type], TypeError, "'unknown_type' has no JSON schema"),
    "no schema of a function": ([calls_back], TypeError, "'calls_back' has no JSON schema"),
    "a class": ([BaseModel], TypeError, "is not a function"),
    "no tool": ([3], TypeError, "is not a function"),
    "not a list": (plain, TypeError, "tools takes a list"),
    "a number": (3, TypeError, "tools takes a list"),
    "a closed server": (mcp_server("x"), TypeError, "takes a list .*enter it by `with`"),
    "a list of it": ([mcp_server("x")], TypeError, "<MCPServer x> is not a tool; enter it by"),
    "a bad name": ([lambda: 1], ValueError, r"'<lambda>' cannot be the name .*by @tool\(name="),
    "a bad timeout": ([tool(timeout=0)(partial(plain))], ValueError, "timeout of the tool 'plain'"),
    "a timeout of another type": (
        *([tool(timeout="3")(partial(plain))], TypeError),
        "timeout of the tool 'plain' takes seconds",
    ),
    "a bad approve": ([tool(approve=3)(partial(plain))], TypeError, "approve of the tool 'plain'"),
    "same name": ([plain, partial(plain)], ValueError, "name 'plain'; .*, or by prefix"),
}
KEYWORDS = {
    "n": ({"n": 2}, ValueError, "n=2"),
    "n elsewhere": ({"extra_body": {"n": 3}}, ValueError, "n=3"),
    "max_steps": ({"max_steps": 0}, ValueError, "max_steps is 0"),
    "max_parallel": ({"max_parallel": "8"}, TypeError, "max_parallel takes a whole number"),
    "approve": ({"approve": "yes"}, TypeError, "approve takes True or a function"),
    "async approve": ({"approve": approves}, TypeError, "approve is async"),
    "on_tool_error": ({"on_tool_error": "ignore"}, ValueError, "on_tool_error takes"),
    "async on_tool_error": ({"on_tool_error": approves}, TypeError, "on_tool_error is async"),
    "one message": ({"messages": USER}, TypeError, "messages takes a list of messages"),
    "a text as messages": ({"messages": "Hi"}, TypeError, "messages takes a list of messages"),
    "no messages": ({"messages": None}, TypeError, "messages takes a list of messages"),
    "decisions": ({"decisions": ["a"]}, TypeError, "decisions takes a dict"),
    "decisions of nothing": ({"decisions": {"a": True}}, ValueError, "'a'"),
    "unknown": ({"max_turns": 3}, TypeError, "unexpected keyword argument 'max_turns'"),
    "stream": ({"stream": False}, ValueError, "stream"),
    "response_format": ({"response_format": 3}, TypeError, "response_format takes"),
}


def test_wrong_tools_and_keywords_are_refused_where_they_are_given(subtests):
    with Simulator() as sim, Mistral("key", server_url=sim.url) as client:
        for name, (tools, error, said) in REFUSED.items():
            with subtests.test(name), pytest.raises(error, match=said):
                client.chat.run_tools(model="m", messages=MESSAGES, tools=tools)
        for name, (keywords, error, said) in KEYWORDS.items():
            params = {"messages": MESSAGES, "tools": [plain], **keywords}
            with subtests.test(name), pytest.raises(error, match=said):
                client.chat.run_tools(model="m", **params)
        with subtests.test("missing"), pytest.raises(TypeError, match="'messages'"):
            client.chat.run_tools(model="m", tools=[plain])
        with subtests.test("threads"), pytest.raises(TypeError, match="'threads'"):
            client.chat.run_tools_async(model="m", messages=MESSAGES, tools=[plain], threads=2)
        assert sim.requests == []


class Colour(Enum):
    RED = "red"


class Place(TypedDict):
    name: str


@dataclass
class Span:
    days: int


class Model(BaseModel):
    """A model."""

    x: int


def everything(  # noqa: PLR0917 - a signature with everything
    colour: Colour,
    place: Place,
    span: Span,
    model: Model,
    context: ToolContext[int],
    day: date | None = None,
    kind: Literal["a", "b"] = "a",
    noted: Annotated[int, "from a note"] = 1,
    documented: Annotated[int, Doc("from a Doc")] = 1,
    field: Annotated[int, Field(description="from a field", ge=0)] = 1,
    default_field: int = Field(default=2, description="from a default"),
    described: int = 1,
    **more: int,
) -> str:
    """Do everything.

    Args:
        described: from the docstring
        noted: not this one
    """
    given = (colour, place, span, model, context.context, day, kind, noted, documented, field)
    return str((given, default_field, described, more))


def test_a_schema_has_what_the_signature_says():
    made = FunctionTool.of(everything)
    properties = made.parameters["properties"]
    assert made.description == "Do everything."
    assert {
        name: field["description"] for name, field in properties.items() if "description" in field
    } == {
        "noted": "from a note",
        "documented": "from a Doc",
        "field": "from a field",
        "default_field": "from a default",
        "described": "from the docstring",
    }
    assert "context" not in properties
    assert made.parameters["required"] == ["colour", "place", "span", "model"]
    assert made.parameters["additionalProperties"] == {"type": "integer"}
    assert properties["kind"] == {"type": "string", "enum": ["a", "b"], "default": "a"}
    assert properties["default_field"]["default"] == 2
    args, kwargs = made.bind(
        '{"colour": "red", "place": {"name": "x"}, "span": {"days": "3"}, "model": {"x": 1},'
        ' "day": "2026-01-02", "z": 1}'
    )
    bound = dict(zip(("colour", "place", "span", "model"), args, strict=False)) | kwargs
    assert bound["colour"] is Colour.RED
    assert (bound["span"], bound["model"]) == (Span(3), Model(x=1))
    assert (bound["day"], bound["z"], bound["default_field"]) == (date(2026, 1, 2), 1, 2)


class Speaker:
    """Not this."""

    def __call__(self, city: str) -> str:
        """Say it."""
        return city

    def method(self, city: str) -> str:
        """Say it, too."""
        return city


def may_be_told(context: ToolContext[int] | None = None) -> str:
    return str(context)


def test_any_callable_can_be_a_tool(subtests):
    table = {
        "partial": (tool(name="p")(partial(plain, city="Rome")), "p", {}, "Rome"),
        "object": (Speaker(), "Speaker", {"city": "Oslo"}, "Oslo"),
        "method": (Speaker().method, "method", {"city": "Oslo"}, "Oslo"),
        "marked method": (tool(description="d")(Speaker().method), "method", {"city": "A"}, "A"),
    }
    for kind, (function, name, arguments, value) in table.items():
        with subtests.test(kind):
            made = FunctionTool.of(function)
            args, kwargs = made.bind(json.dumps(arguments))
            assert (made.name, made.function(*args, **kwargs)) == (name, value)
    assert FunctionTool.of(Speaker()).description == "Say it."
    assert FunctionTool.of(may_be_told).context_name == "context"
    raw = FunctionTool(name="raw", description="", parameters={"type": "object"}, function=plain)
    assert raw.bind('{"city": "x"}') == ((), {"city": "x"})
    with pytest.raises(ValueError, match="object"):
        raw.bind("[1]")


class Files:
    @tool(approve=True)
    @staticmethod
    def static(name: str) -> str:
        return name

    @tool(approve=True)
    @classmethod
    def of_class(cls, name: str) -> str:
        return name

    @tool(approve=True)
    def method(self, name: str) -> str:
        return name

    @tool(approve=True)
    def __call__(self, name: str) -> str:
        return name


@tool(approve=True, name="delete")
def delete_file(folder: str, name: str) -> str:
    return folder + name


def test_what_is_said_about_a_function_holds_for_what_is_made_of_it(subtests):
    """An approval that is lost lets a call run."""
    made_of_it = {
        "static": Files.static,
        "of_class": Files.of_class,
        "method": Files().method,
        "Files": Files(),
        "delete": partial(partial(delete_file, folder="a"), name="b"),
        "own": tool(name="own")(partial(delete_file, folder="a")),
        "another": tool(name="another")(Files().method),
    }
    for name, function in made_of_it.items():
        with subtests.test(name):
            made = FunctionTool.of(function)
            assert (made.name, made.approve) == (name, True)


GOOGLE = """Say how the weather is.

    In detail.

    Args:
        city (str): Name of a town,
            on two lines.
        *args: More: with a colon.
        unit: The unit.

    Returns:
        city: nothing of this
    """
NUMPY = """Say how the weather is.

    In detail.

    Parameters
    ----------
    city : str, optional
        Name of a town,
        on two lines.
    args
        More: with a colon.
    unit, other : {'C', 'F'}
        The unit.

    Returns
    -------
    city
        nothing of this
    """
SPHINX = """Say how the weather is.

    In detail.

    :param city: Name of a town,
        on two lines.
    :type city: str
    :param str args: More: with a colon.
    :param unit: The unit.
    :returns: nothing of this
    """


def test_docstrings_of_three_styles(subtests):
    for style in (GOOGLE, NUMPY, SPHINX):
        with subtests.test(style.partition("city")[0][-20:]):
            read = parse(style)
            assert read.summary == "Say how the weather is.\n\nIn detail."
            assert read.parameters == {
                "city": "Name of a town, on two lines.",
                "args": "More: with a colon.",
                "unit": "The unit.",
                **({"other": "The unit."} if style is NUMPY else {}),
            }
    for text, summary in [(None, ""), ("", ""), ("One: two.", "One: two."), ("A:\n\nB", "A:\n\nB")]:
        assert parse(text).summary == summary


def test_types_in_quotes_are_those_of_the_module():
    module = ModuleType("quoted")
    sys.modules["quoted"] = module
    source = (
        "from __future__ import annotations\n"
        "from mistralai.tools import ToolContext\n"
        "class Town: pass\n"
        "def weather(city: str, days: int | None, context: ToolContext[Town]) -> Town: ...\n"
    )
    exec(source, module.__dict__)
    made = FunctionTool.of(module.weather)
    assert list(made.parameters["properties"]) == ["city", "days"]
    assert made.context_name == "context"
