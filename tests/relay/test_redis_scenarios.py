"""What a relay promises, over Redis as fakeredis plays it."""

from functools import partial

import anyio
import fakeredis
import pytest

from mistralai.relay import RedisStore
from support.relay import SCENARIOS, worlds_of

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]


async def test_a_relay_over_redis_keeps_its_promises(subtests):
    for scenario in SCENARIOS:
        with subtests.test(scenario.__name__), anyio.fail_after(10):
            server = fakeredis.FakeServer()
            store = partial(RedisStore, fakeredis.FakeAsyncRedis(server=server))
            await scenario(worlds_of(store, store))
