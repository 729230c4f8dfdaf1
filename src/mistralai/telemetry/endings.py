"""The end of a call: the status of its span, and the attributes that it has by then.

Nothing here depends on OpenTelemetry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..client import errors
from . import names
from .fields import count_of, text_of

if TYPE_CHECKING:
    from ..client.observers import AttributeValue, ObservedCall, Outcome

LEFT: Final = frozenset({"closed", "dropped", "cancelled"})
"""The end reasons that are the caller's own doing."""

_WHOLE: Final = frozenset({"done", "answered"})
_MOST_CHOICES: Final = 128
"""The most choices that are counted by what was asked for, which may be any number."""

_WITH_CHOICES: Final = frozenset({"chat", "text_completion", "invoke_agent"})
_COUNTS: Final = (
    ("prompt_tokens", names.USAGE_INPUT_TOKENS),
    ("completion_tokens", names.USAGE_OUTPUT_TOKENS),
)
_DETAILS: Final = (
    ("prompt_tokens_details", "cached_tokens", names.USAGE_CACHE_READ_INPUT_TOKENS),
    ("completion_tokens_details", "reasoning_tokens", names.USAGE_REASONING_OUTPUT_TOKENS),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a span.

    Attributes:
        error_type: The name of the error's class, for which the status is ERROR; `None` leaves the
            status UNSET, as the conventions want it of what did not fail.
        description: The sentence of an ERROR. It has none of the server's words.
        attributes: The attributes known at the end, `error.type` among them.
        tokens: The numbers of tokens that the server reported, by their attributes.
    """

    error_type: str | None
    description: str | None
    attributes: dict[str, AttributeValue]
    tokens: dict[str, int]


def ending_of(call: ObservedCall, outcome: Outcome) -> Ending:
    """Return how the span of a call ends."""
    attributes: dict[str, AttributeValue] = {}
    tokens: dict[str, int] = {}
    error_type = _error_type_of(outcome)
    if error_type is not None:
        attributes[names.ERROR_TYPE] = error_type
    # An attribute costs microseconds: what a whole answer has anyway is left out.
    whole = outcome.end_reason in _WHOLE
    if outcome.status is not None and not (whole and call.operation):
        attributes[names.HTTP_RESPONSE_STATUS_CODE] = outcome.status
    if not whole:
        attributes[names.END_REASON] = outcome.end_reason
    if call.operation is not None:
        tokens = _token_counts(outcome.usage)
        _add_answer(attributes, call, outcome)
        attributes.update(tokens)
    description = None if error_type is None else _description(outcome)
    return Ending(error_type, description, attributes, tokens)


def finish_reasons(call: ObservedCall, outcome: Outcome) -> list[str]:
    """Return why each choice ended, with `error` in the place of a reason that did not come.

    Choices that were asked for and never began are counted too, up to 128 in all, unless the answer
    is whole: then it has no others. Answers of conversations have no choices.
    """
    told = map(text_of, outcome.finish_reasons)
    reasons = ["error" if reason is None else reason for reason in told]
    expected = call.operation in _WITH_CHOICES and not _is_of_conversation(call)
    if not expected or (outcome.end_reason in _WHOLE and not reasons):
        return reasons
    asked = call.params.get("n")
    count = min(asked, _MOST_CHOICES) if isinstance(asked, int) else 1
    return reasons + ["error"] * max(0, count - len(reasons))


def retry_attributes(attempt: Any, error: BaseException) -> dict[str, AttributeValue]:
    """Return the attributes of the event of a retry: status, class and delay, no words.

    Args:
        attempt: The attempt that failed.
        error: How it failed.
    """
    attributes: dict[str, AttributeValue] = {names.ERROR_TYPE: type(error).__name__}
    if attempt.status is not None:
        attributes[names.HTTP_RESPONSE_STATUS_CODE] = attempt.status
    if attempt.delay is not None:
        attributes[names.RETRY_DELAY] = attempt.delay
    return attributes


def _token_counts(usage: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    if usage is None:
        return counts
    for field, name in _COUNTS:
        count = count_of(getattr(usage, field, None))
        if count is not None:
            counts[name] = count
    for details, field, name in _DETAILS:
        of_a_kind = getattr(usage, details, None)
        count = count_of(getattr(of_a_kind, field, None))
        if count is not None:
            counts[name] = count
    return counts


def _add_answer(
    attributes: dict[str, AttributeValue], call: ObservedCall, outcome: Outcome
) -> None:
    answer_id, model = text_of(outcome.id), text_of(outcome.model)
    if answer_id:
        of_conversation = _is_of_conversation(call)
        attributes[names.CONVERSATION_ID if of_conversation else names.RESPONSE_ID] = answer_id
    if model:
        attributes[names.RESPONSE_MODEL] = model
    reasons = finish_reasons(call, outcome)
    if reasons:
        attributes[names.RESPONSE_FINISH_REASONS] = reasons
    if call.stream and outcome.timing.first_event is not None:
        attributes[names.RESPONSE_TIME_TO_FIRST_CHUNK] = outcome.timing.first_event


def _error_type_of(outcome: Outcome) -> str | None:
    """Return the name of the class of a call's error, if it failed.

    A call that its caller left did not fail. A truncated answer is an error, also where the caller
    asked for none.
    """
    if outcome.end_reason in LEFT:
        return None
    if outcome.error is not None:
        return type(outcome.error).__name__
    return "StreamTruncatedError" if outcome.end_reason == "truncated" else None


def _is_of_conversation(call: ObservedCall) -> bool:
    return call.path.startswith("/v1/conversations")


def _description(outcome: Outcome) -> str:
    if isinstance(outcome.error, errors.APITimeoutError):
        return "a timeout expired"
    if outcome.status is None:
        return "no response was received"
    if outcome.status >= 400:
        return f"the server answered with status {outcome.status}"
    if outcome.end_reason == "truncated":
        return "the stream ended in mid-answer"
    return "the answer broke off or was not valid"
