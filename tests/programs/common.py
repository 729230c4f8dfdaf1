"""Names that the programs share which tests run in an interpreter of their own.

The first argument of a program is the kind of its event loop, or `sync`.
"""

import asyncio
import logging
import sys
import warnings
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:  # importing models is a part of the first call
    from mistralai.models import CompletionEvent

T = TypeVar("T")

KIND: Final = sys.argv[1] if len(sys.argv) > 1 else "sync"
ASK: Final[dict[str, Any]] = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hello there"}],
}

logging.getLogger("asyncio").setLevel("ERROR")  # in debug mode it reports imports as slow
warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)  # newer Pythons warn of any


def run(main: Callable[[], Coroutine[Any, Any, T]], kind: str = KIND) -> T:
    """Run a coroutine function in an event loop of a kind."""
    if kind == "trio":
        import trio

        return trio.run(main)
    if kind == "uvloop":
        import uvloop

        return uvloop.run(main())
    return asyncio.run(main())


def text(events: "Iterable[CompletionEvent]") -> str:
    """Return the text of events."""
    return "".join(str(event.data.choices[0].delta.content) for event in events)


def say(*words: object) -> None:
    """Print a line for the test."""
    print(*words, flush=True)


def wait() -> None:
    """Wait until the test has seen what it waits for."""
    sys.stdin.readline()
