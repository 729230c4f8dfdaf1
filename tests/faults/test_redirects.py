"""Redirects: followed to the same server, and nowhere else, whatever the HTTP client would do."""

import pytest

from mistralai.client import errors
from mistralai.simulator import Answer, Simulator
from support.colours import ask
from support.faults import callers_own, read
from support.flows import KEY
from support.serving import ASK

PATH = "/v1/chat/completions"
whole_or_not = pytest.mark.parametrize("whole", [False, True], ids=["stream", "complete"])


def redirect(status, location):
    headers = {} if location is None else {"location": location}
    return Answer(status=status, headers=headers, content_type=None, framing="length")


@pytest.fixture(params=[False, True], ids=["our client", "one that follows redirects"])
def http(request, colour):
    """Settings of a client: none, or HTTP clients that follow redirects."""
    if not request.param:
        yield {}
        return
    with callers_own(colour, follow_redirects=True) as own:
        yield own


@whole_or_not
@pytest.mark.parametrize("absolute", [False, True], ids=["path", "address"])
@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_the_same_server_is_followed_with_all_that_was_sent(
    colour, status, absolute, whole
):
    def answer(request):
        host = f"http://{request.headers['host']}" if absolute else ""
        return redirect(status, f"{host}{PATH}?again")

    with Simulator([answer, "auto"]) as sim:
        client = colour.client(server_url=sim.url, api_key=KEY, retry_config=None)
        ask(colour, client, whole=whole, **ASK)
        first, second = sim.requests
    assert second.target == f"{PATH}?again"
    assert (second.method, second.body) == (first.method, first.body)
    assert second.headers["authorization"] == first.headers["authorization"] == f"Bearer {KEY}"


def test_a_redirect_is_one_of_the_attempts(colour):
    with Simulator([redirect(307, f"{PATH}?again"), "auto"]) as sim:
        outcome = read(colour, sim.url, call={"retries": None})
    redirected, answered = outcome.stream.attempts
    assert (redirected.status, redirected.delay) == (307, 0.0)
    assert "redirected to http://127.0.0.1" in redirected.reason
    assert (answered.status, outcome.error) == (200, None)


@whole_or_not
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_server_is_named_and_gets_nothing(colour, status, http, whole):
    with Simulator() as other, Simulator(redirect(status, f"{other.url}{PATH}")) as sim:
        client = colour.client(server_url=sim.url, **http)
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


@pytest.mark.parametrize("location", ELSEWHERE.values(), ids=ELSEWHERE)
def test_nothing_is_sent_where_the_server_is_not_the_same(colour, location, http):
    def answer(request):
        _, _, port = request.headers["host"].partition(":")
        return redirect(307, location and location.format(port=port, path=PATH))

    with Simulator(answer) as sim:
        client = colour.client(server_url=sim.url, **http)
        with pytest.raises(errors.SDKError, match="refusing to follow a redirect"):
            colour.complete(client, **ASK)
        assert (len(sim.requests), sim.connections) == (1, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 304])
def test_a_redirect_that_would_change_the_request_is_not_followed(colour, status):
    with Simulator(redirect(status, f"{PATH}?again")) as sim:
        client = colour.client(server_url=sim.url)
        with pytest.raises(errors.SDKError) as caught:
            colour.complete(client, **ASK)
        assert (caught.value.status_code, len(sim.requests)) == (status, 1)


def test_a_ring_of_redirects_ends(colour):
    def answer(request):
        return redirect(307, f"{PATH}?{request.number}")

    with Simulator(answer) as sim:
        client = colour.client(server_url=sim.url)
        with pytest.raises(errors.SDKError, match="gave up after 5 redirects"):
            colour.complete(client, **ASK)
        assert len(sim.requests) == 6
