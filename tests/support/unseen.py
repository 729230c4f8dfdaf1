"""Everything that a program may show of an object or an error, to search for the key."""

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from traceback import TracebackException

import mistralai


def shown(thing: object) -> str:
    """Return the texts, pickles and copies of an object, as far as it can be pickled and copied."""
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
    """Return the tracebacks, with locals, of an error and of its causes and contexts.

    Args:
        error: The error.
        ours: Leave out the frames of other packages, whose local variables are theirs.
    """
    tracebacks = [
        TracebackException.from_exception(each, capture_locals=True) for each in chain_of(error)
    ]
    for each in tracebacks:
        if ours:
            each.stack[:] = [f for f in each.stack if f.filename.startswith(PACKAGE)]
    return "\n".join("".join(each.format(chain=False)) for each in tracebacks)


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its causes, contexts and groups, also those that a traceback hides."""
    seen: dict[int, BaseException] = {}
    ahead: list[BaseException | None] = [error]
    while ahead:
        each = ahead.pop()
        if each is not None and id(each) not in seen:
            seen[id(each)] = each
            ahead += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
    yield from seen.values()
