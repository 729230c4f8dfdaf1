"""The first asynchronous call of a process, whose imports run in a thread.

Modules are imported when they are first used, and the classes of pydantic built: a third of a
second, in which a loop could do nothing else. So the first call awaits a thread that does it.
Concurrent calls do the same, and wait for the same imports there; a call that is
cancelled leaves the thread to its work. Later calls find a flag.

Nothing here is imported for that: which loop runs is asked of the modules that are there.
"""

from __future__ import annotations

import contextvars
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..sdkconfiguration import SDKConfiguration

T = TypeVar("T")

_CLIENT = __name__.partition("._api")[0]

_MODULES = ("_http.clients", "_api.calls")
"""With what they import, all that a call loads; `tests/life/test_first_call.py` says if not."""


class _First:
    """The state of loading.

    Attributes:
        loaded: A first asynchronous call has loaded all but the models of bodies and answers.
        over: One has loaded those too.
    """

    loaded = False
    over = False


first = _First()


def would_block_loop() -> bool:
    """Return whether to make a request's body now would hold up a loop that runs."""
    return not first.over and f"{__package__}.body" not in sys.modules and _loop() is not None


async def first_call(configuration: SDKConfiguration, plan: Callable[[], T]) -> T:
    """Load what calls of this client use, and plan the first one, in a thread."""
    loop = _loop()

    def work() -> T:
        if not first.over:
            _load(configuration, loop)
        planned = plan()
        first.over = True  # with the models that it built
        return planned

    return await in_thread(work)


async def raw_call(configuration: SDKConfiguration, plan: Callable[[], T], *, blocking: bool) -> T:
    """Load what calls without models use, and plan one.

    Args:
        configuration: The settings of the client.
        plan: Plans the call.
        blocking: Whether to plan in a thread in any case, because that looks at files.
    """
    if first.loaded and not blocking:
        return plan()
    loop = _loop()

    def work() -> T:
        if not first.loaded:
            _load(configuration, loop)
        return plan()

    return await in_thread(work)


async def in_thread(job: Callable[[], T]) -> T:
    """Do something in a thread, and let the loop go on."""
    if _loop() == "trio":
        import trio

        return await trio.to_thread.run_sync(job, abandon_on_cancel=True)
    import asyncio

    context = contextvars.copy_context()
    try:
        done = asyncio.get_running_loop().run_in_executor(None, context.run, job)
    except RuntimeError:  # threads are not supported here, or the loop is about to end
        return job()
    return await done


def _load(configuration: SDKConfiguration, loop: str | None) -> None:
    """Import what asynchronous calls use, and make the client's HTTP client and its recorder."""
    import importlib

    import anyio

    kind = "_http.trionet" if loop == "trio" else "_http.aio"
    for name in (*_MODULES, kind):
        importlib.import_module(f"{_CLIENT}.{name}")
    from .._io.drivers import exchange_by

    # anyio loads what it has for a loop when such a loop first runs.
    contextvars.Context().run(partial(anyio.run, _nothing, backend=loop or "asyncio"))
    # The client may be of another make, which takes another module.
    exchange_by(configuration.async_client)
    _ = configuration.recorder
    first.loaded = True


async def _nothing() -> None:
    pass


def _loop() -> str | None:
    """The library whose loop runs in this thread, if one does."""
    for name, ask in (("trio", _trio_task), ("asyncio", _asyncio_loop)):
        module = sys.modules.get(name)
        if module is not None:
            try:
                ask(module)
            except (RuntimeError, AttributeError):  # no loop here, or a module that is half loaded
                continue
            return name
    return None


def _trio_task(trio: Any) -> object:
    return trio.lowlevel.current_task()


def _asyncio_loop(asyncio: Any) -> object:
    return asyncio.get_running_loop()
