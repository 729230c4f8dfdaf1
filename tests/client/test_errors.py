"""Every error of the API, by its status and inside a stream, sync and async."""

import gzip
import json
from itertools import product

import httpx2
import pytest

from mistralai import Mistral
from mistralai.client import errors
from mistralai.simulator import Answer, Simulator
from support.colours import ask
from support.serving import ASK, DONE, HELLO, chunk, event

STATUSES = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    418: errors.SDKError,
    429: errors.RateLimitError,
    500: errors.InternalServerError,
    502: errors.InternalServerError,
    503: errors.InternalServerError,
    599: errors.InternalServerError,
}


WAYS = {"stream": False, "complete": True}
"""Both ways to ask, and whether they are for a whole answer."""


def error_body(message="It went wrong", code="1", **fields):
    return {
        "object": "error",
        "message": message,
        "type": "some_type",
        "param": None,
        "code": code,
        **fields,
    }


def raised(colour, answer, *, whole=False):
    """The error that a call gives, at the call or while its stream is read."""
    with Simulator(answer) as sim:
        client = colour.client(server_url=sim.url, retry_config=None)
        with pytest.raises(errors.MistralClientError) as caught:
            ask(colour, client, whole=whole, **ASK)
        assert len(sim.requests) == 1
    return caught.value


def test_a_status_has_its_class(colour, subtests):
    body = error_body()
    for (status, cls), (way, whole) in product(STATUSES.items(), WAYS.items()):
        answer = Answer.of_json(body, status=status, headers={"mistral-correlation-id": "some-id"})
        with subtests.test(f"{status}, {way}"):
            error = raised(colour, answer, whole=whole)
            assert type(error) is cls
            assert error.status_code == error.raw_response.status_code == status
            details = (error.error.message, error.error.code, error.error.type)
            assert details == ("It went wrong", "1", "some_type")
            assert json.loads(error.body) == error.raw_response.json() == body
            assert error.raw_response.request.url.path == "/v1/chat/completions"
            assert error.raw_response.elapsed.total_seconds() > 0
            assert error.request_id == error.headers["mistral-correlation-id"] == "some-id"
            where = f", url {error.raw_response.request.url}" if status == 404 else ""
            said = (
                f"It went wrong (status {status}, code 1, type some_type{where.partition('#')[0]})."
            )
            assert str(error).startswith(said)


def test_a_status_error_comes_from_the_call_and_not_from_the_iteration(colour):
    with Simulator(Answer.of_json(error_body(), status=400)) as sim:
        client = colour.client(server_url=sim.url)
        with pytest.raises(errors.BadRequestError):
            colour.open(client, **ASK)


def test_a_full_service_is_told_from_a_quota_that_is_used_up(colour, subtests):
    body = error_body("Service tier capacity exceeded for this model.", 3505)
    for status in (429, 503):
        with subtests.test(str(status)):
            error = raised(colour, Answer.of_json(body, status=status))
            assert type(error) is errors.CapacityExceededError
            assert error.status_code == status


DETAIL = [{"type": "missing", "loc": ["body", "model"], "msg": "Field required", "input": {}}]
DETAILED = {
    "at the top": {"detail": DETAIL},
    "in the message": error_body({"detail": DETAIL}, None, raw_status_code=422),
}


def test_a_422_names_the_field_and_the_reason(colour, subtests):
    for place, body in DETAILED.items():
        with subtests.test(place):
            error = raised(colour, Answer.of_json(body, status=422))
            assert type(error) is errors.HTTPValidationError
            assert error.data.detail[0].loc == ["body", "model"]
            assert str(error) == "model: Field required"
            assert error.status_code == 422


def test_a_page_of_a_gateway_is_an_error_of_its_status(colour):
    page = b"<html>%b</html>" % (b"x" * 200_000)
    error = raised(colour, Answer(status=502, content_type="text/html", body=[page]))
    assert type(error) is errors.InternalServerError
    assert str(error).startswith("Bad Gateway (status 502).")
    assert len(str(error)) < 1000


def test_an_error_that_is_compressed_is_read(colour):
    body = gzip.compress(json.dumps(error_body()).encode())
    answer = Answer(
        status=400,
        content_type="application/json",
        body=[body],
        headers={"content-encoding": "gzip", "x-two": "words"},
    )
    error = raised(colour, answer)
    assert json.loads(error.body) == error.raw_response.json() == error_body()
    assert error.headers["x-two"] == "words"


# The shapes of wire-format section 7, the status that each was seen with, its message and code.
SHAPES = {
    1: (429, error_body("Rate limit exceeded", "1300"), "Rate limit exceeded", "1300"),
    2: (429, error_body("Rate limit exceeded", None), "Rate limit exceeded", None),
    "2 with a number": (
        429,
        error_body("Rate limit exceeded", 1300),
        "Rate limit exceeded",
        "1300",
    ),
    "2 with another name": (
        403,
        {"object": "Error", "message": "Blocked", "code": 3201, "guardrails": []},
        "Blocked",
        "3201",
    ),
    3: (
        400,
        error_body({"detail": DETAIL}, None, raw_status_code=400),
        "model: Field required",
        None,
    ),
    4: (400, {"detail": DETAIL}, "model: Field required", None),
    5: (401, {"detail": "Invalid API Key"}, "Invalid API Key", None),
    6: (401, {"message": "Unauthorized", "request_id": "7"}, "Unauthorized", None),
    7: (
        403,
        {"error": {"message": "Content blocked by guardrail", "status": 403}, "guardrails": {}},
        "Content blocked by guardrail",
        None,
    ),
}


def test_every_shape_of_a_body_is_read(colour, subtests):
    for name, (status, body, message, code) in SHAPES.items():
        with subtests.test(f"shape {name}"):
            error = raised(colour, Answer.of_json(body, status=status))
            assert type(error) is STATUSES[status]
            assert (error.error.message, error.error.code) == (message, code)
            assert str(error).startswith(message)


def test_the_same_shapes_inside_a_stream_raise_after_what_came(colour, subtests):
    for name, (_, body, message, _) in SHAPES.items():
        with (
            subtests.test(f"shape {name}"),
            Simulator(Answer(body=[event(chunk("Hel")), event(body)])) as sim,
        ):
            client = colour.client(server_url=sim.url)
            stream = colour.open(client, **ASK)
            assert colour.next(stream).data.choices[0].delta.content == "Hel"
            with pytest.raises(errors.MistralError) as caught:
                colour.next(stream)
            error = caught.value
            assert isinstance(error, (errors.SDKError, errors.HTTPValidationError))
            assert message in str(error)
            assert (error.status_code, error.events_received) == (200, 1)
            assert (stream.end_reason, error.request_id) == ("error", stream.request_id)


IN_STREAM = {
    "code 1300": (event(error_body(code="1300")), errors.RateLimitError),
    "code 3505": (event(error_body(code=3505)), errors.CapacityExceededError),
    "code 3201": (event(error_body(code=3201)), errors.PermissionDeniedError),
    "code 3230": (event(error_body(code="3230")), errors.BadRequestError),
    "code 1000": (event(error_body(code="1000")), errors.InternalServerError),
    "a status": (event(error_body(raw_status_code=404)), errors.NotFoundError),
    "an error with a status": (
        event({"error": {"message": "no", "status": 401}}),
        errors.AuthenticationError,
    ),
    "a list of fields": (event({"detail": DETAIL}), errors.HTTPValidationError),
    "an error that is a string": (event({"error": "no"}), errors.InternalServerError),
    "an event named error": (b"event: error\n" + event({"reason": "no"}), errors.SDKError),
    "an event named error with text": (b"event: error\ndata: no\n\n", errors.SDKError),
    "a finish reason": (event(chunk("", "error")), errors.InternalServerError),
    "no JSON": (b"data: {nonsense\n\n", errors.ResponseValidationError),
    "JSON that is no chunk": (b"data: [1]\n\n", errors.ResponseValidationError),
}


def test_a_failure_inside_a_stream_has_the_class_that_it_stands_for(colour, subtests):
    for name, (failure, cls) in IN_STREAM.items():
        with (
            subtests.test(name),
            Simulator(Answer(body=[event(chunk("Hel")) + failure + DONE])) as sim,
        ):
            stream = colour.open(colour.client(server_url=sim.url), **ASK)
            colour.next(stream)
            with pytest.raises(cls) as caught:
                colour.collect(stream)
            assert caught.value.status_code == 200


NO_ANSWERS = {"text/html; charset=utf-8": b"<!doctype html>", "application/json": b'["what"]'}


def test_a_200_that_is_no_answer_names_its_content_type(colour, subtests):
    for (content_type, body), (way, whole) in product(NO_ANSWERS.items(), WAYS.items()):
        with subtests.test(f"{content_type}, {way}"):
            answer = Answer(content_type=content_type, body=[body])
            error = raised(colour, answer, whole=whole)
            assert type(error) is errors.ResponseValidationError
            assert content_type in str(error)
            assert error.body == error.raw_response.text == body.decode()


def test_an_answer_with_a_wrong_field_names_it(colour):
    error = raised(colour, Answer.of_json({"id": "1", "choices": 5}), whole=True)
    assert type(error) is errors.ResponseValidationError
    assert "not a valid JSON answer (choices" in str(error)
    assert "Input should be a valid array); is server_url" in str(error)


def test_a_200_that_is_an_error_object_is_that_error(colour, subtests):
    for way, whole in WAYS.items():
        with subtests.test(way):
            error = raised(colour, Answer.of_json(error_body(code="1300")), whole=whole)
            assert type(error) is errors.RateLimitError
            assert error.status_code == 200


def test_a_stream_that_is_cut_off_cleanly_is_truncated(colour):
    error = raised(colour, Answer(body=[event(chunk("Hel"))]))
    assert type(error) is errors.StreamTruncatedError
    assert isinstance(error, httpx2.TransportError)


def test_a_stream_whose_connection_breaks_is_interrupted(colour):
    error = raised(colour, Answer(body=[event(chunk("Hel"))], ending="cut"))
    assert isinstance(error, errors.StreamInterruptedError)
    assert isinstance(error, httpx2.RemoteProtocolError)
    assert isinstance(error.__cause__, httpx2.RemoteProtocolError)


def test_a_server_that_is_not_there_is_a_connection_error(colour):
    with Simulator() as sim:
        client = colour.client(server_url=sim.url, retry_config=None)
    with pytest.raises(errors.APIConnectionError) as caught:
        colour.open(client, **ASK)
    assert isinstance(caught.value, httpx2.ConnectError)
    assert caught.value.status_code is None
    assert f"127.0.0.1:{sim.port}" in str(caught.value)


def test_a_body_that_a_callers_hook_cannot_decompress_is_a_connection_error():
    broken = Answer(body=[b"oops"], headers={"content-encoding": "gzip"})
    hooks = {"response": [httpx2.Response.read]}
    with Simulator(broken) as sim, httpx2.Client(event_hooks=hooks) as http:
        with pytest.raises(errors.APIConnectionError) as caught:
            Mistral("key", server_url=sim.url, client=http).chat.stream(**ASK)
        assert len(sim.requests) == 1
    assert isinstance(caught.value, httpx2.DecodingError)
    assert not isinstance(caught.value, errors.MistralError)
    assert caught.value.raw_response is None


def _never(request):
    raise AssertionError(f"{request.method} {request.url} was sent")


def test_without_a_key_nothing_is_sent_to_mistrals_own_servers(colour, subtests):
    http = httpx2.MockTransport(_never)
    for server in ("global", "eu", "us"):
        client = colour.client(
            api_key=None,
            server=server,
            client=httpx2.Client(transport=http),
            async_client=httpx2.AsyncClient(transport=http),
        )
        with subtests.test(server):
            with pytest.raises(errors.MissingKeyError) as caught:
                colour.open(client, **ASK)
            assert caught.value.status_code is None
            assert "MISTRAL_API_KEY" in str(caught.value)


def test_a_wrong_key_is_refused_by_the_server_and_not_shown(colour):
    with Simulator(api_key="the-right-key") as sim:
        client = colour.client(api_key="the-wrong-key", server_url=sim.url)
        with pytest.raises(errors.AuthenticationError) as caught:
            colour.complete(client, **ASK)
    error = caught.value
    assert error.status_code == 401
    assert "the-wrong-key" not in f"{error} {error!r} {vars(error)}"


def test_an_error_of_the_environment_names_the_variable(monkeypatch):
    monkeypatch.setenv("MISTRAL_SERVER_URL", "not an address")
    with pytest.raises(ValueError, match="MISTRAL_SERVER_URL is 'not an address'"):
        Mistral()


def test_what_came_before_the_error_is_delivered_first(colour):
    body = HELLO.partition(b"\n\n")[0] + b"\n\n" + event(error_body())
    with Simulator(Answer(body=[body])) as sim:
        stream = colour.open(colour.client(server_url=sim.url), **ASK)
        assert colour.next(stream).data.choices[0].delta.content == "Hel"
        for _ in range(2):
            with pytest.raises(errors.InternalServerError):
                colour.next(stream)
