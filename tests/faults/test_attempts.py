"""What a call tells of its attempts, and every way to say how many there may be."""

import time
from email.utils import formatdate

import pytest

from mistralai.client import errors
from mistralai.client._call.retry import BackoffStrategy, RetryConfig
from mistralai.simulator import Answer, Simulator, Wire
from support.colours import ask
from support.fault_table import says
from support.faults import ECHO, STREAM, quickly, read
from support.flows import sse
from support.serving import ASK

whole_or_not = pytest.mark.parametrize("whole", [False, True], ids=["stream", "complete"])


def test_a_stream_tells_of_each_attempt_and_so_does_the_log(colour):
    server = [
        Wire([], "reset"),
        says(503, retry_after_ms="1"),
        Answer(body=STREAM[:1], ending="cut"),
        "auto",
    ]
    with Simulator(server) as sim:
        outcome = read(colour, sim.url, call={"retries": quickly()})
    attempts = outcome.stream.attempts
    assert [attempt.status for attempt in attempts] == [None, 503, 200, 200]
    assert [attempt.delay for attempt in attempts] == [0.001, 0.001, 0.001, None]
    reasons = [attempt.reason for attempt in attempts]
    assert "no answer from 127.0.0.1" in reasons[0]
    assert reasons[1] == "status 503"
    assert "broke after 1 event" in reasons[2]
    assert reasons[3] is None
    retried = [line.partition("retrying in ")[2] for line in outcome.lines if "retrying in" in line]
    assert retried == [f"0.001 s: {reason}" for reason in reasons[:3]]
    assert outcome.texts == ECHO
    assert outcome.stream.response.headers["mistral-correlation-id"] == outcome.stream.request_id
    assert outcome.lines[-1].startswith(f"[{outcome.stream.request_id}] end (done)")


def test_the_response_of_a_stream_is_that_of_its_last_attempt(colour):
    server = [
        Answer(body=STREAM[:1], headers={"attempt": "first"}),
        Answer(body=STREAM, headers={"attempt": "second"}),
    ]
    with Simulator(server) as sim:
        client = colour.client(server_url=sim.url, retry_config=quickly())
        stream = colour.open(client, **ASK)
        assert stream.headers["attempt"] == "first"
        colour.collect(stream)
        assert stream.headers["attempt"] == "second"


NONE = RetryConfig("none", BackoffStrategy(1, 1, 1.0, 10_000, 0), retry_connection_errors=True)
FORMS = {"an int": (1, 2), "zero": (0, 1), "None": (None, 1), "strategy none": (NONE, 1)}


@whole_or_not
@pytest.mark.parametrize("place", ["retries", "retry_config"])
@pytest.mark.parametrize(("retries", "requests"), FORMS.values(), ids=FORMS)
def test_the_number_of_requests_is_what_was_asked_for(colour, retries, requests, place, whole):
    call = {"retries": retries} if place == "retries" else {}
    client = {"retry_config": retries} if place == "retry_config" else {}
    with Simulator(says(503, retry_after_ms="1")) as sim:
        with pytest.raises(errors.InternalServerError):
            ask(colour, colour.client(server_url=sim.url, **client), whole=whole, **ASK, **call)
        assert len(sim.requests) == requests


@whole_or_not
@pytest.mark.parametrize("place", ["retries", "retry_config"])
def test_a_config_retries_without_a_count_until_its_time_is_over(colour, place, whole):
    call = {"retries": quickly()} if place == "retries" else {}
    client = {"retry_config": quickly()} if place == "retry_config" else {}
    with Simulator([*[says(503)] * 9, "auto"]) as sim:
        ask(colour, colour.client(server_url=sim.url, **client), whole=whole, **ASK, **call)
        assert len(sim.requests) == 10
    with Simulator(says(503)) as sim:
        call |= {"retries": quickly(within=5)}
        with pytest.raises(errors.InternalServerError):
            ask(colour, colour.client(server_url=sim.url, **client), whole=whole, **ASK, **call)


def test_a_call_wins_over_its_client(colour):
    with Simulator(says(503, retry_after_ms="1")) as sim:
        client = colour.client(server_url=sim.url, retry_config=5)
        with pytest.raises(errors.InternalServerError):
            colour.complete(client, **ASK, retries=None)
        assert len(sim.requests) == 1


@whole_or_not
def test_an_hour_as_a_date_is_not_waited_for(colour, whole):
    """A date has no fractions of a second, and time goes on while it travels."""

    def server(_):
        return says(429, retry_after=formatdate(time.time() + 3600, usegmt=True))

    with Simulator(server) as sim:
        client = colour.client(server_url=sim.url)
        with pytest.raises(errors.RateLimitError) as caught:
            ask(colour, client, whole=whole, **ASK)
        assert len(sim.requests) == 1
    assert 3500 < caught.value.retry_after <= 3600


def test_every_error_that_the_api_answers_with_knows_what_it_asks_to_wait(colour):
    with Simulator(says(400, retry_after="7")) as sim:
        outcome = read(colour, sim.url)
    assert (type(outcome.error), outcome.error.retry_after) == (errors.BadRequestError, 7.0)


def test_the_server_sees_the_end_of_an_attempt_before_the_next(colour):
    full = Answer(body=[STREAM[0], sse({"message": "Sorry", "code": 3505})], ending="hang")
    seen = []

    def server(request):
        seen.append([earlier.closed.is_set() for earlier in sim.requests[: request.number - 1]])
        return full if request.number < 3 else "auto"

    with Simulator(server) as sim:
        outcome = read(colour, sim.url, call={"retries": quickly()})
    assert outcome.texts == ECHO
    assert seen == [[], [True], [True, True]]
