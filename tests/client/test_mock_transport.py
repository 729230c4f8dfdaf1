"""Requests that users' tests answer themselves, in a client of theirs or in the default one."""

import httpx2
import pytest

from mistralai.errors import APIConnectionError, RateLimitError, StreamTruncatedError
from support.serving import ASK, DONE, HELLO, chunk, event

EVENT_STREAM = {"content-type": "text/event-stream"}
BODY = HELLO + DONE


class Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that comes a byte at a time."""

    def __iter__(self):
        yield from (bytes([byte]) for byte in BODY)

    async def __aiter__(self):
        for piece in self:
            yield piece


@pytest.fixture
def client(colour):
    """Make clients whose requests a function answers."""

    def make(answer):
        own = {"transport": httpx2.MockTransport(answer), "headers": {"x-own": "yes"}}
        return colour.client(client=httpx2.Client(**own), async_client=httpx2.AsyncClient(**own))

    return make


BODIES = {
    "text": lambda: {"text": BODY.decode()},
    "bytes": lambda: {"content": BODY},
    "a stream": lambda: {"stream": Pieces()},
}


def test_a_stream_is_read_from_it(colour, client, subtests):
    for name, body in BODIES.items():
        sent = []

        def answer(request, *, body=body, sent=sent):
            sent.append(request)
            return httpx2.Response(200, headers=EVENT_STREAM, **body())

        with subtests.test(name):
            stream = colour.open(client(answer), **ASK)
            assert colour.call(stream.get_final_text) == "Hello"
            [request] = sent
            assert (request.method, request.url.path) == ("POST", "/v1/chat/completions")
            assert request.headers["authorization"] == "Bearer key"
            assert request.headers["x-own"] == "yes"
            assert b'"stream":true' in request.content


def test_its_failures_are_those_of_the_api(colour, client):
    refusing = client(lambda _: httpx2.Response(429, json={"message": "Slow down"}))
    with pytest.raises(RateLimitError, match="Slow down"):
        colour.open(refusing, **ASK, retries=None)
    stream = colour.open(client(lambda _: httpx2.Response(200, content=event(chunk("Hel")))), **ASK)
    with pytest.raises(StreamTruncatedError):
        colour.collect(stream)


def test_what_it_raises_is_raised_as_an_error_of_both(colour, client):
    def fail(request):
        raise httpx2.ConnectError("no route", request=request)

    with pytest.raises(httpx2.ConnectError, match="no route") as caught:
        colour.open(client(fail), **ASK, retries=None)
    assert isinstance(caught.value, APIConnectionError)


def test_a_patched_transport_of_httpx2_answers_the_default_client(colour, monkeypatch):
    # As httpx2-pytest and vcrpy do it, which `make ecosystem` runs.
    def answer(_transport, _request):
        return httpx2.Response(200, headers=EVENT_STREAM, content=BODY)

    async def answer_async(_transport, request):
        return answer(_transport, request)

    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", answer)
    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer_async)
    stream = colour.open(colour.client(), **ASK)
    assert colour.call(stream.get_final_text) == "Hello"
