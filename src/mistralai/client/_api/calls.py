"""Calls that run: a specification, carried out by a driver, to a stream or a model.

The module imports all that a call needs; the first call loads it.
"""

from __future__ import annotations

import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from .._call.flow import Call, StreamCall
from .._call.response import read_error_body, response_with_body
from .._call.steps import Environment
from .._io.drivers import AsyncDriver, SyncDriver
from .._stream.caller import caller_of
from .._stream.eventstreaming import EventStream, EventStreamAsync
from ..errors.mistralerror import request_id
from ..models.answer import Answer, collected_responses
from ..types.unions import Unknown
from .log import log_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from .._call.steps import CallSpec
    from .._stream.caller import Caller
    from ..models import CompletionEvent
    from ..sdkconfiguration import SDKConfiguration
    from .resource import Endpoint, Resource

A = TypeVar("A")


def open_stream(resource: Resource, spec: CallSpec) -> EventStream[CompletionEvent]:
    """Send a request, and return the stream once its answer begins."""
    caller = caller_of()
    configuration = resource.sdk_configuration
    environment = _environment(configuration)
    driver = _sync_driver(configuration, environment)
    call = StreamCall(spec, environment)
    driver.run(call.open())
    return EventStream(call, driver, resource, caller)


async def open_stream_async(
    resource: Resource, spec: CallSpec, caller: Caller
) -> EventStreamAsync[CompletionEvent]:
    """Do the same in an event loop."""
    configuration = resource.sdk_configuration
    environment = _environment(configuration)
    driver = _async_driver(configuration, environment)
    call = StreamCall(spec, environment)
    await driver.run(call.open())
    return EventStreamAsync(call, driver, resource, caller)


def complete(configuration: SDKConfiguration, spec: CallSpec, endpoint: Endpoint[A]) -> A:
    """Send a request, and return the model of its answer."""
    environment = _environment(configuration)
    driver = _sync_driver(configuration, environment)
    call = Call(spec, environment)
    return driver.run(call.answer(lambda body: _read(endpoint, call, body)))


async def complete_async(
    configuration: SDKConfiguration, spec: CallSpec, endpoint: Endpoint[A]
) -> A:
    """Do the same in an event loop."""
    environment = _environment(configuration)
    driver = _async_driver(configuration, environment)
    call = Call(spec, environment)
    return await driver.run(call.answer(lambda body: _read(endpoint, call, body)))


@cache
def adapter_of(endpoint: Endpoint[A]) -> TypeAdapter[A]:
    """Return the validator of an endpoint's answers, built once."""
    return TypeAdapter(endpoint.answer())


def _environment(configuration: SDKConfiguration) -> Environment:
    log = log_of(configuration.debug_logger)
    return Environment(time.monotonic, time.time, random.random, log)


def _sync_driver(configuration: SDKConfiguration, environment: Environment) -> SyncDriver:
    return SyncDriver(configuration.client, environment.clock, configuration.recorder)


def _async_driver(configuration: SDKConfiguration, environment: Environment) -> AsyncDriver:
    return AsyncDriver(
        configuration.async_client,
        environment.clock,
        configuration.recorder,
        callers_own=configuration.async_client_supplied,
    )


def _read(endpoint: Endpoint[A], call: Call, body: bytes) -> A:
    """Return the model of a whole answer."""
    assert call.head is not None
    try:
        answer: A = adapter_of(endpoint).validate_json(body)
    except ValueError as invalid:
        raise call.unexpected(body, "a valid JSON answer") from invalid
    if not _says_something(answer):
        raise call.unexpected(body, "a valid JSON answer")
    model: object = answer
    if isinstance(model, Answer):
        model.attach_response(call.head.headers, request_id(call.head.headers))
        responses = collected_responses()
        if responses is not None:
            responses[id(model)] = response_with_body(call.head, body)
    return answer


def _says_something(answer: Any) -> bool:
    """Return True for an answer: an error object validates too, as all fields have defaults."""
    if isinstance(answer, Unknown):
        return read_error_body(answer.raw) is None
    model: BaseModel = answer
    return bool(model.model_fields_set & (type(model).model_fields.keys() - {"object"}))
