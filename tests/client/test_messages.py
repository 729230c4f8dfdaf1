"""Messages about the network, proxies, addresses, the key and the server, word for word."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from mistralai.client import errors
from mistralai.simulator import Answer, Simulator
from support.faults import callers_own, once_more
from support.peers import no_names, nobody
from support.proxy import connect_proxy
from support.serving import ASK

pytestmark = pytest.mark.usefixtures("fresh_tls_context")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A mistake or a failure, and its message; both have the places of `places` in them.

    Attributes:
        says: The whole message.
        error: Its class.
        environment: Variables.
        settings: Settings of the client. By default a call is tried twice.
        call: Keywords of the call.
    """

    says: str
    error: type[Exception]
    environment: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)


def at(url: str, **settings: Any) -> dict[str, Any]:
    return {"server_url": url, **settings}


PROXY = "the proxy http://127.0.0.1:{closed} of"
ASKING = "the proxy http://127.0.0.1:{asking} of"
REFUSED = "[Errno 111] Connection refused"
NOT_KNOWN = "[Errno -2] Name or service not known"
SURPLUS = "server_url ends in {0}, which each request adds: give it without {0}"

CASES = {
    "an address that ends in /v1": Case(
        settings=at("http://user:s3cret-word@127.0.0.1:{port}/v1/"),
        error=errors.NotFoundError,
        says=(
            "Not Found (status 404, url http://127.0.0.1:{port}/v1/v1/chat/completions)."
            f' {SURPLUS.format("/v1")}. Body: {{{{"detail":"Not Found"}}}}'
        ),
    ),
    "the whole address of a call": Case(
        settings=at("http://127.0.0.1:{port}/v1/chat/completions"),
        error=errors.NotFoundError,
        says=(
            "Not Found (status 404, url"
            " http://127.0.0.1:{port}/v1/chat/completions/v1/chat/completions)."
            f' {SURPLUS.format("/v1/chat/completions")}. Body: {{{{"detail":"Not Found"}}}}'
        ),
    ),
    "another address": Case(
        settings=at("http://127.0.0.1:{port}/api"),
        error=errors.NotFoundError,
        says=(
            "Not Found (status 404, url http://127.0.0.1:{port}/api/v1/chat/completions)."
            ' Check the name of the model or the id, and server_url. Body: {{"detail":"Not Found"}}'
        ),
    ),
    "a web page": Case(
        settings=at("http://127.0.0.1:{page}/v1"),
        error=errors.ResponseValidationError,
        says=(
            "http://127.0.0.1:{page}/v1/v1/chat/completions answered 200 with text/html, not"
            f" a valid JSON answer; {SURPLUS.format('/v1')}"
        ),
    ),
    "a closed port": Case(
        settings=at("http://127.0.0.1:{closed}"),
        error=errors.APIConnectionError,
        says=(
            "could not connect to 127.0.0.1:{closed} (is the server running?):"
            f" {REFUSED}; tried twice"
        ),
    ),
    "a closed port, without retries": Case(
        settings=at("http://localhost:{closed}", retry_config=None),
        error=errors.APIConnectionError,
        says=(
            "could not connect to localhost:{closed} (is the server running?):"
            f" {REFUSED}; tried once"
        ),
    ),
    "an unknown host": Case(
        settings=at("https://mistral.invalid"),
        error=errors.APIConnectionError,
        says=f"could not connect to mistral.invalid: {NOT_KNOWN}; check server_url; tried twice",
    ),
    "https to a plain port": Case(
        settings=at("https://127.0.0.1:{port}"),
        error=errors.APIConnectionError,
        says=(
            "could not connect to 127.0.0.1:{port}: the server does not speak TLS;"
            " try http://127.0.0.1:{port}"
        ),
    ),
    "a proxy that is not there": Case(
        environment={"HTTPS_PROXY": "http://user:s3cret-word@127.0.0.1:{closed}"},
        error=errors.APIConnectionError,
        says=(
            f"could not connect to {PROXY} HTTPS_PROXY (is it running?): {REFUSED};"
            " set NO_PROXY=api.mistral.ai to connect without it; tried twice"
        ),
    ),
    "a proxy that is not there, for plain http": Case(
        environment={"all_proxy": "127.0.0.1:{closed}"},
        settings=at("http://mistral.invalid", api_key=None),
        error=errors.APIConnectionError,
        says=(
            f"could not connect to {PROXY} all_proxy (is it running?): {REFUSED};"
            " set NO_PROXY=mistral.invalid to connect without it; tried twice"
        ),
    ),
    "a proxy with an unknown name": Case(
        environment={"HTTPS_PROXY": "http://proxy.invalid:3128"},
        error=errors.APIConnectionError,
        says=(
            "could not connect to the proxy http://proxy.invalid:3128 of HTTPS_PROXY:"
            f" {NOT_KNOWN}; set NO_PROXY=api.mistral.ai to connect without it; tried twice"
        ),
    ),
    "a proxy that asks for credentials": Case(
        environment={"HTTPS_PROXY": "http://127.0.0.1:{asking}"},
        error=errors.APIConnectionError,
        says=(
            f"{ASKING} HTTPS_PROXY asks for credentials: 407 Proxy Authentication Required;"
            " set HTTPS_PROXY to http://USER:PASSWORD@127.0.0.1:{asking}"
        ),
    ),
    "a proxy that asks for credentials, for plain http": Case(
        environment={"http_proxy": "http://127.0.0.1:{asking}"},
        settings=at("http://mistral.invalid", api_key=None),
        error=errors.APIConnectionError,
        says=(
            f"{ASKING} http_proxy asks for credentials: 407 Proxy Authentication Required;"
            " set http_proxy to http://USER:PASSWORD@127.0.0.1:{asking}"
        ),
    ),
    "a proxy that does not know the credentials": Case(
        environment={"HTTPS_PROXY": "http://user:s3cret-word@127.0.0.1:{asking}"},
        error=errors.APIConnectionError,
        says=(
            f"{ASKING} HTTPS_PROXY refuses the credentials there:"
            " 407 Proxy Authentication Required; check user and password, and write"
            " a character such as @ in them as %40"
        ),
    ),
    "a proxy that refuses": Case(
        environment={"HTTPS_PROXY": "http://127.0.0.1:{refusing}"},
        error=errors.APIConnectionError,
        says=(
            "the proxy http://127.0.0.1:{refusing} of HTTPS_PROXY did not connect to"
            " api.mistral.ai: 503 Service Unavailable; tried twice"
        ),
    ),
    "a proxy that does not speak TLS": Case(
        environment={"HTTPS_PROXY": "https://127.0.0.1:{port}"},
        error=errors.APIConnectionError,
        says=(
            "the proxy https://127.0.0.1:{port} of HTTPS_PROXY does not speak TLS;"
            " try http://127.0.0.1:{port}"
        ),
    ),
    "a SOCKS proxy without its package": Case(
        environment={"ALL_PROXY": "socks5://user:s3cret-word@127.0.0.1:1080"},
        error=errors.APIConnectionError,
        says=(
            "could not connect to api.mistral.ai: ALL_PROXY is the SOCKS proxy"
            " socks5://127.0.0.1:1080, which needs an extra of httpx2: pip install 'httpx2[socks]'"
        ),
    ),
    "a proxy whose address is not one": Case(
        environment={"ALL_PROXY": "http://user:s3cret-word@127.0.0.1:port"},
        error=errors.APIConnectionError,
        says=(
            "could not connect to api.mistral.ai: ALL_PROXY is 'http://127.0.0.1:port', which is"
            " not the address of a proxy; give one such as http://127.0.0.1:3128"
        ),
    ),
    "a value out of bounds": Case(
        settings=at("http://127.0.0.1:{port}"),
        call={"temperature": 3},
        error=errors.HTTPValidationError,
        says="temperature is 3.0; it should be less than or equal to 1.5",
    ),
    "no key": Case(
        settings={"api_key": None},
        error=errors.MissingKeyError,
        says=(
            "there is no API key for Mistral's server. Set the environment variable"
            " MISTRAL_API_KEY, or pass api_key to the client; keys are made at"
            " https://console.mistral.ai"
        ),
    ),
}


@pytest.fixture(scope="module")
def places():
    """Ports, by the names that they have in `CASES`."""
    with ExitStack() as stack:
        page = Answer(content_type="text/html", body=[b"<!doctype html>"])
        yield {
            "port": stack.enter_context(Simulator()).port,
            "page": stack.enter_context(Simulator(page)).port,
            "closed": nobody(),
            "asking": port_of(stack.enter_context(connect_proxy(credentials="user:p@ssword"))),
            "refusing": port_of(
                stack.enter_context(connect_proxy(refuses_with="503 Service Unavailable"))
            ),
        }


def port_of(proxy):
    return proxy.url.rpartition(":")[2]


def placed(value, places):
    return value.format(**places) if isinstance(value, str) else value


def test_a_message_says_what_where_and_what_to_do(colour, places, monkeypatch, subtests):
    no_names(monkeypatch)
    monkeypatch.setitem(sys.modules, "socksio", None)  # as where the extra is not installed
    for name, case in CASES.items():
        with subtests.test(name), monkeypatch.context() as patch:
            for variable, value in case.environment.items():
                patch.setenv(variable, placed(value, places))
            settings = {"retry_config": once_more(), **case.settings}
            client = colour.client(**{key: placed(each, places) for key, each in settings.items()})
            with pytest.raises(case.error) as caught:
                colour.complete(client, **ASK, **case.call)
            assert str(caught.value) == placed(case.says, places)
            assert "s3cret" not in f"{caught.value!r} {vars(caught.value)}"


def test_a_proxy_of_a_callers_client_is_told_from_the_server(colour, places, subtests):
    proxy = "http://127.0.0.1:{asking}".format(**places)
    tunnel = (
        "the proxy of the HTTP client asks for credentials: 407 Proxy Authentication Required;"
        " put them into its URL, as in http://USER:PASSWORD@HOST:PORT"
    )
    plain = (
        "Proxy Authentication Required (status 407). Put the credentials into the URL of the proxy,"
        " as in http://USER:PASSWORD@HOST:PORT."
    )
    for scheme, says in (("https", tunnel), ("http", plain)):
        with subtests.test(scheme), callers_own(colour, proxy=proxy) as own:
            client = colour.client(api_key=None, server_url=f"{scheme}://mistral.invalid", **own)
            with pytest.raises(errors.MistralClientError) as caught:
                colour.complete(client, **ASK)
            assert str(caught.value) == says
