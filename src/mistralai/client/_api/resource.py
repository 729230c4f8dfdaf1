"""The base of all resources: from a method's keywords to a call that runs.

An endpoint is data; a method of a resource names one and passes its keywords on. What checks the
keywords is in `specs`, and what runs the call in `calls`, which the first call loads.

An error about the keywords has a short traceback: the frames below `_spec` are removed from it, and
IPython and pytest leave out those with a local `__tracebackhide__`, which only pass a call on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._hints import resolve_hints
from .loading import first, first_call, in_thread, would_block_loop
from .signatures import ShortTraceback, is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call.observed import Operation
    from .._call.request import Request
    from .._call.steps import CallSpec
    from ..sdkconfiguration import SDKConfiguration
    from .pending import PendingStream, Stream
    from .streams import ChatStreams, StreamKind

A = TypeVar("A")
S = TypeVar("S")
R = TypeVar("R", bound="Stream[Any]")

_PENDING = frozenset(
    {
        "stream_async",
        "parse_stream_async",
        "download_async",
        "start_stream_async",
        "append_stream_async",
        "restart_stream_async",
    }
)
"""Methods that give a `PendingStream`."""


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[A]):
    """One address of the API.

    An endpoint whose answer is empty is an `Endpoint[None]` with `answer=None`. One with a JSON
    body of its own has `body` and `schema`, which describe the same fields: `body` for callers, and
    `schema` with the types that pydantic checks. One that uploads has `body` and `files`, and no
    `schema`. For example:

        DELETE: Endpoint[None] = Endpoint("/v1/agents/{agent_id}", IdParams, None, method="DELETE")
        LIST = Endpoint("/v1/files", ListParams, _list, query=("page",), defaults=(("page", 0),))
        UPLOAD = Endpoint(
            "/v1/files", UploadParams, _file, UploadBody, files=("file",), creates=True
        )

    Attributes:
        path: Below the server's address; a `{name}` in it is a keyword, a string.
        params: The `TypedDict` of the keywords that its methods take.
        answer: Gives the type of a whole answer; called at the first answer. `None` if the calls
            return `None`, whatever the body of the answer.
        body: The `TypedDict` of those that go into the body.
        names: Keywords that have another name in the body or the query, and that name.
        query: Keywords that go into the query: strings, numbers, booleans, dates, lists of them,
            and mappings, whose items are sent as parameters of their own.
        request: The class of its requests, where it is not `Request`.
        operation: What its calls ask of a model, for observers; `None` where it is no model.
        method: The HTTP method; empty for POST with a body, and GET without.
        defaults: Values that are sent for keywords that are not given. `None` for such a keyword
            sends nothing.
        schema: Gives the `TypedDict` with which pydantic checks and writes the body; called at the
            first request. Not for the bodies of `schemas`.
        files: Keywords of `body` that are files, as `multipart.Form` takes them: the body is a
            form, and the other keywords are its fields.
        accept: The types of an answer that is neither JSON nor an event stream, but a body that is
            streamed piece by piece.
        creates: Whether a request creates something, so that it is sent again only if nothing of
            it was sent, or after status 429 (`Repeats.UNSENT`).
    """

    path: str
    params: type
    answer: Callable[[], type[A]] | None
    body: type | None = None
    names: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()
    request: type[Request] | None = None
    operation: Operation | None = None
    method: str = ""
    defaults: tuple[tuple[str, Any], ...] = ()
    schema: Callable[[], type] | None = None
    files: tuple[str, ...] = ()
    accept: str | None = None
    creates: bool = False


def completions() -> ChatStreams:
    """Return the kind of streams of chat completions; the first call loads it."""
    from .streams import COMPLETIONS

    return COMPLETIONS


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

        def __getattr__(self, name: str) -> Any:
            from .othernames import method_hint

            kind = type(self).__name__
            message = f"{kind!r} object has no attribute {name!r}{method_hint(kind, name)}"
            raise AttributeError(message, name=name, obj=self)

    def _stream(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        kind: Callable[[], StreamKind[S, object]],
    ) -> S:
        __tracebackhide__ = True
        spec = self._spec(endpoint, method, params, stream=True, asynchronous=False)
        from .calls import open_stream

        return open_stream(self, spec, kind())

    def _stream_async(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        kind: Callable[[], StreamKind[object, R]],
    ) -> PendingStream[R]:
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
            kind()  # loads it
            if not late:
                return checked
            return self._spec(endpoint, method, params, stream=True, asynchronous=True)

        async def start() -> R:
            ready = await self._planned(spec)
            from .calls import open_stream_async

            return await open_stream_async(self, ready, kind(), caller)

        return PendingStream(start)

    def _complete(self, endpoint: Endpoint[A], method: str, params: Mapping[str, Any]) -> A:
        __tracebackhide__ = True
        spec = self._spec(endpoint, method, params, stream=False, asynchronous=False)
        from .calls import complete, read_model

        return complete(self.sdk_configuration, spec, partial(read_model, endpoint))

    async def _complete_async(
        self, endpoint: Endpoint[A], method: str, params: Mapping[str, Any]
    ) -> A:
        __tracebackhide__ = True

        def spec() -> CallSpec:
            if endpoint.answer is not None:
                from .calls import adapter_of

                adapter_of(endpoint)
            return self._spec(endpoint, method, params, stream=False, asynchronous=True)

        ready = await self._planned(spec, blocking=bool(endpoint.files))
        from .calls import complete_async, read_model

        read = partial(read_model, endpoint)
        return await complete_async(self.sdk_configuration, ready, read)

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

    async def _planned(self, spec: Callable[[], CallSpec], *, blocking: bool = False) -> CallSpec:
        """Return the specification of an asynchronous call, the first one from a thread.

        Args:
            spec: Makes it.
            blocking: Whether it is made in a thread in any case, because that looks at files.
        """
        __tracebackhide__ = True
        try:
            if not first.over:
                return await first_call(self.sdk_configuration, spec)
            return await in_thread(spec) if blocking else spec()
        except ValueError as error:
            raise _without_frames(error)  # noqa: B904 - it is the same error


def _without_frames(error: ValueError) -> ValueError:
    """Return the error, without its traceback if that says nothing about the mistake."""
    return error.with_traceback(None) if isinstance(error, ShortTraceback) else error


resolve_hints(__name__)
