"""Followers over HTTP, in a process of their own: `python -m benchmarks.measure.readers PORT N`.

The first one starts the stream, the others follow it. Printed are the number of events that they
received, and the milliseconds since the model's server wrote them.
"""

import asyncio
import json
import re
import sys
import time

TEXT = re.compile(rb'"text": ?"(\d+)"')
HEAD = "%s HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
SAMPLE = 20


async def main(port: int, followers: int) -> None:
    key = f"stream-{time.monotonic_ns()}"
    body = json.dumps({"id": key})
    requests = [HEAD % ("POST /", len(body), body)]
    requests += [HEAD % (f"GET /{key}/stream", 0, "")] * (followers - 1)
    first = await connect(port, requests[0])
    await first.readuntil(b"\r\n\r\n")  # once it has headers, the key has a stream
    others = [await connect(port, request) for request in requests[1:]]
    counts = await asyncio.gather(*map(read, [first, *others], range(followers)))
    print(json.dumps({"delivered": sum(counts), "lags": lags}))


async def connect(port: int, request: str) -> asyncio.StreamReader:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    writers.append(writer)
    return reader


async def read(reader: asyncio.StreamReader, place: int) -> int:
    began, count = time.monotonic_ns(), 0
    async for line in reader:
        if found := TEXT.search(line):
            count += 1
            stamp = int(found[1])
            if place < SAMPLE and stamp > began:
                lags.append((time.monotonic_ns() - stamp) / 1e6)
    return count


lags: list[float] = []
writers: list[asyncio.StreamWriter] = []  # a writer that is dropped closes its connection

if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
