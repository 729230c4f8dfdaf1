"""The object that an async call returns before anything is sent.

It serves three ways of writing the call:

    async with client.chat.stream_async(...) as stream: ...
    stream = await client.chat.stream_async(...)
    async for event in client.chat.stream_async(...): ...

It is a `collections.abc.Coroutine`, so that `asyncio.create_task`, `wait_for`
and similar functions take it. Dropped without use it leaves no warning, because it has
not done anything yet.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from functools import wraps
from types import AsyncGeneratorType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from .._hints import resolve_hints
from .._stream.misused import AsyncOnly
from .signatures import mark_as_coroutine_function

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType


E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Stream(Protocol[E_co]):
    """The result of a pending call: a stream to enter, to iterate and to close."""

    def __aiter__(self) -> AsyncIterator[E_co]: ...

    async def __aenter__(self) -> Any: ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool | None: ...


S_co = TypeVar("S_co", bound=Stream[Any], covariant=True)


class PendingStream(Coroutine[Any, Any, S_co], AsyncOnly, Generic[S_co]):
    """A stream that begins when it is awaited, entered or first iterated.

    It can be used once; a second use raises `RuntimeError`.
    """

    def __init__(self, start: Callable[[], Coroutine[Any, Any, S_co]]) -> None:
        """Keep the function that begins the stream.

        Args:
            start: Sends the request and returns the stream.
        """
        self._start = start
        self._begun: Coroutine[Any, Any, S_co] | None = None
        self._stream: S_co | None = None

    def _coroutine(self) -> Coroutine[Any, Any, S_co]:
        if self._begun is None:
            self._begun = self._start()
        return self._begun

    def __await__(self) -> Generator[Any, Any, S_co]:
        return self._coroutine().__await__()

    async def __aenter__(self) -> S_co:
        self._stream = await self
        # Some tracers replace it by an async generator, which has no `__aenter__`.
        if not isinstance(self._stream, AsyncGeneratorType):
            await self._stream.__aenter__()
        return self._stream

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        assert self._stream is not None
        stream: Any = self._stream
        if isinstance(stream, AsyncGeneratorType):
            await stream.aclose()
            return None
        return await self._stream.__aexit__(exc_type, exc, traceback)

    def __aiter__(self: PendingStream[Stream[E]]) -> AsyncIterator[E]:
        return _Iteration(self)

    def __repr__(self) -> str:
        if self._begun is None:
            state = "not sent yet: use it in `async with`, `async for` or `await`"
        else:
            state = "in use: read the stream that `async with` or `await` returned"
        return f"<{type(self).__name__}, {state}>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Raise an error that says how to get at the stream, if the stream has the name."""
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if not name.startswith("_"):  # programs probe for those, and this imports a module
                from .._stream.eventstreaming import EventStreamAsync

                if hasattr(EventStreamAsync, name):
                    message += (
                        "; the stream has it: `async with ... as stream` or `stream = await ...`"
                    )
            raise AttributeError(message, name=name, obj=self)

    async def show(self) -> None:
        """Begin the stream and show it, as `EventStreamAsync.show`; the stream is not kept."""
        stream: Any = await self
        await stream.show()

    # The coroutine protocol, for event loops.

    def send(self, value: Any) -> Any:
        """Drive the call, as an event loop does."""
        return self._coroutine().send(value)

    def throw(self, *args: Any) -> Any:
        """Raise an exception inside the call, as an event loop does to cancel it."""
        return self._coroutine().throw(*args)

    def close(self) -> None:
        """Abandon the call; nothing is sent if it has not begun."""
        if self._begun is not None:
            self._begun.close()

    @property
    def cr_code(self) -> CodeType | None:
        """The code of the coroutine, for the repr of a task."""
        return getattr(self._begun, "cr_code", None)

    @property
    def cr_frame(self) -> FrameType | None:
        """The frame of the coroutine, for the repr of a task and its stack."""
        return getattr(self._begun, "cr_frame", None)

    @property
    def cr_running(self) -> bool:
        """True while the coroutine is being executed."""
        return bool(getattr(self._begun, "cr_running", False))

    @property
    def cr_await(self) -> Any:
        """The object that the coroutine awaits, if any."""
        return getattr(self._begun, "cr_await", None)


def pending_still(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the replacement of a method that returns a `PendingStream`.

    Tracers replace the method by an `async def`, whose result can only be awaited. The wrapper
    calls it when the stream is used, so that the result can be entered and iterated as well.

    Args:
        method: The replacement. Callables other than functions, such as a `Mock`, are returned as
            they are.
    """
    if not isinstance(method, FunctionType | MethodType):  # proxies of a function pass this test
        return method

    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> PendingStream[Any]:
        return PendingStream(lambda: method(*args, **kwargs))

    mark_as_coroutine_function(cast("FunctionType", call))
    return call


class _Iteration(AsyncIterator[E]):
    """An iterator over a stream that begins when the first event is requested."""

    def __init__(self, pending: Awaitable[Stream[E]]) -> None:
        self._pending = pending
        self._events: AsyncIterator[E] | None = None

    async def __anext__(self) -> E:
        if self._events is None:
            self._events = aiter(await self._pending)
        return await anext(self._events)


resolve_hints(__name__)
