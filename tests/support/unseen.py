"""All that a program may show of an object or an error, to see that the key is not in it."""

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from traceback import TracebackException

import mistralai


def shown(thing: object) -> str:
    """The texts, pickles and copies of an object, as far as it lets itself be pickled and copied."""
    texts = [repr(thing), str(thing), repr(getattr(thing, "__dict__", None))]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        try:
            texts.append(pickle.dumps(thing, protocol).decode("latin-1"))
        except (TypeError, AttributeError, pickle.PicklingError):
            texts.append("it is not pickled")
    for duplicate in (copy.copy, copy.deepcopy):
        try:
            twin = duplicate(thing)
        except TypeError:
            continue
        texts += [repr(twin), repr(getattr(twin, "__dict__", None))]
    return "\n".join(texts)


PACKAGE = str(Path(mistralai.__file__).parent)


def rendered(error: BaseException, *, ours: bool = False) -> str:
    """The tracebacks, with locals, of an error and of all that it was caused by or raised in.

    Args:
        error: The error.
        ours: Whether to leave out the frames of others, in which what a caller gave is the caller's.
    """
    tracebacks = [
        TracebackException.from_exception(each, capture_locals=True) for each in chain_of(error)
    ]
    for each in tracebacks:
        if ours:
            each.stack[:] = [f for f in each.stack if f.filename.startswith(PACKAGE)]
    return "\n".join("".join(each.format(chain=False)) for each in tracebacks)


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """An error, its causes and contexts, whether a traceback would show them or not, and groups."""
    seen: dict[int, BaseException] = {}
    ahead: list[BaseException | None] = [error]
    while ahead:
        each = ahead.pop()
        if each is not None and id(each) not in seen:
            seen[id(each)] = each
            ahead += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
    yield from seen.values()
