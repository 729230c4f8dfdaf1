"""Raw calls that fail: which are sent again, and which would create something twice."""

from itertools import product

import pytest

from mistralai.client import errors
from mistralai.simulator import Answer, Simulator, Wire
from support.fault_table import says
from support.faults import once_more, quickly
from support.peers import nobody
from support.rawcalls import request

OK = Answer.of_json({"id": "1"})
CREATING = ("POST", "PATCH")
REPEATABLE = ("GET", "PUT", "DELETE", "HEAD", "OPTIONS")
FAILURES = {
    "reset": (Wire([], "reset"), False),
    "reset in the headers": (Wire([b"HTTP/1.1 2"], "reset"), False),
    "reset in the body": (Wire([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"], "reset"), False),
    "503": (says(503), False),
    "503 with a delay": (says(503, retry_after_ms="1"), False),
    "408": (says(408), False),
    "409 with a delay": (says(409, retry_after_ms="1"), False),
    "429": (says(429), True),
}
"""What the server does first, and whether a request that creates is sent again."""


def test_a_request_that_may_create_is_sent_again_after_status_429_alone(colour, subtests):
    for method, (name, (failure, again)) in product(("POST", "PATCH", "PUT"), FAILURES.items()):
        with subtests.test(f"{method}, {name}"), Simulator([failure, OK]) as sim:
            client = colour.client(server_url=sim.url, retry_config=quickly())
            if again or method not in CREATING:
                assert request(colour, client, method, "/v1/x", json={}).status_code == 200
                assert len(sim.requests) == 2
                continue
            with pytest.raises(errors.MistralClientError) as caught:
                request(colour, client, method, "/v1/x", json={}, retries=quickly())
            assert len(sim.requests) == 1
            assert not isinstance(caught.value, errors.RateLimitError)


def test_a_connection_that_was_refused_is_tried_again_whatever_the_method(colour, subtests):
    client = colour.client(server_url=f"http://127.0.0.1:{nobody()}")
    for method in (*CREATING, *REPEATABLE):
        with (
            subtests.test(method),
            pytest.raises(errors.APIConnectionError, match="tried twice"),
        ):
            request(colour, client, method, "/v1/x", retries=once_more())


def test_a_request_that_may_create_is_not_sent_again_over_a_stale_connection(colour, subtests):
    for method in (*CREATING, *REPEATABLE):
        with subtests.test(method), Simulator([OK, Wire([], "reset"), OK]) as sim:
            client = colour.client(server_url=sim.url, retry_config=None)
            request(colour, client, "GET", "/v1/x")
            if method in CREATING:
                with pytest.raises(errors.APIConnectionError):
                    request(colour, client, method, "/v1/x")
            else:
                request(colour, client, method, "/v1/x")
            assert len(sim.requests) == (2 if method in CREATING else 3)
