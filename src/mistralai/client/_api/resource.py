"""What all resources share: from a method's keywords to a call that runs.

An endpoint is data; a method of a resource names one and hands its keywords on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .._call.request import Request, address, checked_url, joined
from .._hints import resolve_hints
from ..types.unset import UNSET
from .loading import first, first_call, holds_up
from .signatures import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel, TypeAdapter

    from .._call.flow import Call
    from .._call.steps import Plan, World
    from .._call.timeouts import Limits
    from .._io.drivers import AsyncDriver, SyncDriver
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
    """

    path: str
    params: type
    answer: Callable[[], type[A]]
    body: type | None = None
    names: tuple[tuple[str, str], ...] = ()
    query: tuple[str, ...] = ()


class Resource:
    """A part of the API: `client.chat` and its like."""

    def __init__(self, sdk_configuration: SDKConfiguration) -> None:
        self.sdk_configuration = sdk_configuration

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            """Keep all forms of an async call where a tracer has put an `async def` in its place."""
            found = super().__getattribute__(name)
            if name in _PENDING and not is_own(found):
                from .pending import pending_still

                return pending_still(found)
            return found

    def _stream(
        self, endpoint: Endpoint[Any], method: str, params: Mapping[str, Any]
    ) -> EventStream[CompletionEvent]:
        plan = self._plan(endpoint, method, params, stream=True, asynchronous=False)
        from .._call.flow import StreamCall
        from .._stream.caller import caller_of
        from .._stream.eventstreaming import EventStream

        caller = caller_of()
        world = self._world()
        driver = self._sync_driver(world)  # what it imports does not count as time of the call
        call = StreamCall(plan, world)
        driver.run(call.open())
        return EventStream(call, driver, self, caller)

    def _stream_async(
        self, endpoint: Endpoint[Any], method: str, params: Mapping[str, Any]
    ) -> PendingStream[EventStreamAsync[CompletionEvent]]:
        # Where the models would be loaded now, and a loop wait for them, the body is made, and what
        # is wrong with it raised, in the thread that loads them.
        late = holds_up()
        plan = self._plan(endpoint, method, params, stream=True, asynchronous=True, body=not late)
        from .._stream.caller import caller_of
        from .pending import PendingStream

        caller = caller_of()

        def planned() -> Plan:
            if not late:
                return plan
            return self._plan(endpoint, method, params, stream=True, asynchronous=True)

        async def start() -> EventStreamAsync[CompletionEvent]:
            plan = planned() if first.over else await self._first(planned)
            from .._call.flow import StreamCall
            from .._stream.eventstreaming import EventStreamAsync

            world = self._world()
            driver = self._async_driver(world)
            call = StreamCall(plan, world)
            await driver.run(call.open())
            return EventStreamAsync(call, driver, self, caller)

        return PendingStream(start)

    def _complete(self, endpoint: Endpoint[A], method: str, params: Mapping[str, Any]) -> A:
        plan = self._plan(endpoint, method, params, stream=False, asynchronous=False)
        from .._call.flow import Call

        world = self._world()
        driver = self._sync_driver(world)
        call = Call(plan, world)
        return driver.run(call.answer(lambda body: _read(endpoint, call, body)))

    async def _complete_async(
        self, endpoint: Endpoint[A], method: str, params: Mapping[str, Any]
    ) -> A:
        def planned() -> Plan:
            _adapter(endpoint)
            return self._plan(endpoint, method, params, stream=False, asynchronous=True)

        plan = planned() if first.over else await self._first(planned)
        from .._call.flow import Call

        world = self._world()
        driver = self._async_driver(world)
        call = Call(plan, world)
        return await driver.run(call.answer(lambda body: _read(endpoint, call, body)))

    def _sync_driver(self, world: World) -> SyncDriver:
        from .._io.drivers import SyncDriver

        configuration = self.sdk_configuration
        return SyncDriver(configuration.client, world.clock, configuration.recorder)

    def _async_driver(self, world: World) -> AsyncDriver:
        from .._io.drivers import AsyncDriver

        configuration = self.sdk_configuration
        return AsyncDriver(
            configuration.async_client,
            world.clock,
            configuration.recorder,
            callers_own=configuration.async_client_supplied,
        )

    async def _first(self, planned: Callable[[], Plan]) -> Plan:
        """Plan the first asynchronous call of the process."""

        def plan() -> Plan:
            self._world()
            return planned()

        return await first_call(self.sdk_configuration, plan)

    def _plan(
        self,
        endpoint: Endpoint[Any],
        method: str,
        params: Mapping[str, Any],
        *,
        stream: bool,
        asynchronous: bool,
        body: bool = True,
    ) -> Plan:
        """What a call asks for.

        Args:
            endpoint: Where it asks.
            method: The method that was called, for errors.
            params: Its keywords.
            stream: Whether the answer is to come as a stream.
            asynchronous: Whether the call is.
            body: Whether to make the body. If not, the plan is good for its errors alone.

        Raises:
            TypeError: A keyword is unknown, or a required one is missing.
            ValueError: A value is wrong.
        """
        from .._call.retry import Policy
        from .._call.steps import Plan
        from .signatures import check_names

        check_names(params, endpoint.params, method=method)
        configuration = self.sdk_configuration
        server_url = params.get("server_url") or None
        left_out: list[str] = []
        base = checked_url(server_url) if server_url else configuration.get_server_details()[0]
        request = Request(
            method="GET" if endpoint.body is None else "POST",
            # A fragment is not sent. Tests match it, because the generated SDK has it.
            url=joined(base, address(endpoint.path, params, endpoint.query)) + "#stream" * stream,
            key=configuration.key,
            body=_body(endpoint, params, stream=stream, left_out=left_out) if body else b"",
            headers=params.get("http_headers") or {},
            stream=stream,
        )
        if left_out:
            self._log_left_out(left_out)
        strict = params.get("strict_end")
        return Plan(
            request=request,
            policy=Policy.of(params.get("retries", UNSET), configuration.retry_config),
            limits=self._limits(params, asynchronous=asynchronous),
            strict_end=configuration.strict_end if strict is None else strict,
            max_event_size=configuration.max_event_size,
            max_response_size=configuration.max_response_size,
        )

    def _log_left_out(self, names: list[str]) -> None:
        from .log import log_of

        log = log_of(self.sdk_configuration.debug_logger)
        if log is not None:
            log(f"not sent, as the API has no such field: {', '.join(dict.fromkeys(names))}")

    def _limits(self, params: Mapping[str, Any], *, asynchronous: bool) -> Limits:
        from .._call.timeouts import Timeouts, resolve

        configuration = self.sdk_configuration
        return resolve(
            (
                Timeouts.of(params.get("timeouts")),
                Timeouts.of_ms(params.get("timeout_ms")),
                Timeouts.of(configuration.timeouts),
                Timeouts.of_ms(configuration.timeout_ms),
                configuration.supplied_timeouts(asynchronous=asynchronous),
            )
        )

    def _world(self) -> World:
        import random

        from .._call.steps import World
        from .log import log_of

        log = log_of(self.sdk_configuration.debug_logger)
        return World(time.monotonic, time.time, random.random, log)


def _body(
    endpoint: Endpoint[Any], params: Mapping[str, Any], *, stream: bool, left_out: list[str]
) -> bytes:
    if endpoint.body is None:
        return b""
    from .body import build_body

    return build_body(
        endpoint.body,
        params,
        stream=stream if "stream" in endpoint.body.__annotations__ else None,
        extra_body=params.get("extra_body"),
        names=dict(endpoint.names),
        left_out=left_out,
    )


def _read(endpoint: Endpoint[A], call: Call, body: bytes) -> A:
    """The model of a whole answer."""
    from .._call.response import readable
    from ..errors.mistralerror import request_id
    from ..models.answer import Answer, kept_responses

    assert call.head is not None
    try:
        answer = cast("A", _adapter(endpoint).validate_json(body))
    except ValueError as invalid:
        raise call.unexpected(body, "answer in JSON") from invalid
    if not _says_something(answer):
        raise call.unexpected(body, "answer in JSON")
    model: object = answer
    if isinstance(model, Answer):
        model.came_with(call.head.headers, request_id(call.head.headers))
        kept = kept_responses()
        if kept is not None:
            kept[id(model)] = readable(call.head, body)
    return answer


@cache
def _adapter(endpoint: Endpoint[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(endpoint.answer())


def _says_something(answer: object) -> bool:
    """Whether this is an answer: with a default for every field an error object reads as one."""
    from .._call.response import complaint
    from ..types.unions import Unknown

    if isinstance(answer, Unknown):
        return complaint(answer.raw) is None
    model = cast("BaseModel", answer)
    return bool(model.model_fields_set & (type(model).model_fields.keys() - {"object"}))


resolve_hints(__name__)
