"""Every way in which a call can fail.

    MistralClientError                  whatever a call can raise once it was made
    ├── MistralError                    an answer came: it is an error, or not what was asked for
    │   ├── SDKError                    the API answered with an error
    │   │   ├── BadRequestError         400
    │   │   ├── AuthenticationError     401
    │   │   ├── PermissionDeniedError   403
    │   │   ├── NotFoundError           404
    │   │   ├── ConflictError           409
    │   │   ├── RateLimitError          429: the caller's quota is used up
    │   │   ├── CapacityExceededError   429 or 503, code 3505: the service is full
    │   │   └── InternalServerError     5xx
    │   ├── HTTPValidationError         422: a field of the request is wrong
    │   └── ResponseValidationError     what arrived is not what the API promises
    │       └── StructuredOutputError   nor the JSON of the form that `parse` asked for
    ├── MissingKeyError                 there is no key to send; a ValueError too
    ├── NoResponseError                 there is no response to speak of
    └── APIConnectionError              could not connect, or the connection broke
        ├── APITimeoutError             .phase: connect, first_event, idle or total
        └── IncompleteStreamError       the answer is partial
            ├── StreamInterruptedError  the connection broke after the stream began
            └── StreamTruncatedError    the body ended cleanly, but in mid-answer

A `MistralError` has `status_code`, `headers`, `body` and `raw_response`, always; in the
others they are `None` or empty where no answer came. A status without a class of
its own is a plain `SDKError`. An error inside a stream has the response of its stream,
with status 200. So has an `IncompleteStreamError`, whose answer came and was cut. Every
`APIConnectionError` is an `httpx2.TransportError` too, every `APITimeoutError`
an `httpx2.TimeoutException`, of httpx2's precise class where there was one, so
that code which catches httpx2's exceptions goes on working.

All of them pickle and copy, without `raw_response`: the request in it holds
the API key. Names are loaded when they are first used.
"""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from .connection import APIConnectionError as APIConnectionError
    from .connection import APITimeoutError as APITimeoutError
    from .connection import IncompleteStreamError as IncompleteStreamError
    from .connection import StreamInterruptedError as StreamInterruptedError
    from .connection import StreamTruncatedError as StreamTruncatedError
    from .details import ErrorDetails as ErrorDetails
    from .httpvalidationerror import HTTPValidationError as HTTPValidationError
    from .httpvalidationerror import HTTPValidationErrorData as HTTPValidationErrorData
    from .missing_key_error import MissingKeyError as MissingKeyError
    from .mistralerror import MistralClientError as MistralClientError
    from .mistralerror import MistralError as MistralError
    from .no_response_error import NoResponseError as NoResponseError
    from .responsevalidationerror import ResponseValidationError as ResponseValidationError
    from .sdkerror import AuthenticationError as AuthenticationError
    from .sdkerror import BadRequestError as BadRequestError
    from .sdkerror import CapacityExceededError as CapacityExceededError
    from .sdkerror import ConflictError as ConflictError
    from .sdkerror import InternalServerError as InternalServerError
    from .sdkerror import NotFoundError as NotFoundError
    from .sdkerror import PermissionDeniedError as PermissionDeniedError
    from .sdkerror import RateLimitError as RateLimitError
    from .sdkerror import SDKError as SDKError
    from .structuredoutputerror import StructuredOutputError as StructuredOutputError

_MODULES = {
    "connection": (
        "APIConnectionError",
        "APITimeoutError",
        "IncompleteStreamError",
        "StreamInterruptedError",
        "StreamTruncatedError",
    ),
    "details": ("ErrorDetails",),
    "httpvalidationerror": ("HTTPValidationError", "HTTPValidationErrorData"),
    "missing_key_error": ("MissingKeyError",),
    "mistralerror": ("MistralClientError", "MistralError"),
    "no_response_error": ("NoResponseError",),
    "responsevalidationerror": ("ResponseValidationError",),
    "sdkerror": (
        "AuthenticationError",
        "BadRequestError",
        "CapacityExceededError",
        "ConflictError",
        "InternalServerError",
        "NotFoundError",
        "PermissionDeniedError",
        "RateLimitError",
        "SDKError",
    ),
    "structuredoutputerror": ("StructuredOutputError",),
}

if not TYPE_CHECKING:
    from .._lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES)
