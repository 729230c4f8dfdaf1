"""Drop streams in every way in which the garbage collector may find them."""

import atexit
import gc
import sys
import threading
from collections.abc import Callable
from typing import Any

from common import ASK, say, wait

from mistralai import Mistral


def unread(client: Mistral) -> None:
    _stream = client.chat.stream(**ASK)  # is dropped


def read(client: Mistral) -> None:
    stream = client.chat.stream(**ASK)  # is dropped
    next(stream)


def in_a_cycle(client: Mistral) -> None:
    stream: Any = client.chat.stream(**ASK)  # is dropped
    next(stream)
    stream.itself = stream
    del stream
    gc.collect()


def by_another_thread(client: Mistral) -> None:
    stream: Any = client.chat.stream(**ASK)  # is dropped
    next(stream)
    stream.itself = stream
    del stream
    collector = threading.Thread(target=gc.collect)
    collector.start()
    collector.join()


def give_the_blocked_ones_time() -> None:
    """Let a thread that the end of the clients woke print what it raises."""
    threads[0].join(0.5)


threads: list[threading.Thread] = []
atexit.register(give_the_blocked_ones_time)  # runs after what was registered later
clients = [Mistral(server_url=url) for url in sys.argv[2:]]
ways: list[Callable[[Mistral], None]] = [unread, read, in_a_cycle, by_another_thread]
for each in clients:
    for way in ways:
        way(each)
        say(way.__name__)
        wait()

blocked = [client.chat.stream(**ASK) for client in clients]
for stream in blocked:
    next(stream)
    threads.append(threading.Thread(target=next, args=(stream,), daemon=True))
    threads[-1].start()
open_at_the_end = [client.chat.stream(**ASK) for client in clients]  # is dropped
for stream in open_at_the_end:
    next(stream)
