"""Many calls of one client at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mistralai.simulator import Simulator
from support.colours import COLOURS, UVLOOP


@pytest.mark.uncounted
@pytest.mark.parametrize("colour", [*COLOURS, *UVLOOP], indirect=True)
def test_640_calls_over_16_at_once_are_each_answered_by_their_own_answer(colour):
    with Simulator() as sim, ThreadPoolExecutor(16) as threads:
        client = colour.client(server_url=sim.url)

        def calls(number: int) -> list[str]:
            return [answer(f"word-{number}-{turn}", whole=turn % 2) for turn in range(40)]

        def answer(word: str, *, whole: int) -> str:
            params = {"model": "m", "messages": [{"role": "user", "content": word}]}
            if whole:
                return colour.complete(client, **params).choices[0].message.content
            stream = colour.open(client, **params)
            return colour.call(stream.get_final_text)

        for number, answers in enumerate(threads.map(calls, range(16))):
            assert answers == [f"word-{number}-{turn}" for turn in range(40)]
        assert len(sim.requests) == 640
        assert sim.connections <= 16
        colour.shut(client)
        sim.wait_for_connections()
