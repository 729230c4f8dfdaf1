"""Calls and scopes as an observer sees them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from .._answer.facts import Facts
    from ..errors import MistralClientError
    from ..models import UsageInfo
    from .retry import Attempt
    from .timing import Timing

Operation: TypeAlias = Literal["chat", "text_completion", "embeddings", "invoke_agent"]
"""What a call asks of a model, by the names of the GenAI conventions."""

AttributeValue: TypeAlias = (
    str | bool | int | float | Sequence[str] | Sequence[bool] | Sequence[int] | Sequence[float]
)
"""The value of an attribute, as OpenTelemetry has it."""

UNWATCHED: Final[AbstractContextManager[object]] = nullcontext()
"""The context of what nobody watches."""


@dataclass(frozen=True, slots=True)
class ObservedCall:
    """A call that is about to be sent.

    Attributes:
        operation: What it asks of a model; `None` for any other endpoint.
        method: The HTTP method.
        path: The path below the server's address, with `{names}` in the place of ids.
        server_address: The host.
        server_port: The port.
        stream: True if the answer is to come as a stream.
        params: The keywords of the call as the caller gave them, without `http_headers`. The prompt
            is among them.
    """

    operation: Operation | None
    method: str
    path: str
    server_address: str
    server_port: int
    stream: bool
    params: Mapping[str, Any] = field(repr=False)


class Outcome:
    """The end of a call.

    Attributes:
        end_reason: How a stream ended, as its `end_reason`; `"answered"` for a whole answer.
            Besides, `"dropped"`: the stream was no longer referenced; `"cancelled"`: an exception
            such as that of a cancelled task passed through the call.
        error: The exception, or `None`. Of a cancelled call it is the one that passed.
        status: The HTTP status of the last response, or `None`.
        attempts: The requests that were sent.
        timing: Seconds to the parts of the answer; `first_event` is the time to the first chunk.
        ended_at: When, in seconds since the epoch.
    """

    __slots__ = ("_facts", "attempts", "end_reason", "ended_at", "error", "status", "timing")

    def __init__(
        self,
        end_reason: str,
        error: BaseException | None,
        *,
        status: int | None,
        attempts: tuple[Attempt, ...],
        timing: Timing,
        ended_at: float,
        facts: Facts,
    ) -> None:
        self.end_reason = end_reason
        self.error = error
        self.status = status
        self.attempts = attempts
        self.timing = timing
        self.ended_at = ended_at
        self._facts = facts

    @property
    def id(self) -> str | None:
        """The API's id of the answer."""
        return self._facts.id

    @property
    def model(self) -> str | None:
        """The model that answered."""
        return self._facts.model

    @property
    def usage(self) -> UsageInfo | None:
        """The tokens used; `None` if the server did not say."""
        usage: UsageInfo | None = self._facts.usage
        return usage

    @property
    def finish_reasons(self) -> tuple[str | None, ...]:
        """Why each choice that began ended; `None` for one whose reason did not come."""
        return self._facts.finish_reasons

    @property
    def answer(self) -> Any:
        """The answer, or the part of it that was received; built when read. `None` without one."""
        return self._facts.build()

    def __repr__(self) -> str:
        return f"<Outcome {self.end_reason}, status {self.status}>"


class CallWatcher:
    """Watches one call. Override the methods of interest; here they do nothing.

    They are called in the thread or task that reads the answer, `ended` also in others.
    """

    def sending(self) -> AbstractContextManager[object]:
        """Return a context in which a request is sent: once for each attempt and redirect.

        It is left when the response headers have come, so it is never open while the caller's code
        runs.
        """
        return UNWATCHED

    def headers(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the status and headers of a response."""

    def first_chunk(self) -> None:
        """Note the first event of a stream; it comes again if another attempt replaces it."""

    def retried(self, attempt: Attempt, error: MistralClientError) -> None:
        """Note that an attempt failed and is followed by another, after `attempt.delay` seconds."""

    def ended(self, outcome: Outcome) -> None:
        """Note the end of the call, which comes once."""


class CallObserver(Protocol):
    """Sees every call of the clients that it is given to, as `Mistral(observers=[...])`."""

    def begun(self, call: ObservedCall) -> CallWatcher | None:
        """Return what watches a call, or `None`.

        It is called before the first request is sent, in the context of the caller. A call with a
        wrong keyword, without a key, or that is never used does not begin.
        """
        ...


@dataclass(frozen=True, slots=True)
class ObservedScope:
    """A piece of work that calls belong to, such as a run with tools.

    Attributes:
        name: Its name.
        kind: `"internal"` for work of this process, `"client"` for a request to another.
        attributes: What is known at its beginning.
        content: Prompts, arguments and the like, by the names of their attributes: for observers
            that were asked to keep content.
        parent: The `carrier` of a scope in another process, or `None`.
    """

    name: str
    kind: Literal["internal", "client"] = "internal"
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict[str, Any])
    content: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    parent: Mapping[str, str] | None = None


class ScopeWatcher:
    """Watches one scope. Override the methods of interest; here they do nothing."""

    def current(self) -> AbstractContextManager[object]:
        """Return a context in which what begins belongs to the scope; in any thread or task."""
        return UNWATCHED

    def noted(self, attributes: Mapping[str, AttributeValue], content: Mapping[str, str]) -> None:
        """Note what became known of the scope."""

    def carrier(self) -> Mapping[str, str]:
        """Return what makes scopes of other processes belong to this one."""
        return {}

    def ended(self, error: BaseException | None, ended_at: float) -> None:
        """Note the end, which comes once.

        Args:
            error: The exception with which the work ended, or `None`.
            ended_at: When, in seconds since the epoch.
        """


class ScopeObserver(Protocol):
    """Sees the scopes of `client.observe`; an observer may be one of calls as well."""

    def entered(self, scope: ObservedScope) -> ScopeWatcher | None:
        """Return what watches a scope, or `None`; called in the context in which it begins."""
        ...
