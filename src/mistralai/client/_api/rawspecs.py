"""The specification of a raw call: any method, path and body.

A path is all that may be given of an address. A whole one would send the key to another server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import quote, urlencode

from pydantic_core import PydanticSerializationError, to_json

from .._call.request import JSON, Request
from .._call.urls import joined
from .._call.wirevalues import encodable, pairs
from ..types.unset import UNSET
from .filesources import is_bytes, source_of
from .rawparams import RawParams
from .signatures import check_keywords
from .specs import spec_around

if TYPE_CHECKING:
    from .._call.request import Upload
    from .._call.steps import CallSpec
    from ..sdkconfiguration import SDKConfiguration

Reading: TypeAlias = Literal["whole", "events", "bytes"]
"""How an answer is read: at once, as server-sent events, or as the bytes of a body."""

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

_CREATING: Final = frozenset({"POST", "PATCH"})
"""Methods that are not idempotent (RFC 9110 section 9.2.2; RFC 5789 section 2)."""

_FORM: Final = "application/x-www-form-urlencoded"
_SAFE: Final = "/:%@!$&'()*+,;=~"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_ID: Final = re.compile(r"(?=[^/]*\d)[\w.:%@-]{8,}")


def raw_spec(
    configuration: SDKConfiguration,
    method: str,
    path: str,
    options: Mapping[str, Any],
    *,
    called: str,
    reading: Reading,
    request: type[Request] = Request,
) -> CallSpec:
    """Return the specification of a raw call.

    Args:
        configuration: The settings of the client.
        method: The HTTP method, in any case.
        path: The path, with or without a query.
        options: The keywords of the call.
        called: The method of the client that was called, for errors.
        reading: How the answer is to be read.
        request: The class of the request.

    Raises:
        OSError: A path in `files` or `content` does not lead to a file.
        TypeError: A keyword is unknown, or an argument has the wrong type.
        ValueError: The method, the path or another value is wrong.
    """
    __tracebackhide__ = True
    check_keywords(options, RawParams, method=called)
    method = checked_method(method)
    target = checked_path(path, options.get("params"))
    body, content_type = body_of(options)
    made = request(
        method=method,
        url=joined(configuration.get_server_details()[0], target),
        key=configuration.key,
        body=body,
        headers=options.get("http_headers") or {},
        stream=reading != "whole",
        content_type=content_type,
        accept=None if reading == "events" else "*/*",
    )
    return spec_around(
        configuration,
        made,
        options,
        path=template_of(target),
        creates=method in _CREATING,
        asynchronous=called.endswith("_async"),
    )


def checked_method(method: str) -> str:
    """Return an HTTP method in upper case.

    Raises:
        TypeError: It is not a string.
        ValueError: It is none of those that the API can have.
    """
    if not isinstance(method, str):
        raise TypeError(f"method takes a string such as 'POST', not {method!r}")
    if method.upper() not in METHODS:
        raise ValueError(f"method is {method!r}; give one of {', '.join(METHODS)}")
    return method.upper()


def checked_path(path: str, params: Mapping[str, Any] | None = None) -> str:
    """Return a path with its query, and that of `params` after it.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The path leads elsewhere than below the server's address.
    """
    if not isinstance(path, str):
        raise TypeError(f"path takes a string such as '/v1/models', not {path!r}")
    problem = _problem_of(path)
    if problem is not None:
        raise ValueError(f"path is {path!r}, {problem}")
    if params is not None and not _is_mapping(params):
        raise TypeError(f"params takes a mapping, not {params!r}")
    place, _, query = encodable("path", path).partition("?")
    found = [pair for name, value in (params or {}).items() for pair in pairs(name, value)]
    parts = [quote(query, safe=f"{_SAFE}?"), urlencode(found)]
    query = "&".join(part for part in parts if part)
    return quote(place, safe=_SAFE) + (f"?{query}" if query else "")


def _problem_of(path: str) -> str | None:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) or path.startswith("//"):
        return (
            "an address, to which the API key would be sent; give only the path, such as"
            " '/v1/models', and pass another server as server_url of the client"
        )
    if not path.startswith("/"):
        return f"which does not begin with a slash; give {'/' + path!r}"
    if "#" in path:
        return "with a fragment, which HTTP does not send; write # as %23"
    if _CONTROL.search(path):
        return "with a backslash or a control character; write them as %5C and the like"
    segments = path.partition("?")[0].lower().replace("%2e", ".").replace("%2f", "/").split("/")
    if {".", ".."} & {*segments}:
        return "with a segment . or .., which leads to another path"
    return None


def template_of(target: str) -> str:
    """Return a path with `{id}` in place of each segment that looks like an id, for observers.

    Those are segments of 8 characters or more with a digit among them.
    """
    segments = target.partition("?")[0].split("/")
    return "/".join("{id}" if _ID.fullmatch(segment) else segment for segment in segments)


def body_of(options: Mapping[str, Any]) -> tuple[bytes | Upload, str | None]:
    """Return the body that keywords describe, and its content type.

    Raises:
        OSError: A path does not lead to a file.
        TypeError: A value has the wrong type, or two keywords exclude each other.
        ValueError: A value cannot be written as JSON.
    """
    json, content = options.get("json", UNSET), options.get("content")
    data: Any = options.get("data")
    files: Any = options.get("files")
    given = [
        name
        for name, is_given in (
            ("json", json is not UNSET),
            ("content", content is not None),
            ("data" if files is None else "files", data is not None or files is not None),
        )
        if is_given
    ]
    if len(given) > 1:
        raise TypeError(f"{' and '.join(given)} exclude each other: a request has one body")
    if data is not None and not _is_mapping(data):
        raise TypeError(f"data takes a mapping of fields, not {data!r}; pass a body as content")
    if json is not UNSET:
        return _json(json), JSON
    if content is not None:
        return _content(content), None
    if files is not None:
        from .multipart import Form

        form = Form(data or {}, files)
        return form, form.content_type
    if data is not None:
        fields = [pair for name, value in data.items() for pair in pairs(name, value)]
        return urlencode(fields).encode(), _FORM
    return b"", None


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def _json(value: Any) -> bytes:
    try:
        return to_json(value, inf_nan_mode="null")
    except (PydanticSerializationError, ValueError) as error:
        raise ValueError(f"json cannot be written as JSON: {error}") from None


def _content(content: Any) -> bytes | Upload:
    given: object = content
    if isinstance(given, str):
        return encodable("content", given).encode()
    if is_bytes(given):
        return bytes(content)
    if isinstance(given, os.PathLike) or callable(getattr(content, "read", None)):
        return source_of("content", content)
    raise TypeError(
        "content takes bytes, text, a Path, or a file that is open in mode 'rb',"
        f" not a {type(content).__name__}"
    )
