"""Whatever the model replies, whatever tools do, and wherever a run is interrupted:

- the simulator accepts the messages of the run: with a message of the user after an answer, as they
  are after any other end, and those of `messages_for` always;
- no tool runs twice for one call, and none begins after the run was closed or cancelled.

The flow is driven without I/O. Answers are added up by the client from made-up chunks.
"""

import json
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import to_jsonable_python

from mistralai.client._answer.turn import message_of, sorted_calls
from mistralai.client.errors import APIConnectionError
from mistralai.simulator.api.messages import check
from mistralai.tools import LATER, ToolError, ToolLoopError, tool
from mistralai.tools.loop import Loop
from mistralai.tools.outcomes import Interrupted, Raised, Returned, TimedOut
from mistralai.tools.settings import Settings
from mistralai.tools.steps import Ask, Decide, Emit, Read, RunTools
from mistralai.tools.toolset import Toolset
from support.chunks import chunk_of, read
from support.tools import USER

PASSED = {"type": "function", "function": {"name": "elsewhere", "parameters": {"type": "object"}}}
IDS = st.sampled_from(["aaaaaaaaa", "bbbbbbbbb", "ccccccccc", None])
ARGUMENTS = st.sampled_from(["{}", '{"x": 1}', '{"y": 1}', "[]", '{"x', ""])
NAMES = st.sampled_from(["plain", "alone", "asks", "elsewhere", "unknown", "odd name!"])
CALLS = st.lists(st.tuples(IDS, NAMES, ARGUMENTS), max_size=3)
REPLY = st.tuples(
    st.sampled_from(["", "Hello", "Hello "]),
    st.booleans(),  # with thinking
    CALLS,
    st.sampled_from(["natural", "length", "none"]),
)
OUTCOMES = st.sampled_from(["value", "tool error", "error", "late"])
INTERRUPTS = st.tuples(st.sampled_from(["close", "error", "cancel"]), st.integers(0, 40))


def plain(x: int = 0) -> int:
    return x


@tool(alone=True)
def alone(x: int = 0) -> int:
    return x


@tool(approve=True)
def asks(x: int = 0) -> int:
    return x


TOOLS = Toolset.of([plain, alone, asks, PASSED], asynchronous=True)


class CancelledError(BaseException):
    """What a loop throws into a task."""


def heard(reply):
    """An answer, and its deltas."""
    text, thinks, made, ending = reply
    chunks = []
    if thinks:
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
        chunks.append(chunk_of({"content": [thought]}))
    if text:
        chunks.append(chunk_of({"content": text}))
    for place, (id_, name, arguments) in enumerate(made):
        fields = {"index": place, "function": {"name": name, "arguments": arguments}}
        fields |= {} if id_ is None else {"id": id_}
        chunks.append(chunk_of({"content": "", "tool_calls": [fields]}))
    reason = {"natural": "tool_calls" if made else "stop", "length": "length", "none": None}[ending]
    if reason:
        chunks.append(chunk_of({"content": ""}, reason))
    answer, deltas = read(*chunks)
    return Heard(answer.choice(0), ended=reason is not None), deltas


class Heard:
    """The facts of a stream that was read so far as its deltas were taken."""

    def __init__(self, choice, *, ended):
        self._choice = choice
        self._ended = ended
        self.end_reason = None
        self.usage = self.timing = self.response = None
        self.all_read = False

    def finish(self):
        self.all_read = True
        self.end_reason = "done" if self._ended else "truncated"

    @property
    def finish_reason(self):
        return self._choice.finish_reason if self._choice and self.all_read else None

    @property
    def message(self):
        return message_of(self._choice, ended=self.all_read and self._ended)

    @property
    def tool_calls(self):
        return sorted_calls(self._choice, ended=self._ended).complete if self.all_read else []

    @property
    def incomplete_tool_calls(self):
        calls = sorted_calls(self._choice, ended=self._ended).incomplete if self.all_read else []
        return [SimpleNamespace(call=c.call, reason=c.reason) for c in calls]


def key(call):
    """A call of a run; two steps may have calls of the same id."""
    return call.step, call.id


class Driver:
    """Carries out the work of a flow from lists of replies and outcomes."""

    def __init__(self, replies, outcomes, interrupt):
        self.replies = list(replies)
        self.outcomes = list(outcomes)
        self.kind, self.left = interrupt
        self.begun = []
        self.over = False

    def drive(self, loop):
        result, step = None, loop.resume()
        while step is not None:
            self.left -= 1
            if self.left == 0 and self.kind == "close":
                self.over = True
                loop.close()
                return
            if isinstance(step, Emit):
                step = loop.resume()
                continue
            try:
                if self.left == 0:
                    self.over = True
                    self.interrupt(step)
                result = self.work(step)
            except BaseException as error:  # noqa: BLE001 - as a driver does
                step = loop.fail(error)
            else:
                step = loop.resume(result)

    def interrupt(self, step):
        if isinstance(step, RunTools):
            step.outcomes[0] = Interrupted()
            self.begun.append(key(step.calls[0].call))
        raise APIConnectionError("broke") if self.kind == "error" else CancelledError

    def work(self, step):
        match step:
            case Ask(params):
                messages = to_jsonable_python(params["messages"])
                check(messages)
                answer, self.deltas = heard(self.replies.pop(0) if self.replies else SAYS)
                self.answer = answer
                return answer
            case Read():
                if self.deltas:
                    return self.deltas.pop(0)
                self.answer.finish()
                if self.answer.end_reason == "truncated":
                    raise APIConnectionError("cut")
                return None
            case Decide():
                return LATER
        for place, call in enumerate(step.calls):
            if not step.signals.may_begin() or step.over():
                break
            assert not self.over
            assert key(call.call) not in self.begun
            self.begun.append(key(call.call))
            outcome = self.outcomes.pop(0) if self.outcomes else "value"
            step.outcomes[place] = {
                "value": Returned("fine"),
                "tool error": Raised(ToolError("no such town")),
                "error": Raised(ValueError("secret")),
                "late": TimedOut(),
            }[outcome]
        return None


SAYS = ("Hello", False, [], "natural")


def accepted(messages):
    check(json.loads(json.dumps(to_jsonable_python(messages))))


def run_once(messages, replies, outcomes, interrupt, decisions):
    settings = Settings(tools=TOOLS, params={"model": "m"}, max_steps=4, asynchronous=True)
    waiting = Loop(settings, messages).calls.pending
    decided = {
        call.id: "done" if call.waits_for == "result" else decision
        for call, decision in zip(waiting, decisions, strict=False)
        if decision is not None
    }
    settings = Settings(
        tools=TOOLS, params={"model": "m"}, max_steps=4, asynchronous=True, decisions=decided
    )
    loop = Loop(settings, messages)
    driver = Driver(replies, outcomes, interrupt)
    try:
        driver.drive(loop)
    except (APIConnectionError, ToolLoopError, CancelledError, ValueError):
        assert loop.end_reason in {"error", "closed"}
    assert loop.end_reason is not None
    return loop


@given(
    st.lists(REPLY, max_size=4),
    st.lists(OUTCOMES, max_size=6),
    INTERRUPTS,
    st.lists(st.sampled_from([True, False, "because", {"a": 1}, None]), max_size=3),
)
@settings(max_examples=150)
def test_the_history_is_accepted_after_any_end(replies, outcomes, interrupt, decisions):
    messages = [USER]
    for _ in range(3):
        loop = run_once(messages, replies, outcomes, interrupt, decisions)
        if loop.end_reason == "stop":
            accepted([*loop.history.messages, USER])
            messages = [*loop.history.messages, USER]
        else:
            accepted(loop.history.messages)
            messages = json.loads(json.dumps(to_jsonable_python(loop.history.messages)))
        accepted(loop.history.messages_for("And now?"))
        assert "secret" not in json.dumps(to_jsonable_python(loop.history.messages))
