"""Tools of MCP servers: of real ones, and of objects that stand for other releases of mcp."""

import io
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr
from types import SimpleNamespace as Thing

import anyio
import pytest

from mistralai.client import Mistral
from mistralai.client.models import AudioChunk, DocumentURLChunk, ImageURLChunk, TextChunk
from mistralai.simulator import Call, Reply, Scenario, Simulator
from mistralai.tools import MCPServerError, ToolError, mcp_server, mcp_tools
from mistralai.tools.mcp import content_of
from mistralai.tools.mcp.connection import start_error
from mistralai.tools.mcp.target import Target
from support.mcp_servers import COMMAND, needs_mcp_2
from support.processes import running
from support.programs import run_program


@contextmanager
def http_server():
    """Run the server over HTTP, and yield its address."""
    with running(*COMMAND, "http", stdout=subprocess.PIPE) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/mcp"


def functions(tools):
    return {tool.name: tool.function for tool in tools}


def outcome(function, **arguments):
    """Return what a sync tool returns, or the text of its error for the model."""
    try:
        return function(**arguments)
    except ToolError as error:
        return f"error: {error}"


async def outcome_async(function, **arguments):
    try:
        return await function(**arguments)
    except ToolError as error:
        return f"error: {error}"


def check_answers(subtests, call):
    with subtests.test("structured content that its text says is given once"):
        assert call["add"](a=1, b=2) == "3"
    with subtests.test("arguments that the server refuses"):
        assert "valid integer" in outcome(call["add"], a="x", b=2)
    with subtests.test("a name that the API does not allow"):
        assert call["say_hello"](name="Ada") == "Hello Ada"
    with subtests.test("an image"):
        [image] = call["picture"]()
        assert image.image_url.startswith("data:image/png;base64,iVBOR")
    with subtests.test("a sound"):
        assert call["sound"]() == [AudioChunk(input_audio="YmVlcA==")]
    with subtests.test("an embedded resource, and structured content beside it"):
        assert call["report"]() == 'One memo.\nWater the plants.\n{"memos": 1}'
    with subtests.test("an error"):
        assert outcome(call["refuse"]).endswith("no such town")


@needs_mcp_2
def test_the_tools_of_a_command_are_there_for_a_sync_block(subtests, monkeypatch, tmp_path):
    monkeypatch.setenv("MISTRAL_API_KEY", "sk-of-the-user")
    log = (tmp_path / "log").open("w+")
    with log, mcp_server(COMMAND, env={"TOWN": "Brest"}, errlog=log) as tools:
        call = functions(tools)
        with subtests.test("schemas and descriptions are those of the server"):
            assert tools[0].description == "Add two numbers."
            assert list(tools[0].parameters["properties"]) == ["a", "b"]
        check_answers(subtests, call)
        with subtests.test("the server inherits no key"):
            names = call["environment"]().split("\n")
            assert {"PATH", "TOWN"} <= set(names)
            assert "MISTRAL_API_KEY" not in names
        with subtests.test("the server dies in the middle of a call"):
            assert outcome(call["die"]) == "error: Connection closed"
            assert outcome(call["add"], a=1, b=2).startswith("error: ")
        log.seek(0)
        assert "dying" in log.read()
    assert outcome(call["add"], a=1, b=2) == "error: the MCP server has been closed"


@needs_mcp_2
def test_the_tools_of_an_address_are_there_for_a_sync_block(subtests):
    with http_server() as url, mcp_server(url, headers={"authorization": "any"}) as tools:
        call = functions(tools)
        check_answers(subtests, call)
        with subtests.test("the server dies in the middle of a call"):
            assert outcome(call["die"]).startswith("error: ")


async def check_async_calls(server, call):
    assert list(call) == ["my_wait", "my_add", "my_die"]
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(call["my_wait"])
            assert await call["my_add"](a=1, b=2) == "3"
            scope.cancel()
    assert scope.cancelled_caught
    with pytest.raises(RuntimeError, match="is open already"):
        await server.__aenter__()
    assert await outcome_async(call["my_die"]) == "error: Connection closed"


@needs_mcp_2
@pytest.mark.anyio
async def test_the_tools_of_a_command_are_there_for_an_async_block(tmp_path):
    call = {}

    async def fail(server):
        async with server as tools:
            call.update(functions(tools))
            await check_async_calls(server, call)
            raise KeyError("of the block")

    with (tmp_path / "log").open("w") as log:
        chosen = ["wait", "add", "die"]
        server = mcp_server(COMMAND, include=chosen, prefix="my_", errlog=log, cwd=tmp_path)
        with pytest.raises(KeyError, match="of the block"):
            await fail(server)
    ended = f"error: the MCP server {sys.executable} has ended"
    assert await outcome_async(call["my_add"], a=1, b=2) == ended


@needs_mcp_2
@pytest.mark.anyio
async def test_a_call_that_waits_ends_with_the_block():
    results = []

    async def wait(function):
        results.append(await outcome_async(function))

    with http_server() as url:
        async with anyio.create_task_group() as group, mcp_server(f"{url}?key=secret") as tools:
            call = functions(tools)
            group.start_soon(wait, call["wait"])
            assert await call["add"](a=1, b=2) == "3"
    assert results == [f"error: the MCP server {url} has ended"]


@needs_mcp_2
@pytest.mark.anyio
async def test_a_run_calls_a_server_and_goes_on_when_it_dies(tmp_path):
    steps = [
        Reply(calls=(Call(name="picture"), Call(name="add", arguments={"a": 1, "b": 2}))),
        Reply(calls=(Call(name="die"),)),
        Reply(calls=(Call(name="add", arguments={"a": 1, "b": 2}),)),
        Reply(text="That is all."),
    ]
    ask = {"model": "m", "messages": [{"role": "user", "content": "Go"}]}
    with Simulator([Scenario(step) for step in steps]) as sim, (tmp_path / "log").open("w") as log:
        async with (
            Mistral("key", server_url=sim.url) as client,
            mcp_server(COMMAND, errlog=log) as tools,
            client.chat.run_tools_async(**ask, tools=tools) as run,
        ):
            await run.until_done()
    assert (run.text, run.end_reason) == ("That is all.", "stop")
    (picture, added), (died,), (later,), () = [step.results for step in run.steps]
    assert picture.content[0].type == "image_url"
    assert added.content == "3"
    assert died.message == later.message == "Connection closed"


OF_MCP_1 = [
    Thing(name="a/b", description=None, title="A to B", inputSchema={"type": "object"}),
    Thing(name="c", description="See", inputSchema={"type": "object"}),
]


class Session1:
    """A session with the fields of mcp 1, whose tools are on two pages."""

    def __init__(self, **result):
        self.result = Thing(**{"isError": False, "structuredContent": None, **result})

    async def list_tools(self, cursor=None):
        if cursor is None:
            return Thing(tools=OF_MCP_1[:1], nextCursor="second")
        assert cursor == "second"
        return Thing(tools=OF_MCP_1[1:], nextCursor=None)

    async def call_tool(self, name, arguments):
        self.called = name, arguments
        return self.result


class Session2(Session1):
    """A session with the pages of mcp 2."""

    async def list_tools(self, *, params=None):
        assert params is None or params.cursor == "second"
        return await super().list_tools(None if params is None else params.cursor)


class ClientOfFastMCP(Session1):
    """A client that returns all tools in a list, and raises the errors of the server."""

    async def list_tools(self):
        return OF_MCP_1

    async def call_tool(self, name, arguments):  # noqa: ARG002 - as fastmcp has it
        raise type("ToolError", (Exception,), {})("no such town")


class TwoAlike(Session1):
    """A session with two tools that would have the same name for the model."""

    async def list_tools(self):
        return [Thing(name="a.b"), Thing(name="a/b")]


@pytest.mark.anyio
async def test_an_open_session_of_any_release_gives_its_tools(subtests):
    for kind in (Session1, Session2, ClientOfFastMCP):
        with subtests.test(kind.__name__):
            session = kind(content=[Thing(type="text", text="done")])
            first, second = await mcp_tools(session)
            assert (first.name, first.description) == ("a_b", "A to B")
            assert (second.name, second.description) == ("c", "See")
            if kind is ClientOfFastMCP:
                assert await outcome_async(first.function) == "error: no such town"
            else:
                assert await first.function(x=1) == "done"
                assert session.called == ("a/b", {"x": 1})
    with subtests.test("what is not a session"), pytest.raises(TypeError, match="no list_tools"):
        await mcp_tools("https://mcp.example")


@pytest.mark.anyio
async def test_an_error_that_the_server_did_not_write_is_not_repeated_to_the_model():
    session = Session1()

    async def broken(_name, _arguments):
        raise ConnectionError("https://mcp.example/?key=secret refused")

    session.call_tool = broken
    [tool, _] = await mcp_tools(session)
    with pytest.raises(ToolError) as caught:
        await tool.function()
    assert str(caught.value) == "the MCP server of the tool did not answer (ConnectionError)"


@pytest.mark.anyio
async def test_tools_are_chosen_by_name(subtests):
    [tool] = await mcp_tools(Session1(), include=["c"], approve=True, timeout=5)
    assert (tool.name, tool.approve, tool.timeout) == ("c", True, 5)
    rows = [
        ({"include": ["d"]}, ValueError, "has no tool 'd'; it has: a/b, c"),
        ({"include": "c"}, TypeError, "not the text 'c'"),
        (
            {"prefix": "x" * 64},
            ValueError,
            "64 letters.* hyphens; it is that of the MCP server's tool 'a/b': shorten prefix, or",
        ),
    ]
    for options, kind, text in rows:
        with subtests.test(options=options), pytest.raises(kind, match=text):
            await mcp_tools(Session1(), **options)
    with (
        subtests.test("two that read alike"),
        pytest.raises(ValueError, match="both have the name"),
    ):
        await mcp_tools(TwoAlike())


def text(words):
    return Thing(type="text", text=words)


def resource(**fields):
    return Thing(type="resource", resource=Thing(**{"uri": "f:1", "mimeType": None, **fields}))


CONTENTS = {
    "nothing": ([], None, ""),
    "texts": ([text("a"), text("b")], None, "a\nb"),
    "structured alone": ([], {"a": 1}, '{"a": 1}'),
    "structured, said": ([text('{"a": 1}')], {"a": 1}, '{"a": 1}'),
    "structured, said as a value": ([text("true")], {"result": True}, "true"),
    "structured, said in items": ([text("a"), text("b")], {"result": ["a", "b"]}, "a\nb"),
    "structured, not said": ([text("two")], {"result": 2}, 'two\n{"result": 2}'),
    "an image of mcp 1": (
        [text("a"), Thing(type="image", data="AA==", mimeType="image/png")],
        None,
        [TextChunk(text="a"), ImageURLChunk(image_url="data:image/png;base64,AA==")],
    ),
    "a document": (
        [resource(blob="AA==", mimeType="application/pdf")],
        None,
        [DocumentURLChunk(document_url="data:application/pdf;base64,AA==", document_name="f:1")],
    ),
    "other bytes": (
        [resource(blob="AAAA")],
        None,
        "(f:1 application/octet-stream: 3 bytes, not shown)",
    ),
    "a link": (
        [Thing(type="resource_link", uri="f:1", name="memo", description="A memo")],
        None,
        "memo: A memo: f:1",
    ),
    "an unknown type": (
        [Thing(type="hologram")],
        None,
        "(content of the type 'hologram', which is not shown)",
    ),
}


def test_the_content_of_a_result_is_that_of_a_tool_message(subtests):
    for name, (parts, structured, expected) in CONTENTS.items():
        with subtests.test(name):
            result = Thing(content=parts, structuredContent=structured, isError=False)
            assert content_of(result) == expected
    errors = [
        (Thing(content=[text("no")], is_error=True), "no"),
        (Thing(content=[text("no")], isError=True), "no"),
        (Thing(content=[], is_error=True), "the tool failed, and its server did not say why"),
        (Thing(input_requests=[]), "asks for input"),
    ]
    for result, message in errors:
        with subtests.test(message), pytest.raises(ToolError, match=message):
            content_of(result)


UNUSABLE = [
    (
        ["/no/such/program"],
        {},
        MCPServerError,
        "/no/such/program could not be used: .*No such file",
    ),
    ([sys.executable, "-c", ""], {}, MCPServerError, "could not be used: Connection closed"),
    (
        "http://me:secret@127.0.0.1:9/?key=a",
        {},
        MCPServerError,
        "server http://127.0.0.1:9/ could not be used",
    ),
    (
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        {"start_timeout": 0.2},
        MCPServerError,
        r"has not named its tools within 0\.2 s \(start_timeout\)",
    ),
    ("a", {"start_timeout": "5"}, TypeError, "start_timeout takes seconds .* not '5'"),
    ("a", {"start_timeout": 0}, ValueError, "start_timeout is 0; give seconds above 0, or None"),
    (" ", {}, ValueError, "the command is empty"),
    ("a 'b", {}, ValueError, "No closing quotation"),
    ("http://a", {"env": {"A": "b"}}, ValueError, "env is for a command"),
    ("a", {"headers": {"A": "b"}}, ValueError, "headers are for an address"),
    (3, {}, TypeError, "a command or an address, not 3"),
    ("a", {"env": {"TOKEN": 1234}}, TypeError, "env .* for 'TOKEN', but a value of the type int$"),
    ("http://a", {"headers": {"A": None}}, TypeError, "no text for 'A', but .* NoneType"),
    ("HTTP://user:pw@127.0.0.1:9/?key", {}, MCPServerError, "HTTP://127.0.0.1:9/ could not be"),
]


def test_a_server_that_cannot_be_used_is_an_error_with_the_reason(subtests):
    for server, options, kind, message in UNUSABLE:
        with (
            subtests.test(server=server),
            pytest.raises(kind, match=message),
            mcp_server(server, **options),
        ):
            pass


def test_a_server_that_ends_while_it_is_written_to_has_closed_its_connection():
    broken = ExceptionGroup("of mcp", [anyio.BrokenResourceError()])
    error = start_error(Target.of("a-server", env={}, headers={}), broken)
    assert str(error) == "the MCP server a-server could not be used: Connection closed"


def test_a_program_with_a_standard_error_of_its_own_can_start_a_server():
    for stream in (io.StringIO(), None):
        with redirect_stderr(stream), pytest.raises(MCPServerError, match="Connection closed"):
            mcp_server([sys.executable, "-c", ""]).__enter__()


def test_without_the_package_a_sentence_names_the_extra():
    done = run_program(
        "import sys; sys.modules['mcp'] = None\n"
        "from mistralai.tools import MCPServerError, mcp_server\n"
        "try:\n    mcp_server('any').__enter__()\n"
        "except MCPServerError as error:\n    print(error)"
    )
    assert done.stdout == "MCP servers need the package mcp: pip install 'mistralai[mcp]'\n"
