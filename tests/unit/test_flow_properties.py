import pickle
from dataclasses import dataclass
from itertools import cycle, groupby
from typing import Any

import httpx2
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mistralai.client._call.failure import TransportFailure
from mistralai.client._call.retry import BackoffStrategy, Policy, RetryConfig
from mistralai.client._call.steps import Close
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import MistralClientError
from support.flows import (
    KEY,
    RATE_LIMIT,
    ROLE,
    STOP,
    ByHand,
    Piece,
    Reply,
    Wait,
    delta,
    fails,
    sse,
    text,
)
from support.streams import cut_every

pytestmark = pytest.mark.uncounted

# --- what may come -----------------------------------------------------------

CONTENT = {
    "text": text("a"),
    "other choice": text("b", index=1),
    "tool call": delta(tool_calls=[{"function": {"name": "f", "arguments": "{}"}}]),
    "stop": STOP,
    "other stop": delta("stop", index=1),
    "usage": sse({"choices": [], "usage": {"prompt_tokens": 1}}),
    "finish error": delta("error"),
}
EMPTY = {"role": ROLE, "empty": delta(content=""), "no choice": sse({"choices": []})}
OTHERS = {
    "ping": b": ping\n\n",
    "null": b"data: null\n\n",
    "named": b"event: ping\ndata: {}\n\n",
    "done": b"data: [DONE]\n\n",
    "rate limit": sse(RATE_LIMIT),
    "bad request": sse({"error": {"message": "x", "code": 3000}}),
    "event: error": sse("x", "error"),
    "bad json": b"data: {oops\n\n",
    "html": b"<html>\n\n",
    "json": b'{"detail": "x"}\n\n',
    "unended done": b"data: [DONE]",
}
FAULTS = {
    "broken": ("broken", httpx2.ReadError),
    "timeout": ("timeout", httpx2.ReadTimeout),
    "encoding": ("encoding", httpx2.DecodingError),
    "connect": ("connect", httpx2.ConnectError),
    "connect_timeout": ("connect_timeout", httpx2.ConnectTimeout),
    "certificate": ("certificate", httpx2.ConnectError),
    "stale": ("broken", httpx2.RemoteProtocolError),
}


def failure(name: str) -> TransportFailure:
    kind, cause = FAULTS[name]
    return fails(kind, cause, stale=name == "stale")


@dataclass(frozen=True)
class Draft:
    """A reply before its events have their ids."""

    body: list[str | float]
    cut: int
    status: int
    headers: dict[str, str]
    connect: float
    head: float

    def reply(self, number: int) -> Reply:
        """The reply, each of whose events has an id of its own: its number, its kind and place."""
        body: list[Piece] = []
        for is_bytes, parts in groupby(enumerate(self.body), lambda part: known(part[1])):
            if is_bytes:
                whole = b"".join(named(kind, f"{number} {kind} {at}") for at, kind in parts)
                body += cut_every(whole, self.cut)
            else:
                body += [
                    failure(part) if isinstance(part, str) else Wait(part) for _, part in parts
                ]
        return Reply(tuple(body), self.status, self.headers, self.connect, self.head)


def known(part: str | float) -> bool:
    return part in CONTENT or part in EMPTY or part in OTHERS


def named(kind: str, identifier: str) -> bytes:
    if kind in OTHERS:
        return OTHERS[kind]
    plain = (CONTENT | EMPTY)[kind].removeprefix(b"data: {").replace(b'"id": "1", ', b"")
    return b'data: {"id": "%s", ' % identifier.encode() + plain


lines = [name for name in OTHERS if name != "unended done"]
mostly_quick = st.sampled_from([*[0.0] * 20, 0.3, 0.6, 2.0, 30.0, 1e9])
parts_of_a_body = st.tuples(
    st.lists(st.sampled_from([*EMPTY, "ping"]), max_size=2),
    st.lists(st.sampled_from([*CONTENT, *EMPTY, "ping", "null"]), max_size=3),
    st.lists(st.sampled_from([*lines, "broken", "timeout", "encoding"]), max_size=1),
    st.lists(mostly_quick | st.sampled_from([*CONTENT, *EMPTY, *lines]), max_size=3),
    st.sampled_from([[], ["stop"], ["stop", "done"], ["done"], ["stop", "unended done"]]),
)
headers = st.sampled_from(
    [
        *[{}] * 4,
        *({"retry-after": seconds} for seconds in ("0", "3", "59.9", "61")),
        *({"location": place} for place in ("/v2", "/v3", "https://evil.example")),
    ]
)
drafts = st.builds(
    Draft,
    body=parts_of_a_body.map(lambda parts: [piece for part in parts for piece in part]),
    cut=st.sampled_from([1, 7, 1000]),
    status=st.sampled_from([*[200] * 20, 307, 308, 302, 400, 409, 422, 429, 500, 503]),
    headers=headers,
    connect=mostly_quick,
    head=mostly_quick,
)
opening = st.lists(st.sampled_from([*EMPTY, "ping"]), min_size=1, max_size=3)
asked_again = st.sampled_from([["broken"], ["rate limit"], ["event: error"], []])
held = st.builds(
    Draft,
    body=st.tuples(opening, asked_again).map(lambda parts: parts[0] + parts[1]),
    cut=st.sampled_from([7, 1000]),
    status=st.just(200),
    headers=headers,
    connect=st.just(0.0),
    head=st.just(0.0),
)
"""Streams that fail before they say anything."""

at_send = st.sampled_from([name for name in FAULTS if name != "encoding"])
scripts = st.lists(st.one_of(*[drafts] * 5, *[held] * 3, at_send), min_size=1, max_size=6)

limits = st.builds(
    Timeouts,
    connect=st.sampled_from([0.5, 5.0]),
    first_event=st.sampled_from([0.5, 5.0, 20.0]),
    idle=st.sampled_from([0.5, 5.0]),
    total=st.sampled_from([None, None, 0.5, 5.0, 20.0]),
)
configs = st.builds(
    RetryConfig,
    strategy=st.sampled_from(["backoff", "backoff", "none"]),
    backoff=st.builds(
        BackoffStrategy,
        initial_interval=st.sampled_from([500, 5_000]),
        max_interval=st.sampled_from([1_000, 100_000]),
        exponent=st.sampled_from([1, 2.0]),
        max_elapsed_time=st.sampled_from([0, 5_000, 10_000]),
        jitter_ms=st.sampled_from([None, 0, 90_000]),
    ),
    retry_connection_errors=st.booleans(),
    status_codes_override=st.sampled_from([None, ["4XX", "5XX"], ["307"]]),
)
settings_of_retries = st.integers(0, 4) | configs
chances = st.floats(0, 1, exclude_max=True)


# --- what must hold ----------------------------------------------------------


def check_waits(hand: ByHand, policy: Policy) -> None:
    """At most the allowed requests, and no wait past a limit."""
    retries = sum(attempt.delay is not None for attempt in hand.call.attempts)
    redirects = sum("redirected" in (a.reason or "") for a in hand.call.attempts)
    free = any(a.delay == 0.0 and "redirected" not in (a.reason or "") for a in hand.call.attempts)
    assert len(hand.call.attempts) == hand.requests == retries + 1
    counted = retries - redirects - free
    assert counted == len(hand.sleeps)
    if policy.retries is not None:
        assert counted <= policy.retries
    for began, seconds in hand.network.sleeps:
        elapsed = began - hand.began
        assert 0 < seconds <= 60
        assert policy.max_elapsed is None or elapsed + seconds <= policy.max_elapsed
        assert hand.timeouts.total is None or elapsed + seconds < hand.timeouts.total
    if hand.timeouts.total is not None:
        moments = 0.002 * hand.requests  # what a request has that is sent at the last one
        assert hand.elapsed <= hand.timeouts.total + moments + 1e-6


def check_secrets(hand: ByHand, error: MistralClientError | None) -> None:
    """The key is nowhere."""
    for shown in (repr(error), str(error), repr(hand.call.attempts), *hand.lines):
        assert KEY not in shown
    assert KEY.encode() not in pickle.dumps(error)


def by_hand(script: list[Draft | str], retries: Any, **given: Any) -> tuple[ByHand, Policy]:
    replies = (
        failure(draft) if isinstance(draft, str) else draft.reply(number)
        for number, draft in enumerate(cycle(script))
    )
    policy = Policy.of(retries)
    return ByHand(more=replies, policy=policy, **given), policy


thorough = settings(max_examples=500, derandomize=True, deadline=None)


@thorough
@given(scripts, settings_of_retries, limits, chances, st.booleans())
def test_whatever_comes_a_stream_keeps_its_promises(
    script: list[Draft | str],
    retries: Any,
    limits: Timeouts,
    chance: float,
    strict_end: bool,
) -> None:
    # Invariant: at most the allowed requests, no wait past a limit, never a request after
    # content was handed out, the events of one answer in order and each of them once, and an
    # error, if any, that is a MistralClientError, comes last, and shows no key.
    hand, policy = by_hand(script, retries, timeouts=limits, chance=chance, strict_end=strict_end)
    call = hand.stream_call
    events: list[str] = []
    error: MistralClientError | None = None
    try:
        hand.network.run(call.open())
    except MistralClientError as failed:
        error = failed
    while error is None and call.end_reason is None:
        before = hand.requests
        content = any(kind(identifier) in CONTENT for identifier in events)
        events += [str(ready.data.id) for ready in hand.pump()]
        assert not content or hand.requests == before
    error = error or call.error

    check_waits(hand, policy)
    check_secrets(hand, error)
    check_events(script, events, number=hand.requests - 1, whole=error is None)
    check_partial(error, events)
    assert isinstance(hand.network.steps[-1], Close)
    assert (error is None) == (call.attempts[-1].reason is None)
    if error is None:
        assert call.end_reason in {"done", "finish_reason_only", "done_only"} or not strict_end
    event(f"{type(error).__name__}, {call.end_reason}, retried {bool(hand.sleeps)}")


def kind(identifier: str) -> str:
    return identifier.split(" ", 1)[1].rsplit(" ", 1)[0]


def check_events(script: list[Draft | str], events: list[str], *, number: int, whole: bool) -> None:
    """They are the first of one reply, in order, none left out and none twice."""
    number = int(events[0].split()[0]) if events else number
    draft = script[number % len(script)]
    if isinstance(draft, str):
        assert not events
        return
    ends = [at for at, part in enumerate(draft.body) if part == "done" or part in FAULTS]
    all_of_them = [
        f"{number} {part} {at}"
        for at, part in enumerate(draft.body[: min(ends, default=None)])
        if part in CONTENT or part in EMPTY
    ]
    assert events == all_of_them[: len(events)]
    # A wait that is too long ends a stream too, if its answer is complete.
    assert not whole or events == all_of_them or any(not known(part) for part in draft.body)


def check_partial(error: MistralClientError | None, events: list[str]) -> None:
    """An error after events has what they say."""
    if error is None:
        return
    assert error.events_received == len(events)
    assert (error.partial is None) == (not events)
    if error.partial is None:
        return
    kinds = [kind(identifier) for identifier in events]
    texts = {choice.index: choice.message.content or "" for choice in error.partial.choices}
    assert texts.get(0, "") == "a" * kinds.count("text")
    assert texts.get(1, "") == "b" * kinds.count("other choice")


@thorough
@given(scripts, settings_of_retries, limits, chances)
def test_whatever_comes_a_whole_answer_keeps_its_promises(
    script: list[Draft | str], retries: Any, limits: Timeouts, chance: float
) -> None:
    # Invariant: at most the allowed requests, no wait past a limit, and either the whole body
    # of one answer or a MistralClientError that shows no key.
    hand, policy = by_hand(script, retries, timeouts=limits, chance=chance, stream=False)
    error: MistralClientError | None = None
    try:
        body = hand.answer()
    except MistralClientError as failed:
        error = failed
    else:
        draft = script[(hand.requests - 1) % len(script)]
        assert isinstance(draft, Draft)
        pieces = draft.reply(hand.requests - 1).body
        assert body == b"".join(piece for piece in pieces if isinstance(piece, bytes))
        assert not [piece for piece in pieces if isinstance(piece, TransportFailure)]
    check_waits(hand, policy)
    check_secrets(hand, error)
    assert (error is None) == (hand.call.attempts[-1].reason is None)
