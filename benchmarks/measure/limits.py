"""The accuracy of this package's timeouts: the measured time as a multiple of the set one."""

import asyncio
import time

QUESTION = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


def limits(_client, base, *, limit, **_):
    from mistralai import Mistral, Timeouts

    cases = {
        "connect": (base.replace("http:", "https:"), Timeouts(connect=limit)),  # no TLS there
        "first_event": (f"{base}/hold-0", Timeouts(first_event=limit)),
        "idle": (f"{base}/hold-5", Timeouts(idle=limit)),
        "total": (f"{base}/paced-50-500", Timeouts(total=limit)),
    }
    figures = {}
    for read in (_read, _read_async):  # so that all modules are loaded
        read(Mistral(api_key="key", server_url=f"{base}/bulk-1"))
    for phase, (url, timeouts) in cases.items():
        client = Mistral(api_key="key", server_url=url, timeouts=timeouts, retry_config=None)
        for name, read in ((phase, _read), (f"{phase}_async", _read_async)):
            figures[name] = _waited(client, read, phase) / limit
    return figures


def _waited(client, read, phase):
    from mistralai.errors import APITimeoutError

    started = time.perf_counter()
    try:
        read(client)
    except APITimeoutError as error:
        if error.phase == phase:
            return time.perf_counter() - started
        raise
    raise AssertionError(f"the timeout {phase} did not end the stream")


def _read(client):
    with client.chat.stream(**QUESTION) as stream:
        stream.until_done()


def _read_async(client):
    async def read():
        async with client.chat.stream_async(**QUESTION) as stream:
            await stream.until_done()

    asyncio.run(read())
