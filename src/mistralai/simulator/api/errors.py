"""Error answers with the recorded bodies (wire-format section 7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from ..answers import Answer, HeadersLike

Detail: TypeAlias = dict[str, Any]
"""One entry of the detail list of a 422: `type`, `loc`, `msg`, `input`, sometimes `ctx`."""

ErrorShape: TypeAlias = Literal[
    "object",
    "status",
    "no-code",
    "number",
    "evaluation",
    "wrapped",
    "list",
    "detail",
    "gateway",
    "message",
    "guardrail",
    "openai",
]
"""The shapes of an error's body, by their number in wire-format section 7.

* `object` (1): `{"object":"error","message":…,"type":…,"param":null,"code":"1300"}`
* `status` (1): the same with a `raw_status_code`, as newer answers have it
* `no-code` (2): the first with `"code":null`, as older answers have it
* `number` (2): the first with an integer `code`
* `evaluation` (2): the same for `"object":"Error"`, with `guardrails`
* `wrapped` (3): as `status`, where `message` is an object with a detail list
* `list` (4): `{"detail":[{"type":…,"loc":…,"msg":…,"input":…}]}`
* `detail` (5): `{"detail":"Unauthorized"}`
* `gateway` (6): `{"message":…,"request_id":…}`
* `message` (6): `{"message":…}`, as older gateways answer
* `guardrail` (7): `{"error":{"message":…,"status":403},"guardrails":{…}}`
* `openai`: `{"error":{"message":…,"type":…,"code":…}}`, from compatible servers
"""


class Refused(Exception):  # noqa: N818 - carries an answer, and is not a failure
    """The request is answered with an error.

    Attributes:
        answer: The error for the client.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error of the API.

    Attributes:
        status: The status code.
        message: The text of the error.
        kind: The `type`.
        code: The API's own code, if there is one.
        shape: The shape in which this error was recorded.
    """

    status: int
    message: str
    kind: str = "invalid_request_error"
    code: int | None = None
    shape: ErrorShape = "object"

    def body(self, shape: ErrorShape | None = None) -> dict[str, Any]:
        """Return the body of the error, in its own shape by default."""
        return _SHAPES[shape or self.shape](self)

    def answer(self, shape: ErrorShape | None = None, headers: HeadersLike = ()) -> Answer:
        """Return the answer with this error."""
        return Answer.of_json(self.body(shape), status=self.status, headers=headers)


def _object(error: ApiError) -> dict[str, Any]:
    code = None if error.code is None else str(error.code)
    return {
        "object": "error",
        "message": error.message,
        "type": error.kind,
        "param": None,
        "code": code,
    }


def _status(error: ApiError) -> dict[str, Any]:
    return _object(error) | {"raw_status_code": error.status}


def _detail(error: ApiError) -> list[Detail]:
    return [{"type": error.kind, "loc": ["body"], "msg": error.message, "input": None}]


def _guardrail(error: ApiError) -> dict[str, Any]:
    results = {"moderation": {"blocked": True}}
    return {
        "error": {"message": error.message, "status": error.status},
        "guardrails": {"results": results},
    }


_SHAPES: Final[Mapping[ErrorShape, Callable[[ApiError], dict[str, Any]]]] = {
    "object": _object,
    "status": _status,
    "no-code": lambda error: _object(error) | {"code": None},
    "number": lambda error: _object(error) | {"code": error.code},
    "evaluation": lambda error: (
        _object(error) | {"object": "Error", "code": error.code, "guardrails": []}
    ),
    "wrapped": lambda error: _status(error) | {"message": {"detail": _detail(error)}},
    "list": lambda error: {"detail": _detail(error)},
    "detail": lambda error: {"detail": error.message},
    "gateway": lambda error: {"message": error.message, "request_id": "0" * 32},
    "message": lambda error: {"message": error.message},
    "guardrail": _guardrail,
    "openai": lambda error: {
        "error": {"message": error.message, "type": error.kind, "code": error.code}
    },
}

_CAPACITY: Final = 3505
_INVALID_ORDER: Final = "invalid_request_message_order"
_INVALID_ARGUMENTS: Final = "invalid_request_invalid_args"

KNOWN: Final[Mapping[int, ApiError]] = {
    error.status: error
    for error in (
        ApiError(400, "Unexpected role 'system' after role 'assistant'", _INVALID_ORDER, 3230),
        ApiError(401, "Unauthorized", shape="detail"),
        ApiError(403, "Content blocked by guardrail", code=3201, shape="guardrail"),
        ApiError(404, "Not Found", shape="detail"),
        ApiError(422, "Input should be a valid string", "string_type", shape="list"),
        ApiError(429, "Rate limit exceeded", "rate_limited", 1300),
        ApiError(500, "Service unavailable.", "internal_server_error", 1000),
        ApiError(503, "Service tier capacity exceeded for this model.", code=3505),
    )
}
"""The text, type and code of the recorded statuses (wire-format section 7)."""


def known(status: int) -> ApiError:
    """Return the error of a status; an internal server error for one that was not recorded."""
    return KNOWN.get(status) or ApiError(status, "Upstream error", "internal_server_error", 1000)


def detail_error(status: int, detail: str | Sequence[Detail], headers: HeadersLike = ()) -> Answer:
    """Return an error whose body is `{"detail": ...}` (shapes 4 and 5)."""
    return Answer.of_json({"detail": detail}, status=status, headers=headers)


def unauthorized() -> Answer:
    """Answer a request without a key: 401."""
    return detail_error(401, "Unauthorized", {"www-authenticate": "Bearer"})


def invalid_key() -> Answer:
    """Answer a request with a wrong key: 401."""
    return detail_error(401, "Invalid API Key")


def not_found() -> Answer:
    """Answer a request for an unknown path: 404."""
    return detail_error(404, "Not Found")


def method_not_allowed(allow: str) -> Answer:
    """Answer a known path with the wrong method: 405, which names the allowed one."""
    return detail_error(405, "Method Not Allowed", {"allow": allow})


def invalid(details: Sequence[Detail]) -> Answer:
    """Answer a request with invalid fields: 422 with the detail list."""
    return detail_error(422, details)


def wrong_order(message: str) -> Answer:
    """Answer messages in an order that the API rejects: 400."""
    return ApiError(400, message, _INVALID_ORDER, 3230).answer()


def wrong_call(message: str) -> Answer:
    """Answer a tool call that the API rejects: 400 (wire-format section 3)."""
    return ApiError(400, message, "invalid_function_call", 3280).answer()


def wrong_request(message: str) -> Answer:
    """Answer a message that the API rejects without a code: 400 (wire-format section 3)."""
    return ApiError(400, message).answer()


def too_long(prompt_tokens: int, limit: int) -> Answer:
    """Answer a prompt longer than the context of the model: 400."""
    message = (
        f"Prompt contains {prompt_tokens} tokens and 0 draft tokens, too large for model with "
        f"{limit} maximum context length"
    )
    return ApiError(400, message, _INVALID_ARGUMENTS, 3051).answer()


def over_the_rate(code: int, retry_after: str | None) -> Answer:
    """Answer a request over a rate limit: 429 with code 1300 or 3505."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    if code == _CAPACITY:
        full = "Service tier capacity exceeded for this model."
        return ApiError(429, full, code=code).answer(headers=headers)
    return known(429).answer(headers=headers)


def wrong_argument(message: str) -> Answer:
    """Answer an argument that the simulator does not support: 400."""
    return ApiError(400, message, _INVALID_ARGUMENTS, 3051).answer()
