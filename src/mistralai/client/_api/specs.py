"""The keywords of a method, checked, as the specification of a call."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from .._call.request import JSON, Request
from .._call.retry import Policy, Repeats
from .._call.steps import CallSpec
from .._call.timeouts import DEFAULTS, Timeouts, resolve
from .._call.urls import address, checked_url, joined
from ..types.unset import UNSET
from .signatures import check_keywords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._call.observed import ObservedCall, Operation
    from .._call.request import Upload
    from ..sdkconfiguration import SDKConfiguration
    from .multipart import Form
    from .resource import Endpoint


_resolve: Final = lru_cache(maxsize=64)(resolve)
"""`resolve`, remembered: the calls of a program have few settings."""


def spec_of(
    configuration: SDKConfiguration,
    endpoint: Endpoint[Any],
    method: str,
    params: Mapping[str, Any],
    *,
    stream: bool,
    asynchronous: bool,
    body: bool = True,
) -> CallSpec:
    """Return the specification of a call.

    Args:
        configuration: The settings of the client.
        endpoint: Where the call goes.
        method: The method that was called, for errors.
        params: Its keywords.
        stream: Whether the answer is to come as a stream.
        asynchronous: Whether the call is.
        body: Whether to make the body. If not, the specification is good for its errors alone.

    Raises:
        InvalidFieldsError: A field of the body is wrong.
        TypeError: A keyword is unknown, or a required one is missing.
        ValueError: A value is wrong.
    """
    __tracebackhide__ = True
    check_keywords(params, endpoint.params, method=method)
    server_url = params.get("server_url") or None
    base = checked_url(server_url) if server_url else configuration.get_server_details()[0]
    given = {**dict(endpoint.defaults), **params} if endpoint.defaults else params
    url = joined(base, address(endpoint.path, given, endpoint.query, endpoint.names))
    if stream and endpoint.accept is None:
        url += "#stream"  # Tests match it, because the generated SDK has it. It is not sent.
    content: bytes | Form = b""
    if body:
        content = _body(configuration, endpoint, given, stream=stream)
    request = (endpoint.request or Request)(
        method=endpoint.method or ("GET" if endpoint.body is None else "POST"),
        url=url,
        key=configuration.key,
        body=content,
        headers=params.get("http_headers") or {},
        stream=stream,
        content_type=JSON if isinstance(content, bytes) else content.content_type,
        accept=endpoint.accept,
    )
    return spec_around(
        configuration,
        request,
        params,
        path=endpoint.path,
        creates=endpoint.creates,
        asynchronous=asynchronous,
        operation=endpoint.operation,
    )


def spec_around(
    configuration: SDKConfiguration,
    request: Request,
    params: Mapping[str, Any],
    *,
    path: str,
    creates: bool,
    asynchronous: bool,
    operation: Operation | None = None,
) -> CallSpec:
    """Return the specification of a call whose request is known.

    Args:
        configuration: The settings of the client.
        request: The request.
        params: The keywords of the call, for its retries and limits.
        path: Its path as observers see it.
        creates: Whether it creates something, and so is not sent again once it was sent.
        asynchronous: Whether the call is.
        operation: What it asks of a model.

    Raises:
        TypeError: A keyword has the wrong type.
        ValueError: A value is wrong.
    """
    strict = params.get("strict_end")
    observed = None
    if configuration.observers:
        observed = _observed(operation, path, request, params)
    return CallSpec(
        request=request,
        policy=Policy.of(params.get("retries", UNSET), configuration.retry_config),
        timeouts=_timeouts(configuration, params, asynchronous=asynchronous),
        strict_end=configuration.strict_end if strict is None else strict,
        max_event_size=configuration.max_event_size,
        max_response_size=configuration.max_response_size,
        observed=observed,
        repeats=_repeats(request.body, creates=creates),
    )


def _observed(
    operation: Operation | None, path: str, request: Request, params: Mapping[str, Any]
) -> ObservedCall:
    from .._call.observed import ObservedCall

    host, port = _place(request.url)
    shown = params
    if "http_headers" in params:
        shown = {name: value for name, value in params.items() if name != "http_headers"}
    return ObservedCall(operation, request.method, path, host, port, request.stream, shown)


@lru_cache(maxsize=64)
def _place(url: str) -> tuple[str, int]:
    """Return the host and port of a URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _repeats(body: bytes | Upload, *, creates: bool) -> Repeats:
    """Return after which failures a request may be sent again."""
    if not isinstance(body, bytes) and not body.repeatable:
        return Repeats.NEVER
    return Repeats.UNSENT if creates else Repeats.ANY


def _timeouts(
    configuration: SDKConfiguration, params: Mapping[str, Any], *, asynchronous: bool
) -> Timeouts:
    own, own_ms = params.get("timeouts"), params.get("timeout_ms")
    supplied = configuration.supplied_timeouts(asynchronous=asynchronous)
    settings = (own, own_ms, configuration.timeouts, configuration.timeout_ms, supplied)
    if all(setting is None for setting in settings):
        return DEFAULTS
    return _resolve(
        (
            Timeouts.of(own),
            Timeouts.of_ms(own_ms),
            Timeouts.of(configuration.timeouts),
            Timeouts.of_ms(configuration.timeout_ms),
            Timeouts.of(supplied),
        )
    )


def _body(
    configuration: SDKConfiguration,
    endpoint: Endpoint[Any],
    params: Mapping[str, Any],
    *,
    stream: bool,
) -> bytes | Form:
    if endpoint.body is None:
        return b""
    if endpoint.files:
        return _form(endpoint, endpoint.body, params)
    from .body import build_body

    dropped_keys: list[str] = []
    body = build_body(
        endpoint.body,
        params,
        stream=stream if "stream" in endpoint.body.__annotations__ else None,
        extra_body=params.get("extra_body"),
        names=dict(endpoint.names),
        dropped_keys=dropped_keys,
        schema=endpoint.schema,
    )
    if dropped_keys:
        _log_dropped(configuration, dropped_keys)
    return body


def _form(endpoint: Endpoint[Any], body: type, params: Mapping[str, Any]) -> Form:
    from .multipart import Form

    names = dict(endpoint.names)
    given = {names.get(name, name): params.get(name) for name in body.__annotations__}
    files = [(names.get(name, name), params[name]) for name in endpoint.files if name in params]
    fields = {name: value for name, value in given.items() if name not in dict(files)}
    return Form({**fields, **(params.get("extra_body") or {})}, files)


def _log_dropped(configuration: SDKConfiguration, names: list[str]) -> None:
    from .log import log_of

    log = log_of(configuration.debug_logger)
    if log is not None:
        log(f"not sent, as the API has no such field: {', '.join(dict.fromkeys(names))}")
