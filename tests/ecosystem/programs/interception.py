"""httpx2-pytest and vcrpy, with the client as it comes. pytest runs this in an environment."""

import asyncio
import json

import pytest
import vcr

from mistralai import Mistral
from mistralai.simulator import Simulator

ASK = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}
EVENT = {"id": "1", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
BODY = f"data: {json.dumps(EVENT)}\n\ndata: [DONE]\n\n"


def read(client):
    return client.chat.stream(**ASK).get_final_text()


def read_async(client):
    async def text():
        async with client.chat.stream_async(**ASK) as stream:
            return await stream.get_final_text()

    return asyncio.run(text())


both = pytest.mark.parametrize("read", [read, read_async])


@both
def test_httpx2_pytest_answers(httpx2_mock, read):
    url = "https://api.mistral.ai/v1/chat/completions#stream"
    httpx2_mock.add_response(url=url, text=BODY, headers={"content-type": "text/event-stream"})
    assert read(Mistral("key")) == "Hi"
    [request] = httpx2_mock.get_requests()
    assert json.loads(request.content)["stream"] is True


@both
def test_vcrpy_records_and_plays(tmp_path, read):
    cassette = str(tmp_path / "cassette.yaml")
    with Simulator() as sim, vcr.use_cassette(cassette, filter_headers=["authorization"]):
        assert read(Mistral("key", server_url=sim.url)) == "Hello there"
        assert len(sim.requests) == 1
    with vcr.use_cassette(cassette, record_mode="none") as played:
        assert read(Mistral("key", server_url=sim.url)) == "Hello there"
    assert played.play_count == 1
