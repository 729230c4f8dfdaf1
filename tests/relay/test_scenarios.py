"""What a relay promises, over each store."""

import anyio
import pytest

from support.relay import SCENARIOS, in_memory

pytestmark = pytest.mark.anyio


async def test_a_relay_in_memory_keeps_its_promises(subtests):
    for scenario in SCENARIOS:
        with subtests.test(scenario.__name__):
            with anyio.fail_after(10):
                await scenario(in_memory)
