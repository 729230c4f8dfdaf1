"""The cost of reading an event, in work that can be counted."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from pydantic import BaseModel

from mistralai.client import models
from mistralai.client.models.parse import event_of, parse_chunk

PACKAGE = str(Path(models.__file__).parents[1])
EVENTS = {
    "text": b'{"id":"a","created":1,"choices":[{"index":0,"delta":{"content":"hi"}}],"p":"abc"}',
    "thinking": b'{"choices":[{"delta":{"content":[{"type":"thinking","thinking":'
    b'[{"type":"text","text":"so"}]}]}}]}',
    "call": b'{"choices":[{"finish_reason":"tool_calls","delta":{"tool_calls":[{"id":"a",'
    b'"function":{"name":"f","arguments":"{}"}}]}}],"usage":{"prompt_tokens":1}}',
    "empty reason": b'{"choices":[{"delta":{"content":"hi"},"finish_reason":""}]}',
}


def python_calls(run: Callable[[], object]) -> list[str]:
    """Return the names of the package's functions that `run` calls."""
    called: list[str] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            called.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)
    return called


def test_reading_an_event_runs_no_python_of_the_models(subtests: pytest.Subtests) -> None:
    for name, event in EVENTS.items():
        with subtests.test(name):
            parse_chunk(event)
            called = python_calls(lambda event=event: event_of(parse_chunk(event)))
            assert called == ["parse_chunk", "event_of"]


def test_reading_events_builds_no_class() -> None:
    def classes(base: type[BaseModel]) -> int:
        return sum(1 + classes(cls) for cls in base.__subclasses__())

    for event in EVENTS.values():
        event_of(parse_chunk(event)).model_dump_json()
    before = classes(BaseModel)
    for event in EVENTS.values():
        event_of(parse_chunk(event)).model_dump_json()
    assert classes(BaseModel) == before


MODELS = [
    "CompletionEvent",
    "CompletionChunk",
    "CompletionResponseStreamChoice",
    "DeltaMessage",
    "ToolCall",
    "FunctionCall",
    "TextChunk",
    "ThinkChunk",
    "UsageInfo",
]


def test_the_models_of_a_stream_are_built_and_without_hooks(subtests: pytest.Subtests) -> None:
    for name in MODELS:
        with subtests.test(name):
            cls: type[BaseModel] = getattr(models, name)
            assert cls.__pydantic_complete__
            assert not cls.__pydantic_custom_init__
            assert cls.__pydantic_post_init__ is None
            decorators = cls.__pydantic_decorators__
            assert not {**decorators.field_validators, **decorators.model_validators}
