from typing import Any, cast

import httpx2
import pytest

from mistralai.client import Mistral, Timeouts

KEY = "a-key-that-nobody-may-see"


def test_http_clients_are_made_when_they_are_first_used_and_kept() -> None:
    configuration = Mistral(KEY).sdk_configuration
    client = configuration.client
    assert isinstance(client, httpx2.Client)
    assert configuration.client is client
    configuration.close()
    assert client.is_closed


@pytest.mark.anyio
async def test_async_http_clients_are_made_when_they_are_first_used_and_kept() -> None:
    configuration = Mistral(KEY).sdk_configuration
    client = configuration.async_client
    assert isinstance(client, httpx2.AsyncClient)
    assert configuration.async_client is client
    await configuration.aclose()
    assert client.is_closed
    await configuration.aclose()


@pytest.mark.anyio
async def test_leaving_an_async_block_closes_the_sync_client_too() -> None:
    async with Mistral(KEY) as mistral:
        client = mistral.sdk_configuration.client
        async_client = mistral.sdk_configuration.async_client
    assert client.is_closed
    assert async_client.is_closed


@pytest.mark.anyio
async def test_a_client_that_the_caller_passed_is_used_and_left_open() -> None:
    with httpx2.Client() as client:
        async with httpx2.AsyncClient() as async_client:
            async with Mistral(KEY, client=client, async_client=async_client) as mistral:
                assert mistral.sdk_configuration.client is client
                assert mistral.sdk_configuration.async_client is async_client
            assert not client.is_closed
            assert not async_client.is_closed


@pytest.mark.anyio
async def test_a_client_that_is_set_later_is_used_and_left_open() -> None:
    configuration = Mistral(KEY).sdk_configuration
    with httpx2.Client() as client:
        async with httpx2.AsyncClient() as async_client:
            configuration.client, configuration.async_client = client, async_client
            assert configuration.client_supplied
            assert configuration.async_client_supplied
            assert (configuration.client, configuration.async_client) == (client, async_client)
            configuration.client = configuration.async_client = None
            assert not configuration.client_supplied
            assert not configuration.async_client_supplied
            assert configuration.client is not client
            configuration.client, configuration.async_client = client, async_client
            configuration.close()
            await configuration.aclose()
            assert not client.is_closed


@pytest.mark.anyio
async def test_closing_a_client_that_was_never_used_opens_nothing() -> None:
    mistral = Mistral(KEY)
    mistral.close()
    mistral.close()
    await mistral.aclose()
    assert mistral.sdk_configuration._client is None
    assert mistral.sdk_configuration._async_client is None


@pytest.mark.anyio
async def test_the_timeouts_of_a_client_that_the_caller_passed_count() -> None:
    with httpx2.Client(timeout=7.0) as client:
        async with httpx2.AsyncClient(timeout=8.0) as async_client:
            both = Mistral(KEY, client=client, async_client=async_client).sdk_configuration
            own = Mistral(KEY).sdk_configuration
            _ = own.client, own.async_client
            for asynchronous, seconds in [(False, 7.0), (True, 8.0)]:
                limits = Timeouts(connect=seconds, first_event=seconds, idle=seconds)
                assert both.supplied_timeouts(asynchronous=asynchronous) == limits
                assert own.supplied_timeouts(asynchronous=asynchronous) is None
            await own.aclose()
            own.close()
            one = Mistral(KEY, client=client).sdk_configuration
            other = Mistral(KEY, async_client=async_client).sdk_configuration
            assert one.supplied_timeouts(asynchronous=True) is None
            assert other.supplied_timeouts(asynchronous=False) is None


def test_a_client_of_the_callers_own_making_may_have_no_timeout() -> None:
    class Plain:
        def build_request(self) -> None: ...
        def send(self) -> None: ...

    configuration = Mistral(KEY, client=cast("Any", Plain())).sdk_configuration
    assert configuration.supplied_timeouts(asynchronous=False) is None
