"""A server in simulated time, for a run's limits: trio's mock clock, no sockets."""

import random
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace

import anyio
import httpx2
import trio
from trio.testing import MockClock

from mistralai.bulk.asking import Asker
from mistralai.bulk.engine import TaskEngine
from mistralai.bulk.gate import Gate
from mistralai.bulk.rows import Row
from mistralai.client.errors import CapacityExceededError, ErrorDetails, RateLimitError
from mistralai.client.models import ChatCompletionResponse
from mistralai.simulator.limits import RateMeter, whole_seconds


class VirtualServer:
    """A client whose server is this object, with rate limits and a time for each answer.

    Args:
        rate: The rate limits.
        latency: Returns the seconds of the next answer.
        tokens: The tokens of a prompt, and those of an answer.

    Attributes:
        sent: The time of each request.
        admitted: The time of each request that was let through.
    """

    def __init__(self, rate, latency, tokens=(10, 20)):
        self.chat = self
        self.sdk_configuration = SimpleNamespace(timeouts=None)
        self.sent, self.admitted = [], []
        self._rate, self._latency, self._tokens = rate, latency, tokens
        self._meter = RateMeter(rate, trio.current_time)

    @asynccontextmanager
    async def stream_async(self, *, model, messages, retries, timeouts, extra_body):  # noqa: ARG002 - a client's
        self.sent.append(trio.current_time())
        await anyio.sleep(0.02)  # the way there
        wait = self._meter.take(sum(self._tokens))
        if wait > 0:
            raise self._refusal(wait)
        self.admitted.append(trio.current_time())
        await anyio.sleep(self._latency())
        yield VirtualStream(*self._tokens)

    def _refusal(self, wait):
        kind = CapacityExceededError if self._rate.code == 3505 else RateLimitError
        details = ErrorDetails(code=str(self._rate.code))
        error = kind("Rate limit exceeded", httpx2.Response(429), "", error=details)
        error.retry_after = float(whole_seconds(wait)) if self._rate.retry_after else None
        return error


@dataclass
class VirtualStream:
    """An answer of the virtual server."""

    prompt: int
    completion: int
    request_id: str = "1"
    timing: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(first_content=0.1, total=0.2)
    )

    async def get_final_completion(self):
        usage = {"prompt_tokens": self.prompt, "completion_tokens": self.completion}
        return ChatCompletionResponse.model_validate({"usage": usage})


class EndlessFeed:
    """Rows without end for an engine, and their outcomes."""

    def __init__(self):
        self.stopped = False
        self.outcomes = []
        self.error = None
        self.observed = SimpleNamespace(current=nullcontext)

    async def next(self):
        index = len(self.outcomes)
        return Row(index, index, str(index), {"messages": [{"role": "user", "content": "x" * 30}]})

    async def finish(self, outcome):
        self.outcomes.append((trio.current_time(), outcome))

    def fail(self, error):
        self.error = error
        self.stopped = True


def simulate(make_server, limits, seconds, seed=1):
    """Ask rows for so many simulated seconds; return the server and the feed.

    The seed is that of the jitter of pauses and of growth.
    """

    async def main():
        server, feed = make_server(), EndlessFeed()
        settings = {"clock": trio.current_time, "randomness": random.Random(seed).random}
        gate = Gate(limits, **settings)
        engine = TaskEngine(gate, Asker(server, {"model": "m"}, limits, gate, **settings).ask)
        with trio.move_on_after(seconds):
            await engine.run(feed)
        if feed.error is not None:
            raise feed.error
        return server, feed

    return trio.run(main, clock=MockClock(autojump_threshold=0))
