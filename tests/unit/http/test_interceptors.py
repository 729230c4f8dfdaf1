"""Whoever replaces a method of httpx2's or httpcore2's transports sees every request."""

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any

import anyio
import httpcore2
import httpx2
import pytest

from mistralai.client._http import interceptors
from mistralai.client._http.transport import AsyncTransport, Transport
from mistralai.simulator import Answer, Simulator


def replacing(original: Any, seen: list[str]) -> dict[str, Callable[..., Any]]:
    """What tests and tracers put in a method's place."""

    def plain(*args: Any, **kwargs: Any) -> Any:
        seen.append("plain")
        return original(*args, **kwargs)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        seen.append("wrapped")
        return original(*args, **kwargs)

    class Descriptor:
        def __get__(self, instance: Any, _owner: Any = None) -> Any:
            return functools.partial(plain, instance)

    return {"plain": plain, "wrapped": wrapped, "descriptor": Descriptor()}  # type: ignore[dict-item]


PLACES = [
    (httpx2.HTTPTransport, "handle_request"),
    (httpcore2.ConnectionPool, "handle_request"),
    (httpcore2.HTTPConnection, "handle_request"),
]
ASYNC_PLACES = [
    (httpx2.AsyncHTTPTransport, "handle_async_request"),
    (httpcore2.AsyncConnectionPool, "handle_async_request"),
    (httpcore2.AsyncHTTPConnection, "handle_async_request"),
]


def test_what_stands_in_a_methods_place_sees_synchronous_requests(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mistralai")
    with Simulator(Answer(body=[b"x"])) as sim, httpx2.Client(transport=Transport()) as client:
        client.get(sim.url)
        for place, name in PLACES:
            seen: list[str] = []
            for kind, function in replacing(getattr(place, name), seen).items():
                seen.clear()
                with monkeypatch.context() as patch:
                    patch.setattr(place, name, function)
                    assert interceptors.sync_is_intercepted(), (place, kind)
                    assert client.get(sim.url).content == b"x"
                    assert seen, (place, kind)
                assert not interceptors.sync_is_intercepted()
        assert client.get(sim.url).content == b"x"
    handed = [line for line in caplog.messages if "intercepted" in line]
    assert len(handed) == 1


def test_what_stands_in_a_methods_place_sees_asynchronous_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with httpx2.AsyncClient(transport=AsyncTransport()) as client:
            for place, name in ASYNC_PLACES:
                seen: list[str] = []
                for kind, function in replacing(getattr(place, name), seen).items():
                    seen.clear()
                    with monkeypatch.context() as patch:
                        patch.setattr(place, name, function)
                        assert interceptors.async_is_intercepted(), (place, kind)
                        assert (await client.get(sim.url)).content == b"x"
                        assert seen, (place, kind)
                    assert not interceptors.async_is_intercepted()

    with Simulator(Answer(body=[b"x"])) as sim:
        anyio.run(main)


def test_one_transport_that_is_instrumented_is_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = Transport()
    seen: list[str] = []
    functions = replacing(transport.handle_request, seen)
    with Simulator(Answer(body=[b"x"])) as sim, httpx2.Client(transport=transport) as client:
        monkeypatch.setattr(transport, "handle_request", functions["wrapped"])
        assert client.get(sim.url).content == b"x"
    assert seen == ["wrapped"]
    assert not interceptors.sync_is_intercepted()


def test_in_a_browser_httpx2_carries_all_and_nothing_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mistralai")
    seen: list[str] = []
    with Simulator(Answer(body=[b"x"])) as sim, httpx2.Client(transport=Transport()) as client:
        client.get(sim.url)
        monkeypatch.setattr(interceptors, "_BROWSER", True)
        monkeypatch.setattr(sys, "platform", "emscripten")
        request = httpx2.Request(
            "GET", sim.url, extensions={"trace": lambda *told: seen.append(told[0])}
        )
        assert client.send(request).content == b"x"
    assert seen  # by httpcore2
    assert caplog.messages == []
