import json
from itertools import product
from typing import Any

import pytest

from mistralai.client._call.redirects import MAX_REDIRECTS
from mistralai.client._call.response import EXCERPT
from mistralai.client._call.retry import Attempt, Policy
from mistralai.client._call.steps import Close, Read, Send
from mistralai.client._call.timeouts import Timeouts
from mistralai.client.errors import (
    BadRequestError,
    InternalServerError,
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
    Reply,
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
GOOD = answers(text("a"), STOP, DONE)

# --- errors of every shape ---------------------------------------------------


def test_every_shape_of_an_error_is_its_error_wherever_it_is(subtests: pytest.Subtests) -> None:
    marks = ("", "\ufeff", " \r\n\t", "\ufeff\n")
    for shape in SHAPES:
        for size, mark in product((1, 10_000), marks):
            with subtests.test(f"{shape.name} in place of a stream, {size}, {mark!r}"):
                check_in_place_of_a_stream(shape, size, mark)
        for name in (None, "error"):
            with subtests.test(f"{shape.name} in a stream, {name}"):
                check_in_a_stream(shape, name)
        with subtests.test(f"{shape.name} with a status"):
            check_with_a_status(shape)


def check_in_place_of_a_stream(shape: Shape, size: int, mark: str) -> None:
    body = f"{mark}{json.dumps(shape.payload)}".encode()
    hand = ByHand(answers(*cut_every(body, size), content_type="x/y"), policy=NONE)
    events, error = hand.stream()
    assert events == []
    assert type(error) is shape.inside
    assert error.status_code == 200


def check_in_a_stream(shape: Shape, name: str | None) -> None:
    hand = ByHand(answers(text("a"), sse(shape.payload, name), DONE))
    events, error = hand.stream()
    assert said(events) == ["a"]
    assert type(error) is shape.inside
    assert error.status_code == 200


def check_with_a_status(shape: Shape) -> None:
    status = 400 if shape.says else 422
    events, error = ByHand(refuses(status, shape.payload)).stream()
    assert events == []
    assert error is not None
    assert error.status_code == status
    if isinstance(error, SDKError):
        assert error.error == shape.says


# --- a 200 that is no stream -------------------------------------------------


def test_another_body_is_an_error_that_names_its_label(subtests: pytest.Subtests) -> None:
    label = "text/html; charset=utf-8"
    bodies = (
        b"<!DOCTYPE html><p>Hello",
        b'{"choices": []}',
        b"[1, 2]",
        b" \n{",
        b"<" + b"x" * 9999,
    )
    for body, size in product(bodies, (1, 10_000)):
        hand = ByHand(answers(*cut_every(body, size), content_type=label))
        with subtests.test(f"{body[:16]!r} cut every {size}"):
            events, error = hand.stream()
            assert events == []
            assert type(error) is ResponseValidationError
            assert f"{label}, not an event stream" in str(error)
            assert body.decode().strip().startswith(error.body.strip())
            assert error.body
            assert len(error.body) <= EXCERPT == 2000
            assert hand.requests == 1


def test_an_error_object_in_place_of_an_answer_counts_whatever_comes_after_it() -> None:
    body = json.dumps(RATE_LIMIT).encode()
    faults: list[tuple[Piece, float]] = [(SILENCE, 5.0), (fails("broken"), 0.0)]
    for then, elapsed in faults:
        hand = ByHand(answers(body, then), policy=NONE)
        assert type(hand.stream().error) is RateLimitError, then
        assert hand.elapsed == elapsed, then


def test_an_error_object_in_place_of_an_answer_is_asked_again_like_its_status() -> None:
    error = json.dumps(RATE_LIMIT).encode()
    hand = ByHand(answers(error), GOOD)
    assert hand.stream().error is None
    assert hand.sleeps == [0.5]
    hand = ByHand(answers(error), answers(b'{"id": 1}'), stream=False)
    assert read_json(hand) == {"id": 1}
    assert hand.sleeps == [0.5]
    hand = ByHand(answers(error), stream=False, policy=NONE)
    with pytest.raises(RateLimitError):
        read_json(hand)


def test_a_stream_under_another_label_is_read(subtests: pytest.Subtests) -> None:
    labels = ("text/plain", "application/json", "application/octet-stream", None)
    starts = (b"", b": ping\n\n", b"\r\n\n", b"\xef\xbb\xbf", b"event: message\n")
    for label, start, size in product(labels, starts, (1, 1000)):
        body = start + ROLE + text("{<[") + STOP + DONE
        headers = {} if label is None else {"content_type": label}
        hand = ByHand(answers(*cut_every(body, size), **headers))
        with subtests.test(f"{label}, {start!r}, cut every {size}"):
            assert said(hand.stream().events) == [None, "{<[", None]


def test_a_body_without_an_event_is_cut_off(subtests: pytest.Subtests) -> None:
    for body in ((), (b"\n\n",), (b"Bad gateway",), (b": ping\n\n",)):
        with subtests.test(repr(body)):
            hand = ByHand(answers(*body), policy=NONE)
            assert type(hand.stream().error) is StreamTruncatedError
            relaxed = ByHand(answers(*body), strict_end=False)
            assert relaxed.stream() == ([], None)


# --- a whole answer ----------------------------------------------------------


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


def test_a_whole_answer_that_is_too_large_is_an_error_that_shows_its_beginning() -> None:
    body = [b"x" * 1000, b"y" * 3000, b"z"]
    hand = ByHand(answers(*body), stream=False, max_response_size=4001)
    assert hand.answer() == b"".join(body)
    hand = ByHand(answers(*body, SILENCE), stream=False, max_response_size=3999)
    with pytest.raises(
        ResponseValidationError, match=r"max_response_size \(3999 bytes\)"
    ) as caught:
        hand.answer()
    assert caught.value.body == "x" * 1000 + "y" * 1000
    assert hand.requests == 1


# --- the bodies of errors ----------------------------------------------------


def test_the_body_of_an_error_is_read_within_limits_and_its_connection_given_up() -> None:
    hand = ByHand(answers(b'{"message":', Wait(1.0), b'"No"}', SILENCE, status=400))
    error = hand.stream().error
    assert type(error) is BadRequestError
    assert error.error.message == "No"
    assert hand.elapsed == 5.0

    hand = ByHand(answers(SILENCE, status=400), timeouts=Timeouts(total=2.0))
    assert type(hand.stream().error) is BadRequestError
    assert hand.elapsed == 2.0

    hand = ByHand(answers(*[b"x" * 2**16] * 1000, status=502), policy=NONE)
    error = hand.stream().error
    assert type(error) is InternalServerError
    assert len(error.body) == 2**20
    assert len(hand.steps(Read)) == 16

    hand = ByHand(refuses(400, {"message": "No"}))
    hand.stream()
    assert [type(step) for step in hand.network.steps] == [Send, Read, Read, Close, Close]


def test_an_error_whose_body_fails_is_that_of_its_status(subtests: pytest.Subtests) -> None:
    faults: dict[str, Piece] = {
        "broken": fails("broken"),
        "encoding": fails("encoding"),
        "silent": SILENCE,
    }
    for case, fault in faults.items():
        with subtests.test(case):
            error = ByHand(answers(fault, status=400)).stream().error
            assert type(error) is BadRequestError
            assert str(error) == "Bad Request (status 400)."
            # What came before the fault counts.
            error = ByHand(answers(b'{"message": "No"}', fault, status=400)).stream().error
            assert type(error) is BadRequestError
            assert error.error.message == "No"


# --- redirects ---------------------------------------------------------------


def moved(location: str | None, status: int = 307) -> Reply:
    return refuses(status, None, **({} if location is None else {"location": location}))


SAME_SERVER = {
    "/v2/chat": f"https://{HOST}/v2/chat",
    "completions/": f"{URL}/",
    f"https://{HOST}/v2/chat?x=1": f"https://{HOST}/v2/chat?x=1",
    "//api.example/v2": f"https://{HOST}/v2",
    "?x=1": f"{URL}?x=1",
}


def test_a_redirect_to_the_same_server_is_followed(subtests: pytest.Subtests) -> None:
    for (location, url), status, stream in product(SAME_SERVER.items(), (307, 308), (True, False)):
        hand = ByHand(moved(location, status), GOOD, stream=stream)
        with subtests.test(f"{status} to {location}, stream={stream}"):
            if stream:
                assert hand.stream().error is None
            else:
                assert hand.answer() == b"".join([text("a"), STOP, DONE])
            first, second = [step.request for step in hand.steps(Send)]
            assert first.url == URL
            assert second.url == url
            assert (second.method, second.body, second.key) == (
                first.method,
                first.body,
                first.key,
            )
            assert hand.call.attempts == (
                Attempt(status, f"redirected to {second.shown_url}", 0.0),
                Attempt(200),
            )


OTHER_REDIRECTS: list[tuple[int, str | None, str]] = [
    (307, "https://evil.example/v1", "evil.example"),
    (307, "http://api.example/v1", "api.example"),
    (307, "https://api.example:8443/v1", "api.example"),
    (307, "https://user:secret@api.example/v1", "api.example"),
    (307, "//evil.example", "evil.example"),
    (307, "https://[::1", "an invalid address"),
    (307, URL, "api.example"),
    (307, "", "api.example"),
    (307, "#part", "api.example"),
    (307, None, "api.example"),
    (307, "mailto:x@api.example", "an invalid address"),
    # These would change the request.
    *((status, "/v2", "api.example") for status in (300, 301, 302, 303, 305)),
]


def test_any_other_redirect_is_an_error_and_nothing_is_sent_there(
    subtests: pytest.Subtests,
) -> None:
    for status, location, host in OTHER_REDIRECTS:
        hand = ByHand(moved(location, status))
        with subtests.test(f"{status} to {location}"):
            error = hand.stream().error
            assert type(error) is SDKError
            assert str(error) == (
                f"refusing to follow a redirect to {host}; if that is the right server, pass its"
                f" address as server_url (status {status})."
            )
            assert error.status_code == status
            assert hand.requests == 1
            assert "secret" not in repr(error)


def test_five_redirects_may_be_followed_and_no_more() -> None:
    hand = ByHand(*[moved("/a"), moved("/b")] * 10)
    error = hand.stream().error
    assert type(error) is SDKError
    assert str(error) == "gave up after 5 redirects (status 307)."
    assert hand.requests == 6 == MAX_REDIRECTS + 1
    assert len(hand.call.attempts) == 6
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
    hand = ByHand(moved("/v2"), fails("connect"), GOOD)
    assert hand.stream().error is None
    assert hand.stream_call.error is None
