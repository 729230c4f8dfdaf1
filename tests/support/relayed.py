"""Logs of a relay, and the rules by which clients read what the protocols make of them."""

import json

from hypothesis import strategies as st

from mistralai.client.deltas import (
    ApprovalNeeded,
    FinishDelta,
    ReferenceDelta,
    StepEnd,
    StepStart,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolFailure,
    ToolResult,
    ToolStart,
    UnknownDelta,
    UsageDelta,
)
from mistralai.client.models import TextChunk, UsageInfo
from mistralai.relay import End, Frame, Gap, Opened
from mistralai.relay.protocols import encoder

OPENED = Opened("m1", "mistral-small", 1_700_000_000)


def usage(prompt, completion):
    """Return the usage of one answer."""
    total = prompt + completion
    return UsageDelta(
        UsageInfo(prompt_tokens=prompt, completion_tokens=completion, total_tokens=total)
    )


def frames(*events, first=1):
    """Number events; a gap has the number of the last event in it."""
    numbered = []
    for event in events:
        number = event.last if isinstance(event, Gap) else first
        numbered.append(Frame(number, event))
        first = number + 1
    return numbered


def encoded(protocol, log, *, after=0, key="chat-7"):
    """Return what a reader gets of a log, a text per frame."""
    reader = encoder(protocol, key, after=after)
    return [reader.encode(frame).decode() for frame in log]


def data_of(text):
    """Return the data of the events of a stream, read from JSON, `[DONE]` as it is."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def parts(protocol, *events):
    """Return the parts that a protocol makes of events."""
    return data_of("".join(encoded(protocol, frames(*events))))


RUN = (
    StepStart(1),
    TextDelta(0, "a"),
    ToolCallDelta(0, 0, "abc", "f", "{}"),
    ToolCallDelta(0, 1, "def", "g", "{}"),
    FinishDelta(0, "tool_calls"),
    usage(1, 2),
    ToolStart("abc", "f", {}),
    ToolResult("abc", "f", "r"),
    ToolFailure("def", "g", "no"),
    StepEnd(1, "tool_calls"),
    StepStart(2),
    TextDelta(0, "b"),
    FinishDelta(0, "stop"),
    usage(3, 4),
    StepEnd(2, "stop"),
)
"""A run with tools, of two steps."""

_texts = st.sampled_from(["", "a", "é😀", "\ud800", "b\n"])
_indexes = st.sampled_from([0, 0, 0, 1])
_ids = st.sampled_from([None, "null", "abc", "def", 7])
_names = st.sampled_from(["f", "g"])
_arguments = st.sampled_from(["", "{}", '{"x":', "1}", "nonsense"])
_objects = st.sampled_from([{}, {"x": 1.5}, {"x": [None, "y"]}])

deltas = st.one_of(
    st.builds(TextDelta, _indexes, _texts),
    st.builds(ThinkingDelta, _indexes, _texts),
    st.builds(
        ToolCallDelta,
        _indexes,
        st.integers(0, 2),
        _ids,
        st.one_of(st.none(), _names),
        _arguments,
    ),
    st.builds(ReferenceDelta, _indexes, st.just((1, "a"))),
    st.builds(FinishDelta, _indexes, st.sampled_from(["stop", "length", "tool_calls", "new"])),
    st.builds(usage, st.integers(0, 9), st.integers(0, 9)),
    st.builds(UnknownDelta, _indexes, st.just({"type": "new"})),
    st.builds(StepStart, st.integers(1, 3)),
    st.builds(ToolStart, st.sampled_from(["abc", "zzz"]), _names, _objects),
    st.builds(ToolResult, st.just("abc"), _names, st.sampled_from(["r", [TextChunk(text="r")]])),
    st.builds(ToolFailure, st.sampled_from(["def", "zzz"]), _names, _texts),
    st.builds(ApprovalNeeded, st.just("abc"), _names, _objects),
    st.builds(StepEnd, st.integers(1, 3), st.just("stop")),
)
"""Every event that a source may yield, in no sensible order."""

ends = st.sampled_from(["ended", "stopped", "failed", "truncated", "lost"]).map(End)

logs = st.builds(
    lambda middle, end: frames(OPENED, *middle, end), st.lists(deltas, max_size=30), ends
)
"""Whole logs: opened, any deltas in any order, an end."""


class AISDKRules:
    """The rules of the reducer of `useChat`, of every release from 5.0 on."""

    def __init__(self):
        self.open = {}
        self.calls = {}
        self.in_step = False
        self.last = None

    def read(self, part):
        assert self.last is None or part == "[DONE]", "nothing follows the last part"
        if part == "[DONE]":
            assert self.last is not None
            return
        kind = part["type"]
        if kind.endswith("-start") and "id" in part:
            assert self.in_step
            assert not self.open, "one part grows at a time"
            self.open[part["id"]] = kind.removesuffix("-start")
        elif kind.endswith("-delta") and "id" in part:
            assert self.open[part["id"]] == kind.removesuffix("-delta")
        elif kind.endswith("-end"):
            assert self.open.pop(part["id"]) == kind.removesuffix("-end")
        elif kind.startswith("tool-"):
            self._read_call(kind, part["toolCallId"])
        elif kind in {"start-step", "finish-step"}:
            assert self.in_step is (kind == "finish-step")
            assert not self.open
            self.in_step = kind == "start-step"
        elif kind in {"finish", "abort", "error"}:
            assert not self.in_step
            assert "growing" not in self.calls.values()
            self.last = kind
        else:
            assert kind in {"start", "message-metadata", "source-url", "file"} or (
                kind.startswith("data-")
            )

    def _read_call(self, kind, call):
        if kind == "tool-input-start":
            assert call not in self.calls
            self.calls[call] = "growing"
        elif kind == "tool-input-delta":
            assert self.calls[call] == "growing"
        elif kind in {"tool-input-available", "tool-input-error"}:
            assert self.calls[call] == "growing"
            self.calls[call] = "ended"
        else:
            assert self.calls[call] == "ended"


class AGUIRules:
    """The rules of the client of AG-UI: each thing begins before it grows and ends in the run."""

    def __init__(self):
        self.open = set()
        self.results = set()
        self.last = None

    def read(self, event):
        assert self.last is None, "nothing follows the end of a run"
        kind = event["type"]
        name, _, phase = kind.rpartition("_")
        thing = (name, event.get("messageId") or event.get("toolCallId") or event.get("stepName"))
        if kind in {"RUN_FINISHED", "RUN_ERROR"}:
            assert not self.open
            self.last = kind
        elif kind == "TOOL_CALL_RESULT":
            assert ("TOOL_CALL", event["toolCallId"]) not in self.open
        elif phase in {"START", "STARTED"} and kind != "RUN_STARTED":
            assert thing not in self.open
            self.open.add(thing)
        elif phase in {"CONTENT", "ARGS"}:
            assert thing in self.open
        elif phase in {"END", "FINISHED"}:
            self.open.remove(thing)
        else:
            assert kind in {"RUN_STARTED", "CUSTOM"}
