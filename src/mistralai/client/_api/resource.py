"""The base of all resources: from a method's keywords to a call that runs.

An endpoint is data; a method of a resource names one and passes its keywords on. What checks the
keywords is in `specs`, and what runs the call in `calls`, which the first call loads.

An error about the keywords has a short traceback: the frames below `_spec` are removed from it, and
IPython and pytest leave out those with a local `__tracebackhide__`, which only pass a call on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._hints import resolve_hints
from .loading import first, first_call, would_block_loop
from .signatures import ShortTraceback, is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call.request import Request
    from .._call.steps import CallSpec
    from .._stream.eventstreaming import EventStream, EventStreamAsync
    from ..models import CompletionEvent
    from ..sdkconfiguration import SDKConfiguration
    from .pending import PendingStream

A = TypeVar("A")

_PENDING = frozenset({"stream_async", "parse_stream_async"})
"""Methods that give a `PendingStream`."""


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[A]):
    """One address of the API.

    Attributes:
        path: Below the server's address; a `{name}` in it is a keyword.
        params: The `TypedDict` of the keywords that its methods take.
        answer: Gives the model of a whole answer; called at the first answer.
        body: The `TypedDict` of those that go into the body; without one it is a GET.
        names: Keywords that have another name in the body, and that name.
        query: Keywords that go into the query of the address.
        request: The class of its requests, where it is not `Request`.
    """

    path: str
    params: type
    answer: Callable[[], type[A]]
    body: type | None = None
    names: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    request: type[Request] | None = None


class Resource:
    """A part of the API: `client.chat` and its like."""

    def __init__(self, sdk_configuration: SDKConfiguration) -> None:
        self.sdk_configuration = sdk_configuration

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            """Keep all forms of an async call where a tracer has replaced it by an `async def`."""
            found = super().__getattribute__(name)
            if name in _PENDING and not is_own(found):
                from .pending import pending_still

                return pending_still(found)
            return found

    def _stream(
        self, endpoint: Endpoint[Any], method: str, params: Mapping[str, Any]
    ) -> EventStream[CompletionEvent]:
        __tracebackhide__ = True
        spec = self._spec(endpoint, method, params, stream=True, asynchronous=False)
        from .calls import open_stream

        return open_stream(self, spec)

    def _stream_async(
        self, endpoint: Endpoint[Any], method: str, params: Mapping[str, Any]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        __tracebackhide__ = True
        # Where the models would be loaded now, and a loop wait for them, the body is made, and an
        # error of it raised, in the thread that loads them.
        late = would_block_loop()
        checked = self._spec(
            endpoint, method, params, stream=True, asynchronous=True, body=not late
        )
        from .._stream.caller import caller_of
        from .pending import PendingStream

        caller = caller_of()

        def spec() -> CallSpec:
            if not late:
                return checked
            return self._spec(endpoint, method, params, stream=True, asynchronous=True)

        async def start() -> EventStreamAsync[CompletionEvent]:
            ready = await self._planned(spec)
            from .calls import open_stream_async

            return await open_stream_async(self, ready, caller)

        return PendingStream(start)

    def _complete(self, endpoint: Endpoint[A], method: str, params: Mapping[str, Any]) -> A:
        __tracebackhide__ = True
        spec = self._spec(endpoint, method, params, stream=False, asynchronous=False)
        from .calls import complete

        return complete(self.sdk_configuration, spec, endpoint)

    async def _complete_async(
        self, endpoint: Endpoint[A], method: str, params: Mapping[str, Any]
    ) -> A:
        __tracebackhide__ = True

        def spec() -> CallSpec:
            from .calls import adapter_of

            adapter_of(endpoint)
            return self._spec(endpoint, method, params, stream=False, asynchronous=True)

        ready = await self._planned(spec)
        from .calls import complete_async

        return await complete_async(self.sdk_configuration, ready, endpoint)

    def _spec(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        *,
        stream: bool,
        asynchronous: bool,
        body: bool = True,
    ) -> CallSpec:
        """Check the keywords of a call, as `specs.spec_of` does."""
        __tracebackhide__ = True
        from .specs import spec_of

        try:
            return spec_of(
                self.sdk_configuration,
                endpoint,
                method,
                params,
                stream=stream,
                asynchronous=asynchronous,
                body=body,
            )
        except ValueError as error:
            raise _without_frames(error)  # noqa: B904 - it is the same error

    async def _planned(self, spec: Callable[[], CallSpec]) -> CallSpec:
        """Return the specification of an asynchronous call, the first one from a thread."""
        __tracebackhide__ = True
        try:
            return spec() if first.over else await first_call(self.sdk_configuration, spec)
        except ValueError as error:
            raise _without_frames(error)  # noqa: B904 - it is the same error


def _without_frames(error: ValueError) -> ValueError:
    """Return the error, without its traceback if that says nothing about the mistake."""
    return error.with_traceback(None) if isinstance(error, ShortTraceback) else error


resolve_hints(__name__)
