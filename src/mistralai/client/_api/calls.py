"""Calls that run: a specification, carried out by a driver, to a stream or a model.

The module imports all that a call needs; the first call loads it.
"""

from __future__ import annotations

import random
import time
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError

from .._call.flow import Call
from .._call.response import read_error_body, response_with_body
from .._call.steps import Environment
from .._call.watching import Observers, Watch
from .._http.reaper import reap
from .._io.drivers import AsyncDriver, SyncDriver
from .._stream.caller import caller_of
from .._stream.rawresponse import RawResponse
from .._stream.unfinished import until_exit
from ..errors.mistralerror import request_id
from ..models.answer import Answer, collected_responses
from ..types.unions import Unknown
from .log import log_of
from .tracers import noted

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call.steps import CallSpec
    from .._call.streamed import StreamedCall
    from .._stream.caller import Caller
    from ..sdkconfiguration import SDKConfiguration
    from .resource import Endpoint
    from .streams import StreamKind

A = TypeVar("A")
S = TypeVar("S")

_WANTED: Final = "a valid JSON answer"


class Configured(Protocol):
    """A client or a part of one, which a stream keeps alive."""

    sdk_configuration: SDKConfiguration


def open_stream(resource: Configured, spec: CallSpec, kind: StreamKind[S, object]) -> S:
    """Send a request, and return the stream once its answer begins."""
    caller = caller_of()
    configuration = resource.sdk_configuration
    environment = _environment(configuration, spec)
    driver = _sync_driver(configuration, environment)
    call = kind.call(spec, environment)
    try:
        driver.run(call.open())
    except BaseException as error:
        call.interrupt(error)
        raise
    if call.watched:
        until_exit(call, _tell_left)
    return noted(kind.stream(call, driver, resource, caller))


async def open_stream_async(
    resource: Configured, spec: CallSpec, kind: StreamKind[object, S], caller: Caller
) -> S:
    """Do the same in an event loop."""
    configuration = resource.sdk_configuration
    environment = _environment(configuration, spec)
    driver = _async_driver(configuration, environment)
    call = kind.call(spec, environment)
    try:
        await driver.run(call.open())
    except BaseException as error:
        call.interrupt(error)
        raise
    if call.watched:
        until_exit(call, _tell_left)
    return noted(kind.stream_async(call, driver, resource, caller))


def complete(
    configuration: SDKConfiguration, spec: CallSpec, read: Callable[[Call, bytes], A]
) -> A:
    """Send a request, and return what `read` makes of the body of its answer."""
    environment = _environment(configuration, spec)
    driver = _sync_driver(configuration, environment)
    call = Call(spec, environment)
    try:
        return driver.run(call.answer(partial(read, call)))
    except BaseException as error:
        call.interrupt(error)
        raise


async def complete_async(
    configuration: SDKConfiguration, spec: CallSpec, read: Callable[[Call, bytes], A]
) -> A:
    """Do the same in an event loop."""
    environment = _environment(configuration, spec)
    driver = _async_driver(configuration, environment)
    call = Call(spec, environment)
    try:
        return await driver.run(call.answer(partial(read, call)))
    except BaseException as error:
        call.interrupt(error)
        raise


def _tell_left(call: StreamedCall[Any]) -> None:
    call.tell_left()


@cache
def adapter_of(endpoint: Endpoint[A]) -> TypeAdapter[A]:
    """Return the validator of an endpoint's answers, built once; not for an empty answer."""
    assert endpoint.answer is not None
    return TypeAdapter(endpoint.answer())


def _environment(configuration: SDKConfiguration, spec: CallSpec) -> Environment:
    log = log_of(configuration.debug_logger)
    observed = spec.observed
    watch = None if observed is None else Watch(Observers(configuration.observers), observed, reap)
    return Environment(time.monotonic, time.time, random.random, log, watch)


def _sync_driver(configuration: SDKConfiguration, environment: Environment) -> SyncDriver:
    return SyncDriver(
        configuration.client, environment.clock, configuration.recorder, environment.watch
    )


def _async_driver(configuration: SDKConfiguration, environment: Environment) -> AsyncDriver:
    return AsyncDriver(
        configuration.async_client,
        environment.clock,
        configuration.recorder,
        environment.watch,
        callers_own=configuration.async_client_supplied,
    )


def read_model(endpoint: Endpoint[A], call: Call, body: bytes) -> A:
    """Return the model of a whole answer."""
    assert call.head is not None
    if endpoint.answer is None:
        return cast("A", None)
    try:
        answer: A = adapter_of(endpoint).validate_json(body)
    except ValidationError as invalid:
        raise call.unexpected(body, f"{_WANTED}{_problem_of(invalid)}") from invalid
    if not _says_something(answer):
        raise call.unexpected(body, _WANTED)
    model: object = answer
    if isinstance(model, Answer):
        model.attach_response(call.head.headers, request_id(call.head.headers))
        responses = collected_responses()
        if responses is not None:
            responses[id(model)] = response_with_body(call.head, body)
    return answer


def read_raw(call: Call, body: bytes) -> RawResponse:
    """Return a whole answer as it is."""
    assert call.head is not None
    return RawResponse(response_with_body(call.head, body), body, call)


def _problem_of(invalid: ValidationError) -> str:
    """Return the first field that is wrong, in brackets; nothing where the whole is."""
    first = invalid.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f" ({place}: {first['msg']})" if place else ""


def _says_something(answer: Any) -> bool:
    """Return True for an answer: an error object validates too, as all fields have defaults."""
    if isinstance(answer, Unknown):
        return read_error_body(answer.raw) is None
    if not isinstance(answer, BaseModel):
        return True
    model: BaseModel = answer
    said = model.model_fields_set & type(model).model_fields.keys()
    # An empty list is an answer: {"object": "list"}.
    kind = getattr(model, "object", "error")
    return bool(said - {"object"}) or ("object" in said and kind != "error")
