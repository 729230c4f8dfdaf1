"""A site in a process of its own: a relay, and a folder of pages that read it.

    python -m support.relaysite PAGES SERVER_URL [REDIS_URL]

It prints its address, and asks the server at SERVER_URL for every answer.
"""

import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from mistralai import Mistral
from mistralai.relay import MemoryStore, RedisStore, Relay


def main(pages: str, server_url: str, redis_url: str | None = None) -> None:
    """Serve until the process is killed."""
    client = Mistral("key", server_url=server_url)
    store = MemoryStore() if redis_url is None else RedisStore(redis_url, lease=1.0)
    relay = Relay(store)

    def ask(_scope, _body):
        question = {"role": "user", "content": "Hi."}
        return lambda: client.chat.stream_async(model="m", messages=[question])

    def may(_scope, _key, _action):
        return True

    app = Starlette(
        routes=[
            Mount("/chat", relay.asgi(ask, "ai-sdk", may=may)),
            Mount("/events", relay.asgi(ask, "events", may=may)),
            Mount("/pages", StaticFiles(directory=pages)),
        ]
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201 - for the test
        config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off")
        uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
