"""Which key goes to which server, and where neither is ever shown."""

import itertools
import pickle
import warnings

import httpx2
import pytest

from mistralai import BackoffStrategy, Mistral, RetryConfig
from mistralai.client import errors
from mistralai.client._call.request import InsecureConnectionWarning
from mistralai.simulator import Answer, Simulator
from support.logs import Lines
from support.serving import ASK, DONE, HELLO

AT_ONCE = RetryConfig("backoff", BackoffStrategy(1, 1, 1, 60_000, jitter_ms=0), True)


@pytest.fixture
def answering():
    """A simulator that answers whatever it is asked."""
    with Simulator(Answer(body=[HELLO, DONE])) as sim:
        yield sim


def authorization(colour, sim, **settings):
    client = colour.client(server_url=sim.url, **settings)
    colour.collect(colour.open(client, **ASK))
    return sim.requests[-1].headers.get("authorization")


def test_a_key_is_given_or_comes_from_the_environment(colour, answering, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", "from-the-environment")
    assert authorization(colour, answering, api_key="given") == "Bearer given"
    assert authorization(colour, answering, api_key=None) == "Bearer from-the-environment"
    assert authorization(colour, answering, api_key="") == "Bearer from-the-environment"


NO_KEYS = {
    "empty": "",
    "blank": "  \n",
    "none": None,
    "a callable that gives none": lambda: None,
    "a callable that gives an empty one": lambda: "",
}


def test_without_a_key_another_server_gets_no_authorization_header(colour, answering, subtests):
    for name, key in NO_KEYS.items():
        with subtests.test(name):
            assert authorization(colour, answering, api_key=key) is None


def test_an_empty_variable_counts_as_none(colour, answering, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", " ")
    assert authorization(colour, answering, api_key=None) is None


def test_blanks_around_a_key_are_stripped(colour, answering, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", "\tin the environment \r\n")
    assert authorization(colour, answering, api_key=" given\n") == "Bearer given"
    assert authorization(colour, answering, api_key=lambda: " asked\n") == "Bearer asked"
    assert authorization(colour, answering, api_key=None) == "Bearer in the environment"


def test_a_callable_is_asked_at_each_request_retries_included(colour):
    keys = map("key-{}".format, itertools.count(1))
    with Simulator([Answer(status=503), Answer(body=[HELLO, DONE])]) as sim:
        client = colour.client(server_url=sim.url, api_key=lambda: next(keys))
        for _ in range(2):
            colour.collect(colour.open(client, **ASK, retries=AT_ONCE))
        sent = [request.headers["authorization"] for request in sim.requests]
    assert sent == ["Bearer key-1", "Bearer key-2", "Bearer key-3"]


BAD_KEYS = {
    "a letter": "secr\u00e9t",
    "two lines": "two\nlines",
    "a control": "bel\x07l",
    "typographic quotes": "\u201cquoted\u201d",
}


def test_a_key_that_is_not_printable_ascii_is_refused_and_not_shown(monkeypatch, subtests):
    for name, key in BAD_KEYS.items():
        with subtests.test(name):
            with pytest.raises(ValueError, match=r"^api_key has .* not printable ASCII") as caught:
                Mistral(key)
            assert key not in str(caught.value)
            monkeypatch.setenv("MISTRAL_API_KEY", key)
            with pytest.raises(ValueError, match="not printable ASCII"):
                Mistral()


def test_so_is_one_that_a_callable_gives_at_the_call(colour, answering, subtests):
    for name, key in BAD_KEYS.items():
        client = colour.client(server_url=answering.url, api_key=lambda key=key: key)
        with subtests.test(name):
            with pytest.raises(ValueError, match=r"^api_key has .* not printable ASCII") as caught:
                colour.open(client, **ASK)
            assert key not in str(caught.value)
            assert answering.requests == []


def test_what_a_callable_raises_comes_out_of_the_call(colour, answering):
    def unavailable():
        raise LookupError("the vault is closed")

    client = colour.client(server_url=answering.url, api_key=unavailable)
    with pytest.raises(LookupError, match="the vault is closed"):
        colour.open(client, **ASK)
    assert answering.requests == []


class Recording:
    """A transport that answers itself and keeps the requests."""

    def __init__(self):
        self.sent = []

    def __call__(self, request):
        self.sent.append(request)
        return httpx2.Response(200, content=HELLO + DONE)

    @property
    def clients(self):
        transport = httpx2.MockTransport(self)
        return {
            "client": httpx2.Client(transport=transport),
            "async_client": httpx2.AsyncClient(transport=transport),
        }


@pytest.fixture
def recording():
    return Recording()


def test_a_key_goes_over_plain_http_to_another_machine_with_a_warning(colour, subtests):
    for url in ("http://mistral.example", "http://10.0.0.7:8000"):
        with subtests.test(url):
            recording = Recording()
            client = colour.client(server_url=url, **recording.clients)
            with pytest.warns(InsecureConnectionWarning, match="plain http") as caught:
                colour.close(colour.open(client, **ASK))
            assert recording.sent[0].headers["authorization"] == "Bearer key"
            assert "Bearer" not in str(caught[0].message)


HERE_OR_ENCRYPTED = [
    "http://localhost:8000",
    "http://LOCALHOST",
    "http://127.0.0.1",
    "http://127.1.2.3",
    "http://[::1]:8000",
    "https://mistral.example",
]


def test_it_goes_to_this_machine_or_over_https_without_one(colour, subtests):
    for url in HERE_OR_ENCRYPTED:
        with subtests.test(url):
            recording = Recording()
            client = colour.client(server_url=url, **recording.clients)
            with warnings.catch_warnings(action="error"):
                colour.open(client, **ASK)
            assert len(recording.sent) == 1


def test_without_a_key_there_is_nothing_to_warn_of(colour, recording):
    client = colour.client(api_key=None, server_url="http://mistral.example", **recording.clients)
    with warnings.catch_warnings(action="error"):
        colour.open(client, **ASK)
    assert "authorization" not in recording.sent[0].headers


GLOBAL, EU, US = "api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"


SERVERS = [
    ("", {}, GLOBAL),
    ("", {"server": "global"}, GLOBAL),
    ("", {"server": "eu"}, EU),
    ("", {"server": "us"}, US),
    ("", {"server_url": "https://mine"}, "mine"),
    ("", {"server_url": None}, GLOBAL),
    ("", {"server_url": ""}, GLOBAL),
    ("", {"server": "eu", "server_url": "https://mine"}, "mine"),
    ("https://env", {}, "env"),
    ("https://env", {"server": "eu"}, EU),
    ("https://env", {"server": "global"}, GLOBAL),
    ("https://env", {"server_url": "https://mine"}, "mine"),
    ("https://env", {"server": "eu", "server_url": "https://mine"}, "mine"),
    ("", {"server_url": "https://{place}.x", "url_params": {"place": "mine"}}, "mine.x"),
]
"""MISTRAL_SERVER_URL, the settings of a client, and the host that it asks."""


def test_the_server_is_the_one_named_last(colour, monkeypatch, subtests):
    for environment, settings, host in SERVERS:
        with subtests.test(f"{settings}, and in the environment {environment!r}"):
            monkeypatch.setenv("MISTRAL_SERVER_URL", environment)
            recording = Recording()
            client = colour.client(**settings, **recording.clients)
            colour.open(client, **ASK)
            assert recording.sent[0].url.host == host
            assert recording.sent[0].url.path == "/v1/chat/completions"
            colour.open(client, **ASK, server_url="https://there")
            assert recording.sent[1].url.host == "there"


def test_a_query_of_the_address_goes_behind_the_path_and_is_not_shown(
    colour, recording, monkeypatch
):
    lines = Lines()
    query = "api-version=secret-1"
    monkeypatch.setenv("MISTRAL_SERVER_URL", f"https://env/?{query}")
    by_variable = colour.client(debug_logger=lines, **recording.clients)
    by_argument = colour.client(
        server_url=f"https://mine/base/?{query}", debug_logger=lines, **recording.clients
    )
    written = colour.client(debug_logger=lines, **recording.clients)
    written.sdk_configuration.server_url = f"https://written/?{query}"
    colour.open(by_variable, **ASK)
    colour.open(by_argument, **ASK)
    colour.open(written, **ASK)
    colour.open(by_argument, **ASK, server_url=f"https://there/v2/?{query}&x=%2F")
    assert [str(request.url).removesuffix("#stream") for request in recording.sent] == [
        f"https://env/v1/chat/completions?{query}",
        f"https://mine/base/v1/chat/completions?{query}",
        f"https://written/v1/chat/completions?{query}",
        f"https://there/v2/v1/chat/completions?{query}&x=%2F",
    ]
    details = by_argument.sdk_configuration.get_server_details()
    assert details == (f"https://mine/base?{query}", {})
    assert "secret-1" not in "\n".join([*lines, repr(by_argument), repr(written)])


def test_a_query_of_the_address_and_that_of_a_call_are_one(colour):
    with Simulator() as sim:
        client = colour.client(server_url=f"{sim.url}/?api-version=1")
        colour.ask(client.models, "list", provider="mistral")
    assert sim.requests[0].target == "/v1/models?api-version=1&provider=mistral"


def test_a_fragment_of_the_address_is_refused(colour, recording, monkeypatch):
    client = colour.client(**recording.clients)
    with pytest.raises(ValueError, match="server_url has the fragment '#v2'"):
        colour.client(server_url="https://mine/#v2")
    with pytest.raises(ValueError, match="server_url has the fragment '#v2'"):
        colour.open(client, **ASK, server_url="https://mine/?a=b#v2")
    with pytest.raises(ValueError, match="server_url has the fragment '#v2'"):
        client.sdk_configuration.server_url = "https://mine#v2"
    monkeypatch.setenv("MISTRAL_SERVER_URL", "https://env#v2")
    with pytest.raises(ValueError, match="MISTRAL_SERVER_URL has the fragment '#v2'"):
        colour.client()
    assert recording.sent == []


def test_key_and_server_may_be_given_by_position():
    configuration = Mistral("key", "eu").sdk_configuration
    assert configuration.get_server_details() == (f"https://{EU}", {})


def test_a_user_and_a_password_in_an_address_are_shown_nowhere(colour):
    lines = Lines()
    with Simulator(Answer.of_json({"message": "no"}, status=400)) as sim:
        url = sim.url.replace("://", "://user:secret-word@")
        client = colour.client(server_url=url, debug_logger=lines, retry_config=None)
        with pytest.raises(errors.BadRequestError) as refused:
            colour.open(client, **ASK)
    with pytest.raises(errors.APIConnectionError) as unreachable:
        colour.open(client, **ASK)
    with pytest.raises(ValueError, match="server_url") as wrong:
        Mistral(server_url="nothttp://user:secret-word@host")
    texts = [
        *lines,
        repr(client),
        repr(client.sdk_configuration),
        *(f"{each.value} {each.value!r}" for each in (refused, unreachable, wrong)),
    ]
    assert "secret-word" not in "\n".join(texts)
    assert sim.requests[0].path == "/v1/chat/completions"


def test_the_key_is_in_no_repr_and_in_no_pickle(colour, answering):
    client = colour.client(api_key="secret-word", server_url=answering.url)
    stream = colour.open(client, **ASK)
    assert "secret-word" not in f"{client!r} {client.sdk_configuration!r} {stream!r}"
    assert "secret-word" not in repr(vars(client.sdk_configuration))
    with pytest.raises(TypeError):
        pickle.dumps(client)
    colour.close(stream)
