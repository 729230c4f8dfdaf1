"""The requests that the generated SDK sends for many calls: `tests/data/requests.json`.

Each case is a method, its keywords as Python, and the request that SDK 3.7.0 makes of them. To
write the requests again, run this file where that SDK is installed:
`PYTHONPATH=tests python -m support.sdk_requests`.
"""

import asyncio
import contextlib
import json
from pathlib import Path

from mistralai.client import Mistral, errors
from support.recorder import recording
from support.sdk_cases import call, store

REQUESTS = Path(__file__).parent.parent / "data" / "requests.json"


def cases():
    """Return each case by its name: `call`, `keywords` and `request`."""
    return json.loads(REQUESTS.read_bytes())


def requests_of(chosen):
    """Return the request of each case, in the order of the cases."""
    with recording() as (url, received), Mistral(api_key="key", server_url=url) as client:
        for case in chosen:
            with contextlib.suppress(errors.SDKError):
                call(client, case)
    return received


async def requests_of_async(chosen):
    """Return the request of each case's asynchronous twin, in the order of the cases."""
    with recording() as (url, received):
        async with Mistral(api_key="key", server_url=url) as client:
            for case in chosen:
                with contextlib.suppress(errors.SDKError):
                    await call(client, case, "_async")
    return received


if __name__ == "__main__":
    found = cases()
    made = requests_of(found.values())
    assert made == asyncio.run(requests_of_async(found.values()))
    pairs = zip(found.items(), made, strict=True)
    store(REQUESTS, {name: {**case, "request": request} for (name, case), request in pairs})
