"""The clients that are made for callers who pass none: which proxies they go through."""

import pytest

from mistralai.client._http.clients import make_async_client, make_client
from mistralai.client._http.proxies import proxies


def set_all(patch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        patch.setenv(name, value)


def urls() -> dict[str, str | None]:
    return {pattern: proxy and proxy.url for pattern, proxy in proxies().items()}


P = "http://proxy:3128"


NAMED: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {}),
    ({"HTTP_PROXY": P}, {"http://": P}),
    ({"https_proxy": "proxy:3128"}, {"https://": P}),
    ({"ALL_PROXY": "socks5://s:1"}, {"all://": "socks5://s:1"}),
    ({"HTTPS_PROXY": ""}, {}),
    ({"FTP_PROXY": P}, {}),
    ({"NO_PROXY": "example.org"}, {}),
    ({"HTTPS_PROXY": P, "NO_PROXY": "*"}, {}),
    ({"HTTPS_PROXY": P, "NO_PROXY": "example.org, *"}, {}),
]
PATTERNS = {
    "example.org": "all://*example.org",
    ".example.org": "all://*.example.org",
    "*.example.org": "all://*.example.org",
    "127.0.0.1": "all://127.0.0.1",
    "localhost": "all://localhost",
    "LocalHost": "all://LocalHost",
    "::1": "all://[::1]",
    "[::1]": "all://[::1]",
    "http://example.org": "http://example.org",
    "127.0.0.1:8000": "all://127.0.0.1:8000",
}


def test_proxies_are_those_that_the_environment_names(subtests, monkeypatch):
    for variables, expected in NAMED:
        with subtests.test(str(variables)), monkeypatch.context() as patch:
            set_all(patch, **variables)
            assert urls() == expected


def test_an_entry_of_no_proxy_exempts_a_host_and_a_name_its_subdomains(subtests, monkeypatch):
    for entry, pattern in PATTERNS.items():
        with subtests.test(entry), monkeypatch.context() as patch:
            set_all(patch, HTTPS_PROXY=P, NO_PROXY=f" {entry} ,,")
            assert urls() == {"https://": P, pattern: None}


def test_an_entry_that_is_no_address_exempts_nothing(subtests, monkeypatch):
    for entry in ("fe80::/10", "\u00fc.example", "all://x:port"):
        with subtests.test(entry), monkeypatch.context() as patch:
            set_all(patch, HTTPS_PROXY=P, NO_PROXY=f"{entry},example.org")
            assert urls() == {"https://": P, "all://*example.org": None}
            with make_client():
                assert make_async_client()
