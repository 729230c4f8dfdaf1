"""The methods that make an asynchronous stream a `collections.abc.AsyncGenerator`.

Some programs know a stream by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from .._hints import resolve_hints

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")


class AsyncGeneratorLike(Generic[T]):
    """A base of asynchronous streams, which have `__anext__` and `aclose`."""

    if TYPE_CHECKING:

        async def __anext__(self) -> T: ...

        async def aclose(self) -> None:
            """Close the stream."""

    async def asend(self, value: None) -> T:
        """Return the next event, as `anext` does.

        Raises:
            TypeError: `value` is not `None`: a stream takes no values.
        """
        if value is not None:
            raise TypeError(f"a stream of events takes no value; asend() was given {value!r}")
        return await self.__anext__()

    async def athrow(
        self,
        typ: type[BaseException] | BaseException,
        val: object = None,
        tb: TracebackType | None = None,
    ) -> NoReturn:
        """Close the stream, then raise the exception."""
        await self.aclose()
        error = typ if isinstance(typ, BaseException) else _exception_of(typ, val)
        raise error if tb is None else error.with_traceback(tb)


def _exception_of(kind: type[BaseException], value: object) -> BaseException:
    """Return the exception that `throw` of a generator makes of a class and a value."""
    if isinstance(value, BaseException):
        return value
    return kind() if value is None else kind(value)


resolve_hints(__name__)
