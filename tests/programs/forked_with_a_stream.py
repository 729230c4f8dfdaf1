"""Fork a process that has an open stream, and end each child in another way."""

import gc
import os
import sys
from collections.abc import Callable

from common import ASK, say, text

from mistralai import Mistral

client = Mistral()


def ask_for_another() -> None:
    with client.chat.stream(**ASK) as another:
        say(text([next(another)]))


with client.chat.stream(**ASK) as stream:
    say(text([next(stream)]))
    ends: list[Callable[[], object]] = [gc.collect, stream.close, client.close]
    ends += [ask_for_another, sys.exit]
    for end in ends:
        child = os.fork()
        if not child:
            end()
            del stream
            gc.collect()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    say("no child is left")
    say(text(stream), stream.end_reason)
say(text(client.chat.stream(**ASK)))
