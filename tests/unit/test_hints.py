"""Annotations resolve at run time, though modules import their names for type checkers alone."""

import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, validate_call

from mistralai.azure.client import MistralAzure
from mistralai.azure.client.chat import Chat as AzureChat
from mistralai.client import Mistral, Timeouts, deltas
from mistralai.client._api.pending import PendingStream
from mistralai.client._hints import Notes, noted, resolve_hints, resolved
from mistralai.client._stream.parsed import ParsedEventStream, ParsedEventStreamAsync
from mistralai.client.agents import Agents
from mistralai.client.chat import Chat
from mistralai.client.embeddings import Embeddings
from mistralai.client.fim import Fim
from mistralai.client.httpclient import HttpClient
from mistralai.client.models import CompletionEvent, EmbeddingResponse, UsageInfo
from mistralai.client.models_ import Models
from mistralai.client.sdkconfiguration import SDKConfiguration
from mistralai.client.types import Unset
from mistralai.client.utils.eventstreaming import EventStream, EventStreamAsync
from support.programs import PROGRAMS, run_program

PUBLIC: list[type] = [
    *(Mistral, MistralAzure, Chat, AzureChat, Fim, Agents, Embeddings, Models),
    *(SDKConfiguration, Timeouts),
    *(EventStream, EventStreamAsync, ParsedEventStream, ParsedEventStreamAsync, PendingStream),
    *(value for name in deltas.__all__ if isinstance(value := getattr(deltas, name), type)),
]


def callables(cls: type) -> Iterator[tuple[str, Any]]:
    """Yield a class and the methods that this package defines in it and its bases."""
    yield cls.__name__, cls
    for base in cls.__mro__:
        if base.__module__.startswith("mistralai"):
            for name, member in vars(base).items():
                function = getattr(member, "fget", getattr(member, "__func__", member))
                if inspect.isfunction(function) and not re.match("_[^_]", name):
                    yield f"{base.__name__}.{name}", function


def test_every_hint_of_a_public_class_resolves() -> None:
    failed: dict[str, str] = {}
    seen = 0
    for name, function in (pair for cls in PUBLIC for pair in callables(cls)):
        seen += 1
        try:
            typing.get_type_hints(function)
        except NameError as error:
            failed[name] = str(error)
    assert not failed
    assert seen > 200


def test_the_hints_of_a_method_are_those_of_its_keywords() -> None:
    for method, answer in ((Chat.stream, EventStream[CompletionEvent]), (Chat.parse, None)):
        hints = typing.get_type_hints(method)
        assert hints.keys() - {"return"} == inspect.signature(method).parameters.keys() - {"self"}
        assert hints["temperature"] == float | Unset | None
        assert answer is None or hints["return"] == answer
    assert typing.get_origin(typing.get_type_hints(Chat.stream)["messages"]) is Iterable
    assert typing.get_type_hints(Mistral("key").embeddings.create)["return"] is EmbeddingResponse
    assert typing.get_type_hints(Mistral.__init__)["client"] == HttpClient | None
    assert typing.get_type_hints(deltas.UsageDelta) == {"usage": UsageInfo}


def test_a_signature_has_the_types_too_and_shows_what_the_source_says() -> None:
    for signature in (
        inspect.signature(Chat.stream, eval_str=True),
        inspect.signature(Mistral("key").chat.stream),
        inspect.signature(functools.partial(Mistral("key").chat.stream, n=2)),
    ):
        assert signature.parameters["temperature"].annotation == float | Unset | None
        assert signature.return_annotation == EventStream[CompletionEvent]
        assert "temperature: 'OptionalNullable[float]' = UNSET" in str(signature)
    assert inspect.signature(Mistral, eval_str=True).parameters["server"].annotation == str | None


def test_pydantic_validates_the_arguments_of_a_method() -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"choices": []})

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    with http, Mistral("key", client=http) as client:
        config = ConfigDict(arbitrary_types_allowed=True)
        complete = validate_call(client.chat.complete, config=config)
        assert complete(model="m", messages=[{"role": "user", "content": "x"}]).choices == []
        with pytest.raises(ValidationError, match="temperature"):
            complete(model="m", messages=[], temperature="warm")


def test_reading_a_signature_loads_nothing_slow_until_a_type_is_read() -> None:
    ran = run_program(PROGRAMS / "reads_signature.py", "-W", "error")
    assert ran.returncode == 0, ran.stderr
    signature, types = ran.stdout.splitlines()
    assert signature == ""
    assert {"pydantic", "mistralai.client.models.messages"} <= {*types.split()}


def test_notes_become_types_whatever_reads_them() -> None:
    readers: list[Callable[[Notes], object]] = [
        dict,
        lambda notes: {**notes},
        lambda notes: dict(notes.items()),
        lambda notes: dict(zip(notes, notes.values(), strict=True)),
        lambda notes: {"a": notes["a"], "b": notes.get("b")},
        lambda notes: {name: notes[name] for name in notes.keys()},  # noqa: SIM118 - the case itself
    ]
    for number, read in enumerate(readers):
        notes = Notes(a=noted("Timeouts | None", __name__), b=noted("int", __name__))
        assert read(notes) == {"a": Timeouts | None, "b": int}, number
    assert Notes().get("a", 1) == 1


def test_a_name_that_cannot_be_found_leaves_the_text() -> None:
    note = noted("NoSuchName | None", __name__)
    assert resolved(note) == note == "NoSuchName | None"
    assert resolved("str") == "str"
    assert noted(int, __name__) is int


def test_a_wrapper_of_a_method_has_its_hints() -> None:
    @functools.wraps(Chat.complete)
    def traced(*args: Any, **kwargs: Any) -> Any:
        return Chat.complete(*args, **kwargs)

    assert typing.get_type_hints(traced)["top_k"] == int | Unset | None


def outer(value: "Later") -> "Later":
    return value


class Later(BaseModel):
    def method(self) -> "UsageInfo":
        return UsageInfo()


def test_a_name_that_the_module_defines_is_found_first() -> None:
    resolve_hints(__name__)
    assert isinstance(outer.__annotations__, Notes)
    assert typing.get_type_hints(outer) == {"value": Later, "return": Later}
    assert typing.get_type_hints(Later.method) == {"return": UsageInfo}
