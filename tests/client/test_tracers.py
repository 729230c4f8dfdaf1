"""Replacements of `stream_async` by tracing libraries: every form of the call still works.

Each way of replacing is one that a library uses; those libraries themselves run in
`tests/ecosystem`.
"""

import functools
import inspect
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from itertools import product
from unittest import mock

import pytest

from mistralai import Mistral
from mistralai.client.chat import Chat
from mistralai.client.utils.eventstreaming import EventStreamAsync
from support.serving import ASK

pytestmark = pytest.mark.anyio
OWN = Chat.stream_async


class Proxy:
    """Stands around a function and answers for it, as an object of wrapt does."""

    def __init__(self, wrapped, traced):
        self.__wrapped__, self._traced = wrapped, traced

    @property
    def __class__(self):
        return type(self.__wrapped__)

    def __get__(self, instance, owner):
        return Proxy(self.__wrapped__.__get__(instance, owner), self._traced)

    def __call__(self, *args, **kwargs):
        return self._traced(self.__wrapped__, *args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.__wrapped__, name)


async def traced(method, *args, **kwargs):
    return await method(*args, **kwargs)


async def read_by_a_generator(method, *args, **kwargs):
    stream = await method(*args, **kwargs)
    return (event async for event in stream)


def on_the_class(monkeypatch, _client, tracer):
    @functools.wraps(OWN)
    async def stream_async(self, **params):
        return await tracer(OWN, self, **params)

    monkeypatch.setattr(Chat, "stream_async", stream_async)


def by_a_proxy(monkeypatch, _client, tracer):
    monkeypatch.setattr(Chat, "stream_async", Proxy(OWN, tracer))


def on_the_instance(_monkeypatch, client, tracer):
    own = client.chat.stream_async

    async def stream_async(**params):
        return await tracer(own, **params)

    client.chat.stream_async = stream_async


def in_a_subclass(_monkeypatch, client, tracer):
    class Traced(Chat):
        async def stream_async(self, **params):
            return await tracer(super().stream_async, **params)

    client.chat = Traced(client.sdk_configuration)


async def entered(pending):
    async with pending as stream:
        return await text_of(stream)


async def awaited(pending):
    return await text_of(await pending)


async def text_of(stream):
    return "".join([said(event) async for event in stream])


def said(event):
    return event.data.choices[0].delta.content


FORMS = (entered, awaited, text_of)
PLACES = (on_the_class, by_a_proxy, on_the_instance, in_a_subclass)


async def test_every_form_works_behind_a_tracer(sim, monkeypatch, subtests):
    for place, form, tracer in product(PLACES, FORMS, (traced, read_by_a_generator)):
        before = len(sim.requests)
        with (
            subtests.test(f"{place.__name__}, {form.__name__}, {tracer.__name__}"),
            monkeypatch.context() as patch,
        ):
            async with Mistral("key", server_url=sim.url) as client:
                place(patch, client, tracer)
                assert await form(client.chat.stream_async(**ASK)) == "Hello there"
                assert inspect.iscoroutinefunction(client.chat.stream_async)
            assert len(sim.requests) == before + 1


async def test_dropped_without_use_it_leaves_nothing_behind_a_tracer_either(sim, monkeypatch):
    client = Mistral("key", server_url=sim.url)
    on_the_class(monkeypatch, client, traced)
    client.chat.stream_async(**ASK)
    assert sim.connections == 0


async def test_a_method_that_was_put_back_is_the_own_one(sim):
    chat = Mistral("key", server_url=sim.url).chat
    own = chat.stream_async
    with mock.patch.object(Chat, "stream_async", Proxy(OWN, traced)):
        assert inspect.signature(chat.stream_async) == inspect.signature(own)
        assert not hasattr(OWN, "__wrapped__")
    assert chat.stream_async == own
    chat.stream_async = own
    assert chat.stream_async is own


async def test_a_parsed_stream_is_read_once_where_a_tracer_iterates_for_the_class(sim, monkeypatch):
    traced_types = []
    own = EventStreamAsync.__anext__

    async def events(self):
        traced_types.append(type(self))
        with suppress(StopAsyncIteration):
            while True:
                yield await own(self)

    monkeypatch.setattr(EventStreamAsync, "__aiter__", events)
    async with (
        Mistral("key", server_url=sim.url) as client,
        client.chat.parse_stream_async(list[int], **ASK) as stream,
    ):
        assert isinstance(await stream.get_final_parsed(), list)
    assert traced_types == [EventStreamAsync]


async def test_a_parsed_stream_is_what_a_tracer_made_of_the_stream(sim, monkeypatch):
    async with Mistral("key", server_url=sim.url) as client:
        on_the_class(monkeypatch, client, read_by_a_generator)
        for form in (entered, awaited, text_of):
            text = await form(client.chat.parse_stream_async(list[int], **ASK))
            assert "items" in json.loads(text)


def test_so_is_a_synchronous_one(sim, monkeypatch):
    own = Chat.stream

    def stream(self, **params):
        yield from own(self, **params)

    monkeypatch.setattr(Chat, "stream", stream)
    with Mistral("key", server_url=sim.url) as client:
        text = "".join(said(event) for event in client.chat.parse_stream(list[int], **ASK))
        assert "items" in json.loads(text)


async def test_mocks_are_left_alone(monkeypatch):
    chat = Mistral("key").chat
    monkeypatch.setattr(chat, "stream_async", mock.AsyncMock(return_value="a stream"))
    assert await chat.stream_async(**ASK) == "a stream"
    chat.stream_async.assert_awaited_once_with(**ASK)


async def test_a_stream_is_an_async_generator_to_those_who_ask(sim):
    async with (
        Mistral("key", server_url=sim.url) as client,
        client.chat.stream_async(**ASK) as stream,
    ):
        assert isinstance(stream, AsyncGenerator)
        first = await stream.asend(None)
        assert first.data.choices[0].delta.role == "assistant"
        with pytest.raises(TypeError, match="takes no value; asend"):
            await stream.asend(1)


THROWN = [(KeyError("x"),), (KeyError, "x"), (KeyError, KeyError("x")), (KeyError,)]


async def test_what_is_thrown_into_a_stream_closes_it_and_is_raised(sim, subtests):
    for thrown in THROWN:
        with subtests.test(repr(thrown)):
            client = Mistral("key", server_url=sim.url)
            stream = await client.chat.stream_async(**ASK)
            with pytest.raises(KeyError):
                await stream.athrow(*thrown)
            assert stream.end_reason == "closed"
            await client.aclose()
