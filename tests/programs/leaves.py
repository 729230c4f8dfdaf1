"""Leave streams that fall silent after their first text, in every way in which code may leave one.

The second argument is the HTTP client: `ours` or `httpx`; with the third one, `interrupted`, the
last stream is left by an interrupt.
"""

import sys
import threading
from typing import Any

from common import ASK, say, wait

from mistralai import Mistral


def left(stream: Any) -> None:
    say(stream.end_reason, stream.snapshot.choices[0].message.content)
    wait()


def read(client: Mistral, *, fail: bool = False) -> Any:
    with client.chat.stream(**ASK) as stream:
        streams.append(stream)
        for event in stream:
            if event.data.choices[0].delta.content:
                if fail:
                    raise LookupError
                break
    return stream


streams: list[Any] = []


def leave(client: Mistral) -> None:
    left(read(client))  # by break

    try:  # by an exception
        read(client, fail=True)
    except LookupError:
        left(streams[-1])

    stream = client.chat.stream(**ASK)  # by close
    next(stream)
    next(stream)
    stream.close()
    left(stream)

    stream = client.chat.stream(**ASK)  # by close from another thread
    next(stream)
    next(stream)
    reader = threading.Thread(target=list, args=[stream])
    reader.start()
    stream.close()
    reader.join()
    left(stream)

    with client:  # with its client
        stream = client.chat.stream(**ASK)
        next(stream)
        next(stream)
    stream.close()
    left(stream)


def be_interrupted(client: Mistral) -> None:
    try:
        with client.chat.stream(**ASK) as stream:
            streams.append(stream)
            next(stream)
            next(stream)
            say("reading")
            next(stream)
    except KeyboardInterrupt:
        left(streams[-1])


def main(http: Any = None) -> None:
    leave(Mistral(client=http))
    if "interrupted" in sys.argv:
        be_interrupted(Mistral(client=http))


if sys.argv[2] == "httpx":
    import httpx

    with httpx.Client() as http:
        main(http)
else:
    main()
