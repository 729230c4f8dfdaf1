"""The exceptions that a call can raise.

    MistralClientError                  the base of all errors of a call
    ├── MistralError                    with a response: an error status, or invalid content
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
    │   └── ResponseValidationError     the response is not what the API promises
    │       └── StructuredOutputError   the text does not have the form that `parse` asked for
    ├── MissingKeyError                 no API key is set; a ValueError too
    ├── NoResponseError                 no response; never raised by this package
    └── APIConnectionError              connecting failed, or the connection broke
        ├── APITimeoutError             .phase: connect, first_event, idle or total
        └── IncompleteStreamError       the answer is partial
            ├── StreamInterruptedError  the connection broke after the stream began
            └── StreamTruncatedError    the body ended cleanly, but in mid-answer

A `MistralError` always has `status_code`, `headers`, `body` and `raw_response`; in the
other errors they are `None` or empty if there was no response. A status without a
class of its own is a plain `SDKError`. An error inside a stream has the response of the
stream, with status 200, and so has an `IncompleteStreamError`. Every `APIConnectionError`
is also an `httpx2.TransportError`, every `APITimeoutError` an `httpx2.TimeoutException`, and
where httpx2 raised a more precise class they are of that class too, so that code
which catches httpx2's exceptions keeps working.

All of them can be pickled and copied, without `raw_response`: its request contains
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
