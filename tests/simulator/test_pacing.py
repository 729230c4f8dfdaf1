"""Waiting by the loop's clock, for thousands of streams at once."""

import asyncio

from mistralai.simulator.pacing import Ticks


class Counting(asyncio.SelectorEventLoop):
    """A loop that counts its timers."""

    timers = 0

    def call_at(self, *args, **kwargs):
        self.timers += 1
        return super().call_at(*args, **kwargs)


def test_waiters_of_a_millisecond_share_a_timer_and_none_is_early():
    async def wait():
        loop, ticks = asyncio.get_running_loop(), Ticks()
        tick = int(loop.time() * 1000) + 5
        waits = [ticks.sleep_until(tick / 1000 - part / 1_000_000) for part in range(1, 1000)]
        waits[0].cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        assert loop.timers == 1
        assert loop.time() > tick / 1000 - 1e-6
        await ticks.sleep_until(tick / 1000)  # a past time: done in the loop's next turn
        assert loop.timers == 2

    with asyncio.Runner(loop_factory=Counting) as runner:
        runner.run(wait())
