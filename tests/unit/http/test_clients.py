"""The clients that are made for callers who pass none: which proxies they go through."""

from collections.abc import Callable

import pytest

from mistralai.client._http.clients import make_async_client, make_client, proxies


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_


P = "http://proxy:3128"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {}),
        ({"HTTP_PROXY": P}, {"http://": P}),
        ({"https_proxy": "proxy:3128"}, {"https://": P}),
        ({"ALL_PROXY": "socks5://s:1"}, {"all://": "socks5://s:1"}),
        ({"HTTPS_PROXY": ""}, {}),
        ({"FTP_PROXY": P}, {}),
        ({"NO_PROXY": "example.org"}, {}),
        ({"HTTPS_PROXY": P, "NO_PROXY": "*"}, {}),
        ({"HTTPS_PROXY": P, "NO_PROXY": "example.org, *"}, {}),
    ],
)
def test_proxies_are_those_that_the_environment_names(
    environment: Callable[..., None], variables: dict[str, str], expected: dict[str, str]
) -> None:
    environment(**variables)
    assert proxies() == expected


@pytest.mark.parametrize(
    ("entry", "pattern"),
    [
        ("example.org", "all://*example.org"),
        (".example.org", "all://*.example.org"),
        ("*.example.org", "all://*.example.org"),
        ("127.0.0.1", "all://127.0.0.1"),
        ("localhost", "all://localhost"),
        ("LocalHost", "all://LocalHost"),
        ("::1", "all://[::1]"),
        ("[::1]", "all://[::1]"),
        ("http://example.org", "http://example.org"),
        ("127.0.0.1:8000", "all://127.0.0.1:8000"),
    ],
)
def test_an_entry_of_no_proxy_exempts_a_host_and_a_name_its_subdomains(
    environment: Callable[..., None], entry: str, pattern: str
) -> None:
    environment(HTTPS_PROXY=P, NO_PROXY=f" {entry} ,,")
    assert proxies() == {"https://": P, pattern: None}


@pytest.mark.parametrize("entry", ["fe80::/10", "\u00fc.example", "all://x:port"])
def test_an_entry_that_is_no_address_exempts_nothing(
    environment: Callable[..., None], entry: str
) -> None:
    environment(HTTPS_PROXY=P, NO_PROXY=f"{entry},example.org")
    assert proxies() == {"https://": P, "all://*example.org": None}
    with make_client():
        assert make_async_client()
