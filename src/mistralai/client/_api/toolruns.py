"""The one door from the client to the runs with tools, which are above it.

`mistralai.tools` is imported by the first run, and knows the client by its public names alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..types.unset import UNSET
from .loading import in_thread, would_block_loop
from .signatures import check_keywords
from .tracers import seen_through, seen_through_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...tools import ToolRun, ToolRunAsync
    from ..sdkconfiguration import SDKConfiguration
    from .pending import PendingStream


def run_tools(
    config: SDKConfiguration,
    stream: Callable[..., Any],
    params: Mapping[str, Any],
    params_type: type,
) -> ToolRun[Any]:
    """Return a run whose requests are sent by `stream`.

    Args:
        config: The settings of the client, whose observers see the run.
        stream: The method of the resource that streams an answer.
        params: The keywords of the run.
        params_type: Describes them, `tools` and `response_format` excepted.

    Raises:
        TypeError: A keyword is unknown or missing, or a value or a tool has the wrong type.
        ValueError: A value is wrong.
    """
    __tracebackhide__ = True
    _check(params, params_type, "run_tools")
    from ...tools.runs import ToolRun

    return ToolRun(seen_through(stream), *_prepared(config, params, asynchronous=False))


def run_tools_async(
    config: SDKConfiguration,
    stream: Callable[..., Any],
    params: Mapping[str, Any],
    params_type: type,
) -> PendingStream[ToolRunAsync[Any]]:
    """Return a run that begins when it is used; `stream` is the asynchronous method."""
    __tracebackhide__ = True
    _check(params, params_type, "run_tools_async")
    from .pending import PendingStream

    def prepare() -> ToolRunAsync[Any]:
        from ...tools.runs import ToolRunAsync

        opened = seen_through_async(stream)
        return ToolRunAsync(opened, *_prepared(config, params, asynchronous=True))

    if would_block_loop():  # the imports take long, and the tools are read with them
        return PendingStream(lambda: in_thread(prepare))
    run = prepare()

    async def begin() -> ToolRunAsync[Any]:
        return run

    return PendingStream(begin)


def _check(params: Mapping[str, Any], params_type: type, method: str) -> None:
    __tracebackhide__ = True
    apart = {"tools", "response_format", "stream"}
    named = {name: params[name] for name in params if name not in apart}
    check_keywords(named, params_type, method=method)
    stream = params.get("stream")
    if stream is not None and stream is not UNSET and not stream:
        raise ValueError(f"stream={stream!r} was given to {method}(), which streams every answer")


def _prepared(
    config: SDKConfiguration, params: Mapping[str, Any], *, asynchronous: bool
) -> tuple[Any, Any]:
    """Return the settings and the messages of a run."""
    from ...tools.settings import Settings
    from .._answer.structure import Structure
    from ..types import BaseModel

    given = dict(params)
    wanted = given.get("response_format")
    form = None
    if wanted is not None and not isinstance(wanted, Mapping | BaseModel):
        form = Structure(given.pop("response_format"))
    messages = given.pop("messages")
    observe = config.observe if config.observers else None
    settings = Settings.of(given, asynchronous=asynchronous, form=form, observe=observe)
    return settings, messages
