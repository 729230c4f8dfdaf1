"""The keywords of a method, checked, as the specification of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._call.request import Request, address, checked_url, joined
from .._call.retry import Policy
from .._call.steps import CallSpec
from .._call.timeouts import DEFAULTS, Timeouts, resolve
from ..types.unset import UNSET
from .signatures import check_keywords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..sdkconfiguration import SDKConfiguration
    from .resource import Endpoint


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
    url = joined(base, address(endpoint.path, params, endpoint.query))
    if stream:
        url += "#stream"  # Tests match it, because the generated SDK has it. It is not sent.
    request = (endpoint.request or Request)(
        method="GET" if endpoint.body is None else "POST",
        url=url,
        key=configuration.key,
        body=_body(configuration, endpoint, params, stream=stream) if body else b"",
        headers=params.get("http_headers") or {},
        stream=stream,
    )
    strict = params.get("strict_end")
    return CallSpec(
        request=request,
        policy=Policy.of(params.get("retries", UNSET), configuration.retry_config),
        timeouts=_timeouts(configuration, params, asynchronous=asynchronous),
        strict_end=configuration.strict_end if strict is None else strict,
        max_event_size=configuration.max_event_size,
        max_response_size=configuration.max_response_size,
    )


def _timeouts(
    configuration: SDKConfiguration, params: Mapping[str, Any], *, asynchronous: bool
) -> Timeouts:
    own, own_ms = params.get("timeouts"), params.get("timeout_ms")
    supplied = configuration.supplied_timeouts(asynchronous=asynchronous)
    settings = (own, own_ms, configuration.timeouts, configuration.timeout_ms, supplied)
    if all(setting is None for setting in settings):
        return DEFAULTS
    return resolve(
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
) -> bytes:
    if endpoint.body is None:
        return b""
    from .body import build_body

    dropped_keys: list[str] = []
    body = build_body(
        endpoint.body,
        params,
        stream=stream if "stream" in endpoint.body.__annotations__ else None,
        extra_body=params.get("extra_body"),
        names=dict(endpoint.names),
        dropped_keys=dropped_keys,
    )
    if dropped_keys:
        _log_dropped(configuration, dropped_keys)
    return body


def _log_dropped(configuration: SDKConfiguration, names: list[str]) -> None:
    from .log import log_of

    log = log_of(configuration.debug_logger)
    if log is not None:
        log(f"not sent, as the API has no such field: {', '.join(dict.fromkeys(names))}")
