"""Errors for a stream that is used as one of the other kind: a synchronous one in `async for`.

Type checkers find these mistakes themselves, and do not see the methods here.

A program that tells streams apart by `__aiter__` or `__iter__` alone finds both on every stream;
those of the other kind raise. `__anext__` and `__next__` exist only where they work, so
`AsyncIterator` and `Iterator` of `collections.abc` distinguish the kinds.
"""

from typing import TYPE_CHECKING, NoReturn


class AsyncOnly:
    """A base of asynchronous streams, for a clear error in `for` and `with`."""

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            raise TypeError(_asynchronous("for"))

        def __enter__(self) -> NoReturn:
            raise TypeError(_asynchronous("with"))

        def __exit__(self, *_: object) -> NoReturn:  # without it Python does not call `__enter__`
            raise TypeError(_asynchronous("with"))


class SyncOnly:
    """A base of synchronous streams, for a clear error in `async for` and `async with`."""

    if not TYPE_CHECKING:

        def __aiter__(self) -> NoReturn:
            raise TypeError(_synchronous("for"))

        async def __aenter__(self) -> NoReturn:
            raise TypeError(_synchronous("with"))

        async def __aexit__(self, *_: object) -> NoReturn:
            raise TypeError(_synchronous("with"))


def _asynchronous(word: str) -> str:
    return (
        f"this stream is asynchronous: use `async {word}`,"
        " or the method without `_async` in synchronous code"
    )


def _synchronous(word: str) -> str:
    return (
        f"this stream is synchronous: use `{word}`,"
        " or the method that ends in `_async` in asynchronous code"
    )
