"""Redirects: followed to the same server, and nowhere else, whatever the HTTP client would do."""

from contextlib import contextmanager
from itertools import product

import pytest

from mistralai.client import errors
from mistralai.simulator import Answer, Simulator
from support.colours import ask
from support.faults import callers_own, read
from support.flows import KEY
from support.rawcalls import request
from support.serving import ASK

PATH = "/v1/chat/completions"
FORMS = {"stream": False, "complete": True}
"""Both ways to ask, and whether they are for a whole answer."""


def redirect(status, location):
    headers = {} if location is None else {"location": location}
    return Answer(status=status, headers=headers, content_type=None, framing="length")


@contextmanager
def clients_of(colour):
    """Yield the settings of clients: none, and HTTP clients that follow redirects themselves."""
    with callers_own(colour, follow_redirects=True) as own:
        yield {"our client": {}, "one that follows redirects": own}


def test_a_redirect_to_the_same_server_is_followed_with_all_that_was_sent(colour, subtests):
    for status, absolute, (form, whole) in product([307, 308], [False, True], FORMS.items()):

        def answer(request, *, status=status, absolute=absolute):
            host = f"http://{request.headers['host']}" if absolute else ""
            return redirect(status, f"{host}{PATH}?again")

        where = "address" if absolute else "path"
        with subtests.test(f"{status} to a {where}, {form}"), Simulator([answer, "auto"]) as sim:
            client = colour.client(server_url=sim.url, api_key=KEY, retry_config=None)
            ask(colour, client, whole=whole, **ASK)
            first, second = sim.requests
            assert second.target == f"{PATH}?again"
            assert (second.method, second.body) == (first.method, first.body)
            assert second.headers["authorization"] == f"Bearer {KEY}"
            assert first.headers["authorization"] == f"Bearer {KEY}"


def test_a_redirect_is_one_of_the_attempts(colour):
    with Simulator([redirect(307, f"{PATH}?again"), "auto"]) as sim:
        outcome = read(colour, sim.url, call={"retries": None})
    redirected, answered = outcome.stream.attempts
    assert (redirected.status, redirected.delay) == (307, 0.0)
    assert "redirected to http://127.0.0.1" in redirected.reason
    assert (answered.status, outcome.error) == (200, None)


def test_another_server_is_named_and_gets_nothing(colour, subtests):
    statuses = [301, 302, 303, 307, 308]
    with clients_of(colour) as clients, Simulator() as other:
        for status, (whose, own), (form, whole) in product(
            statuses, clients.items(), FORMS.items()
        ):
            with (
                subtests.test(f"{status}, {whose}, {form}"),
                Simulator(redirect(status, f"{other.url}{PATH}")) as sim,
            ):
                client = colour.client(server_url=sim.url, **own)
                with pytest.raises(errors.SDKError, match=r"redirect to 127\.0\.0\.1") as caught:
                    ask(colour, client, whole=whole, **ASK)
                assert caught.value.status_code == status
                assert (len(sim.requests), other.requests, other.connections) == (1, [], 0)


ELSEWHERE = {
    "another scheme": "https://127.0.0.1{path}",
    "another name for it": "http://localhost:{port}{path}",
    "a name with a user": "http://127.0.0.1:{port}@127.0.0.2{path}",
    "no scheme": "//mistral.example{path}",
    "no address": "http://[",
    "no HTTP": "file:///etc/hosts",
    "nothing": None,
}


def test_nothing_is_sent_where_the_server_is_not_the_same(colour, subtests):
    with clients_of(colour) as clients:
        for (name, location), (whose, own) in product(ELSEWHERE.items(), clients.items()):

            def answer(request, *, location=location):
                _, _, port = request.headers["host"].partition(":")
                return redirect(307, location and location.format(port=port, path=PATH))

            with subtests.test(f"{name}, {whose}"), Simulator(answer) as sim:
                client = colour.client(server_url=sim.url, **own)
                with pytest.raises(errors.SDKError, match="refusing to follow a redirect"):
                    colour.complete(client, **ASK)
                assert (len(sim.requests), sim.connections) == (1, 1)


def test_a_redirect_that_would_change_the_request_is_not_followed(colour, subtests):
    for status in (301, 302, 303, 304):
        with subtests.test(str(status)), Simulator(redirect(status, f"{PATH}?again")) as sim:
            client = colour.client(server_url=sim.url)
            with pytest.raises(errors.SDKError) as caught:
                colour.complete(client, **ASK)
            assert (caught.value.status_code, len(sim.requests)) == (status, 1)


class Once:
    """A file that can be read once, as a pipe."""

    def __init__(self):
        self.left = [b"only once"]

    def read(self, _size=-1):
        return self.left.pop() if self.left else b""


def test_a_redirect_of_a_body_that_can_be_read_once_is_not_followed(colour):
    with Simulator(redirect(307, f"{PATH}?again")) as sim:
        client = colour.client(server_url=sim.url)
        with pytest.raises(errors.SDKError, match="body of the request can be read only once"):
            request(colour, client, "POST", PATH, content=Once())
        assert [each.body for each in sim.requests] == [b"only once"]


def test_a_ring_of_redirects_ends(colour):
    def answer(request):
        return redirect(307, f"{PATH}?{request.number}")

    with Simulator(answer) as sim:
        client = colour.client(server_url=sim.url)
        with pytest.raises(errors.SDKError, match="gave up after 5 redirects"):
            colour.complete(client, **ASK)
        assert len(sim.requests) == 6
