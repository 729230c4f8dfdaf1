import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import trio
from mistralai.client.clients import (
    AsyncTransport,
    Transport,
    make_async_client,
    make_client,
    proxies,
)
from mistralai.client.network import AsyncBackend, SyncBackend

from mistralai.client import clients
from mistralai.simulator import Answer, Simulator

RUN: list[Callable[[Any], Any]] = [lambda main: asyncio.run(main()), trio.run]
either_loop = pytest.mark.parametrize("run", RUN, ids=["asyncio", "trio"])


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_


# --- proxies -----------------------------------------------------------------

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


# --- connections -------------------------------------------------------------


@pytest.fixture
def sim() -> Any:
    with Simulator(Answer(body=[b"answer"])) as sim:
        yield sim


def request(sim: Simulator) -> httpx2.Request:
    return httpx2.Request("GET", sim.url)


def test_a_transport_is_made_at_the_first_request_of_its_kind(sim: Simulator) -> None:
    transport = Transport()
    assert transport._made == {}
    transport.close()
    transport.handle_request(request(sim)).read()
    (plain,) = transport._made.values()
    transport.handle_request(request(sim)).read()
    assert list(transport._made.values()) == [plain]
    transport.close()
    sim.wait_for_connections()


@either_loop
def test_an_async_transport_keeps_the_connections_of_loops_apart(
    sim: Simulator, run: Callable[[Any], Any]
) -> None:
    transport = AsyncTransport()

    async def main() -> None:
        for _ in range(2):
            response = await transport.handle_async_request(request(sim))
            await response.aread()
            await response.aclose()

    for loops in (1, 2, 3):
        run(main)
        sim.wait_for_connections()
        assert sim.connections == loops


@either_loop
def test_the_end_of_a_loop_closes_its_connections_and_forgets_it(
    sim: Simulator, run: Callable[[Any], Any]
) -> None:
    transport = AsyncTransport()

    async def main() -> None:
        await (await transport.handle_async_request(request(sim))).aread()
        assert sim.open_connections == 1

    run(main)
    sim.wait_for_connections()
    gc.collect()
    assert len(transport._loops) == 0


@either_loop
def test_a_loop_can_close_its_connections_before_its_end_and_use_others_after(
    sim: Simulator, run: Callable[[Any], Any]
) -> None:
    transport = AsyncTransport()

    async def main() -> None:
        await transport.aclose()
        for _ in range(2):
            await (await transport.handle_async_request(request(sim))).aread()
            await transport.aclose()
            await transport.aclose()

    run(main)
    sim.wait_for_connections()
    assert sim.connections == 2


def test_a_child_that_a_fork_made_has_transports_without_connections(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[object] = []
    monkeypatch.setattr(clients, "_of_the_parent", kept)
    transport = Transport()
    transport.handle_request(request(sim)).read()
    transport._lock.acquire()  # as another thread may hold it at the fork
    clients._after_fork()
    transport.handle_request(request(sim)).read()
    assert sim.open_connections == sim.connections == 2  # neither was touched
    transport.close()
    sim.wait_for_connections(at_most=1)
    (parents,) = [made for held in kept if isinstance(held, dict) for made in held.values()]
    parents.close()


# --- httpcore2's names -------------------------------------------------------


@pytest.mark.parametrize(
    ("transport", "backend"),
    [(httpx2.HTTPTransport, SyncBackend), (httpx2.AsyncHTTPTransport, AsyncBackend)],
)
@pytest.mark.parametrize("proxy", [None, P])
def test_the_pool_makes_its_connections_with_our_backend(
    transport: type[Any], backend: type[Any], proxy: str | None
) -> None:
    made = clients._with_backend(transport(verify=False, proxy=proxy), backend)
    assert isinstance(made._pool._network_backend, backend)


@pytest.mark.parametrize("missing", ["_pool", "_network_backend"])
def test_where_a_private_name_is_missing_the_transport_stays_as_it_is(missing: str) -> None:
    transport = httpx2.HTTPTransport(verify=False)
    pool = transport._pool
    held: Any = transport if missing == "_pool" else pool
    before = vars(held).pop(missing)
    try:
        assert clients._with_backend(transport, SyncBackend) is transport
        assert not isinstance(getattr(pool, "_network_backend", None), SyncBackend)
    finally:
        setattr(held, missing, before)
    transport.close()


def test_without_our_backend_connections_are_kept_alive_all_the_same(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "_with_backend", lambda transport, _: transport)
    transport = Transport()
    response = transport.handle_request(request(sim))
    sock = response.extensions["network_stream"].get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    response.close()
    transport.close()
