import json
from typing import Any

import pytest

from mistralai.client._call.retry import Attempt, Policy
from mistralai.client._call.steps import Close, Read, Send
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    APIConnectionError,
    BadRequestError,
    InternalServerError,
    MistralClientError,
    NotFoundError,
    RateLimitError,
    ResponseValidationError,
    SDKError,
    StreamTruncatedError,
)
from support.errorbodies import SHAPES, Shape
from support.flows import (
    DONE,
    HOST,
    RATE_LIMIT,
    ROLE,
    SILENCE,
    STOP,
    URL,
    ByHand,
    Piece,
    Wait,
    answers,
    fails,
    refuses,
    said,
    sse,
    text,
)
from support.streams import cut_every

NONE = Policy(retries=0)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)

# --- a 200 that is no stream -------------------------------------------------


@every_shape
@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("mark", ["", "\ufeff", " \r\n\t", "\ufeff\n"], ids=repr)
def test_an_error_object_in_place_of_a_stream_is_its_error(
    shape: Shape, size: int, mark: str
) -> None:
    body = f"{mark}{json.dumps(shape.payload)}".encode()
    hand = ByHand(answers(*cut_every(body, size), content_type="x/y"), policy=NONE)
    events, error = hand.stream()
    assert events == []
    assert type(error) is shape.inside
    assert error.status_code == 200


@every_shape
def test_an_error_in_a_stream_is_its_error(shape: Shape) -> None:
    for name in (None, "error"):
        hand = ByHand(answers(text("a"), sse(shape.payload, name), DONE))
        events, error = hand.stream()
        assert said(events) == ["a"]
        assert type(error) is shape.inside
        assert error.status_code == 200


@every_shape
def test_an_error_status_is_its_error(shape: Shape) -> None:
    status = 400 if shape.says else 422
    events, error = ByHand(refuses(status, shape.payload)).stream()
    assert events == []
    assert error is not None
    assert error.status_code == status
    if isinstance(error, SDKError):
        assert error.error == shape.says


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><p>Hello", b'{"choices": []}', b"[1, 2]", b" \n{", b"<" + b"x" * 9999]
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_another_body_is_an_error_that_names_its_label(body: bytes, size: int) -> None:
    hand = ByHand(answers(*cut_every(body, size), content_type="text/html; charset=utf-8"))
    events, error = hand.stream()
    assert events == []
    assert type(error) is ResponseValidationError
    assert "text/html; charset=utf-8" in str(error)
    assert body.decode().strip().startswith(error.body.strip())
    assert error.body
    assert len(error.body) <= 2000
    assert hand.requests == 1


@pytest.mark.parametrize("then", [SILENCE, fails("broken")], ids=["silent", "broken"])
def test_an_error_object_counts_whatever_comes_after_it(then: Piece) -> None:
    body = json.dumps(RATE_LIMIT).encode()
    hand = ByHand(answers(body, then), policy=NONE)
    assert type(hand.stream().error) is RateLimitError
    assert hand.elapsed in {0.0, 5.0}


def test_an_error_object_in_place_of_a_stream_is_asked_again_like_its_status() -> None:
    hand = ByHand(answers(json.dumps(RATE_LIMIT).encode()), answers(text("a"), STOP, DONE))
    assert hand.stream().error is None
    assert hand.sleeps == [0.5]


@pytest.mark.parametrize("label", ["text/plain", "application/json", "application/octet-stream"])
def test_a_stream_under_another_label_is_read(label: str) -> None:
    for before in (b"", b": ping\n\n", b"\r\n\n", b"\xef\xbb\xbf", b"event: message\n"):
        body = before + ROLE + text("{<[") + STOP + DONE
        for size in (1, 1000):
            hand = ByHand(answers(*cut_every(body, size), content_type=label))
            assert said(hand.stream().events) == [None, "{<[", None]


def test_a_stream_without_a_label_is_read() -> None:
    assert said(ByHand(answers(text("a"), STOP, DONE)).stream().events) == ["a", None]


@pytest.mark.parametrize("body", [(), (b"\n\n",), (b"Bad gateway",), (b": ping\n\n",)])
def test_a_body_without_an_event_is_cut_off(body: tuple[bytes, ...]) -> None:
    hand = ByHand(answers(*body), policy=NONE)
    assert type(hand.stream().error) is StreamTruncatedError
    relaxed = ByHand(answers(*body), strict_end=False)
    assert relaxed.stream() == ([], None)


def read_json(hand: ByHand) -> Any:
    """Ask for a whole answer, and take no other body than JSON without an error."""

    def read(body: bytes) -> Any:
        if body.startswith(b"{") and b"error" not in body:
            return json.loads(body)
        raise hand.call.unexpected(body, "a valid JSON answer")

    return hand.answer(read)


def test_a_whole_answer_that_is_none_is_an_error_too() -> None:
    hand = ByHand(answers(b"<p>", content_type="text/html"), stream=False)
    with pytest.raises(ResponseValidationError, match="200 with text/html, not a valid JSON"):
        read_json(hand)
    assert hand.requests == 1
    [attempt] = hand.call.attempts
    assert attempt.status == 200
    assert attempt.reason is not None


def test_an_error_object_in_place_of_a_whole_answer_is_asked_again_like_its_status() -> None:
    error = json.dumps(RATE_LIMIT).encode()
    hand = ByHand(answers(error), answers(b'{"id": 1}'), stream=False)
    assert read_json(hand) == {"id": 1}
    assert hand.sleeps == [0.5]
    hand = ByHand(answers(error), stream=False, policy=NONE)
    with pytest.raises(RateLimitError):
        read_json(hand)


# --- the bodies of errors ----------------------------------------------------


def test_an_error_body_that_never_ends_is_read_for_five_seconds() -> None:
    hand = ByHand(answers(b'{"message":', Wait(1.0), b'"No"}', SILENCE, status=400))
    error = hand.stream().error
    assert type(error) is BadRequestError
    assert error.error.message == "No"
    assert hand.elapsed == 5.0


def test_an_error_body_is_read_to_one_mebibyte() -> None:
    hand = ByHand(answers(*[b"x" * 2**16] * 1000, status=502), policy=NONE)
    error = hand.stream().error
    assert type(error) is InternalServerError
    assert len(error.body) == 2**20
    assert len(hand.steps(Read)) == 16


@pytest.mark.parametrize("fault", [fails("broken"), fails("encoding"), SILENCE], ids=str)
def test_an_error_whose_body_fails_is_that_of_its_status(fault: Piece) -> None:
    hand = ByHand(answers(fault, status=400))
    error = hand.stream().error
    assert type(error) is BadRequestError
    assert str(error) == "Bad Request (status 400)."


def test_what_came_of_an_error_body_before_it_failed_counts() -> None:
    hand = ByHand(answers(b'{"message": "No"}', fails("broken"), status=400))
    error = hand.stream().error
    assert isinstance(error, SDKError)
    assert error.error.message == "No"


def test_an_error_body_takes_no_more_than_the_total() -> None:
    hand = ByHand(answers(SILENCE, status=400), timeouts=Timeouts(total=2.0))
    assert type(hand.stream().error) is BadRequestError
    assert hand.elapsed == 2.0


def test_the_connection_of_an_error_is_given_up() -> None:
    hand = ByHand(refuses(400, {"message": "No"}))
    hand.stream()
    assert [type(step) for step in hand.network.steps] == [Send, Read, Read, Close, Close]


# --- redirects ---------------------------------------------------------------


def moved(location: str | None, status: int = 307) -> Any:
    return refuses(status, None, **({} if location is None else {"location": location}))


GOOD = answers(text("a"), STOP, DONE)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/v2/chat", f"https://{HOST}/v2/chat"),
        ("completions/", f"{URL}/"),
        (f"https://{HOST}/v2/chat?x=1", f"https://{HOST}/v2/chat?x=1"),
        ("//api.example/v2", f"https://{HOST}/v2"),
        ("?x=1", f"{URL}?x=1"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_redirect_to_the_same_server_is_followed(
    status: int, location: str, url: str, *, stream: bool
) -> None:
    hand = ByHand(moved(location, status), GOOD, stream=stream)
    if stream:
        assert hand.stream().error is None
    else:
        hand.answer()
    first, second = [step.request for step in hand.steps(Send)]
    assert first.url == URL
    assert second.url == url
    assert (second.method, second.body, second.key) == (first.method, first.body, first.key)
    assert hand.call.attempts == (
        Attempt(status, f"redirected to {second.shown_url}", 0.0),
        Attempt(200),
    )


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://evil.example/v1", "evil.example"),
        ("http://api.example/v1", "api.example"),
        ("https://api.example:8443/v1", "api.example"),
        ("https://user:secret@api.example/v1", "api.example"),
        ("//evil.example", "evil.example"),
        ("https://[::1", "nowhere"),
        (URL, "api.example"),
        ("", "api.example"),
        ("#part", "api.example"),
        (None, "api.example"),
        ("mailto:x@api.example", "nowhere"),
    ],
)
def test_any_other_redirect_is_an_error_and_nothing_is_sent_there(
    location: str | None, host: str
) -> None:
    hand = ByHand(moved(location))
    error = hand.stream().error
    assert type(error) is SDKError
    assert str(error) == (
        f"the server redirects to {host}, where nothing was sent; give its address as server_url"
        " if it is the right one (status 307)."
    )
    assert hand.requests == 1
    assert "secret" not in repr(error)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305])
def test_a_redirect_that_would_change_the_request_is_not_followed(status: int) -> None:
    hand = ByHand(moved("/v2", status))
    error = hand.stream().error
    assert type(error) is SDKError
    assert error.status_code == status
    assert hand.requests == 1


def test_a_loop_of_redirects_ends() -> None:
    hand = ByHand(*[moved("/a"), moved("/b")] * 10)
    error = hand.stream().error
    assert type(error) is SDKError
    assert str(error) == "the server redirected 5 times (status 307)."
    assert hand.requests == 6
    assert len(hand.call.attempts) == 6


def test_five_redirects_may_be_followed() -> None:
    assert ByHand(*[moved("/a"), moved("/b")] * 2, moved("/c"), GOOD).stream().error is None
    error = ByHand(*[moved("/a"), moved("/b")] * 2, moved("/c"), refuses(400)).stream().error
    assert type(error) is BadRequestError


def test_what_comes_after_a_redirect_counts_as_without_it() -> None:
    hand = ByHand(moved("/v2"), refuses(503), moved("/v3"), refuses(404))
    assert type(hand.stream().error) is NotFoundError
    assert [step.request.url.rpartition("/")[2] for step in hand.steps(Send)] == [
        "completions",
        "v2",
        "v2",
        "v3",
    ]
    assert [attempt.status for attempt in hand.call.attempts] == [307, 503, 307, 404]
    assert isinstance(hand.network.steps[-1], Close)


def test_a_connection_that_fails_after_a_redirect_is_tried_again() -> None:
    hand = ByHand(moved("/v2"), fails("connect"), GOOD)
    assert hand.stream().error is None
    assert not isinstance(hand.stream_call.error, (APIConnectionError, MistralClientError))
