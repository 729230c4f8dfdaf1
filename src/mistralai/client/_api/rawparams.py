"""The keywords of raw calls: `client.request`, `stream_request`, `stream_bytes` and their twins."""

from typing import TYPE_CHECKING

from .keywords import Nullable, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike
    from typing import IO, Any

    from .._call.retry import RetryConfig
    from .._call.timeouts import Timeouts


class _RawOptions(TypedDict, total=False):
    params: "Mapping[str, Any] | None"
    """The query: strings, numbers, booleans, dates, or lists of them; `None` is left out."""
    http_headers: "Mapping[str, str] | None"
    """Headers to send in addition to the client's own; a header of the same name is replaced."""
    retries: Nullable["RetryConfig | int"]
    """A `RetryConfig`, a number of retries, or `None` for none. By default the client's setting."""
    timeouts: "Timeouts | None"
    """The timeouts one by one, in seconds; they win over `timeout_ms`."""
    timeout_ms: "float | None"
    """The timeouts `connect`, `first_event` and `idle` together, in milliseconds."""


class RawParams(_RawOptions, total=False):
    """The keywords of a raw call, beside its method and its path."""

    json: Nullable["Any"]
    """A body of JSON: any value that pydantic can write. `None` is sent as `null`."""
    data: "Mapping[str, Any] | None"
    """The fields of a form, as `params`. With `files` the form is multipart, else URL-encoded."""
    files: "Mapping[str, Any] | Iterable[tuple[str, Any]] | None"
    """Files by the names of their fields: paths, bytes, files open in mode `"rb"`, or tuples."""
    content: "bytes | str | PathLike[str] | IO[bytes] | None"
    """A body as it is: bytes, text, a path as a `Path`, or a file that is open in mode `"rb"`."""
