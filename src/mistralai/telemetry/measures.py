"""The values that metrics record once a call has ended.

Nothing here depends on OpenTelemetry.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from . import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..client.observers import AttributeValue, ObservedCall, ObservedScope, Outcome
    from .endings import Ending
    from .names import Name, Version

MOST_CHUNKS: Final = 256
"""The most times between chunks that are recorded of one stream."""

_SHARED: Final = (
    names.OPERATION_NAME,
    names.PROVIDER_NAME,
    names.REQUEST_MODEL,
    names.SERVER_ADDRESS,
    names.SERVER_PORT,
)
_DURATIONS: Final = {
    "chat": names.INFERENCE_DURATION,
    "text_completion": names.INFERENCE_DURATION,
    "embeddings": names.EMBEDDINGS_DURATION,
    "invoke_agent": names.AGENT_DURATION,
}
_SCOPES: Final = {
    "invoke_agent": (names.RUN_DURATION, (names.AGENT_NAME, names.REQUEST_MODEL)),
    "execute_tool": (names.TOOL_DURATION, (names.TOOL_NAME,)),
}


class Beginning:
    """The moment at which a span begins, by both clocks.

    Spans have the times of the wall clock, which may be set while they run; so metrics do not.

    Attributes:
        at: Nanoseconds since the epoch.
    """

    __slots__ = ("_monotonic", "at")

    def __init__(self) -> None:
        self.at = time.time_ns()
        self._monotonic = time.monotonic()

    def seconds_to(self, ended_at: float) -> float:
        """Return how long something took that ended at a moment of the wall clock, perhaps now."""
        since = max(0.0, time.time() - ended_at)  # where an end is told later, by another thread
        return max(0.0, time.monotonic() - self._monotonic - since)


class Measurement(NamedTuple):
    """A value for a metric.

    Attributes:
        name: The name of the metric, by version.
        value: Seconds or a number of tokens.
        attributes: Its attributes.
    """

    name: Name
    value: float
    attributes: Mapping[str, AttributeValue]


def measurements(
    call: ObservedCall,
    outcome: Outcome,
    ending: Ending,
    start: Mapping[str, AttributeValue],
    *,
    seconds: float,
    version: Version = "released",
    per_chunk: bool = False,
) -> list[Measurement]:
    """Return the values for the metrics of a call; none for an endpoint without a model.

    Args:
        call: The call.
        outcome: Its end.
        ending: The end of its span.
        start: The attributes that its span had from the start.
        seconds: How long it took.
        version: Which names to use.
        per_chunk: Whether to have the times between chunks, up to `MOST_CHUNKS` of them.
    """
    if call.operation is None:
        return []
    shared = {name: start[name] for name in _SHARED if name in start}
    if names.RESPONSE_MODEL in ending.attributes:
        shared[names.RESPONSE_MODEL] = ending.attributes[names.RESPONSE_MODEL]
    failed = shared
    if ending.error_type is not None:
        failed = {**shared, names.ERROR_TYPE: ending.error_type}
    measured = [Measurement(_DURATIONS[call.operation], seconds, failed)]
    first_chunk = outcome.timing.first_event if call.stream else None
    if first_chunk is not None:
        measured.append(Measurement(names.TIME_TO_FIRST_CHUNK, first_chunk, shared))
        if per_chunk:
            gaps = evenly(outcome.timing.gaps.counts(), MOST_CHUNKS)
            measured += [Measurement(names.TIME_PER_OUTPUT_CHUNK, gap, shared) for gap in gaps]
    if version == "released":
        measured += _by_type(ending.tokens, shared)
    elif call.operation == "embeddings":
        measured += _of_texts(ending.tokens, shared)
    else:
        succeeded = ending.error_type is None
        measured += _by_instrument(ending.tokens, shared, succeeded=succeeded)
    return measured


def scope_measurement(
    scope: ObservedScope, *, seconds: float, error_type: str | None
) -> Measurement | None:
    """Return the value for the metric of a run with tools or of the call of a tool.

    Only the latest version has metrics for them.

    Args:
        scope: The run, the call of a tool, or another scope.
        seconds: How long it took.
        error_type: The class of its error, if it failed.
    """
    known = _SCOPES.get(str(scope.attributes.get(names.OPERATION_NAME)))
    if known is None:
        return None
    name, wanted = known
    attributes = {each: scope.attributes[each] for each in wanted if each in scope.attributes}
    if error_type is not None:
        attributes[names.ERROR_TYPE] = error_type
    return Measurement(name, seconds, attributes)


def evenly(counts: list[tuple[float, int]], most: int) -> Iterator[float]:
    """Yield all values of a sorted histogram, or as many as allowed, from evenly spaced ranks.

    Args:
        counts: Values in ascending order, each with its number.
        most: The most values to yield.
    """
    total = sum(count for _, count in counts)
    taken = min(total, most)
    place = passed = 0
    for number in range(taken):
        rank = (2 * number + 1) * total // (2 * taken)
        while passed + counts[place][1] <= rank:
            passed += counts[place][1]
            place += 1
        yield counts[place][0]


def _by_type(
    counts: Mapping[str, int], shared: Mapping[str, AttributeValue]
) -> Iterator[Measurement]:
    for attribute, kind in (
        (names.USAGE_INPUT_TOKENS, "input"),
        (names.USAGE_OUTPUT_TOKENS, "output"),
    ):
        if attribute in counts:
            yield Measurement(
                names.TOKEN_USAGE, counts[attribute], {**shared, names.TOKEN_TYPE: kind}
            )


def _of_texts(
    counts: Mapping[str, int], shared: Mapping[str, AttributeValue]
) -> Iterator[Measurement]:
    if names.USAGE_INPUT_TOKENS in counts:
        yield Measurement(names.EMBEDDINGS_INPUT_TOKENS, counts[names.USAGE_INPUT_TOKENS], shared)


_USED: Final = (
    (names.USAGE_INPUT_TOKENS, names.INPUT_TOKENS_USED),
    (names.USAGE_OUTPUT_TOKENS, names.OUTPUT_TOKENS_USED),
    (names.USAGE_CACHE_READ_INPUT_TOKENS, names.CACHED_TOKENS_USED),
    (names.USAGE_REASONING_OUTPUT_TOKENS, names.REASONING_TOKENS_USED),
)
_OF_ONE_CALL: Final = (
    (names.USAGE_INPUT_TOKENS, names.INPUT_TOKENS),
    (names.USAGE_OUTPUT_TOKENS, names.OUTPUT_TOKENS),
)


def _by_instrument(
    counts: Mapping[str, int], shared: Mapping[str, AttributeValue], *, succeeded: bool
) -> Iterator[Measurement]:
    modal = {**shared, names.TOKEN_MODALITY: "unknown"}  # the API does not say
    for attribute, name in _USED:
        if attribute in counts:
            yield Measurement(name, counts[attribute], modal)
    if succeeded:  # the histograms are of calls that did not fail
        for attribute, name in _OF_ONE_CALL:
            if attribute in counts:
                yield Measurement(name, counts[attribute], shared)
