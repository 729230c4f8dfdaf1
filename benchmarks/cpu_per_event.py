"""CPU time that a client spends on one streamed event: this package, a loop by hand, the generated SDK.

    python benchmarks/cpu_per_event.py [--generated PYTHON] [--rounds 5]

A server in a process of its own sends the same 2,000 events in bulk, each round to each
client in turn; the figures are medians of the rounds and the ratio to this package.
PYTHON is an interpreter that has `mistralai==3.7.0` from the public index.
"""

import argparse
import contextlib
import json
import socket
import statistics
import subprocess
import sys
import threading

EVENTS = 2000

CLIENTS = {
    "this package": """
from mistralai import Mistral
from mistralai.models import UserMessage
client = Mistral("key", server_url=URL)
def run():
    with client.chat.stream(model="m", messages=[UserMessage(content="x")]) as stream:
        return sum(len(e.data.choices[0].delta.content or "") for e in stream)
""",
    "by hand: httpx2, EventSource, json": """
import json, httpx2
client = httpx2.Client()
def run():
    total = 0
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}
    with client.stream("POST", URL + "/v1/chat/completions", json=body) as response:
        for event in httpx2.EventSource(response):
            if event.data == "[DONE]":
                break
            total += len(json.loads(event.data)["choices"][0]["delta"].get("content") or "")
    return total
""",
    "generated SDK": """
from mistralai.client import Mistral
client = Mistral(api_key="key", server_url=URL)
def run():
    with client.chat.stream(model="m", messages=[{"role": "user", "content": "x"}]) as stream:
        return sum(len(e.data.choices[0].delta.content or "") for e in stream)
""",
}

MEASURE = """
import sys, time
URL = sys.argv[1]
exec(sys.argv[2])
run()  # warm: imports, connection
before = time.process_time()
assert run() > 0
print((time.process_time() - before) * 1e6)
"""


def answer() -> bytes:
    """The recorded shape of a text answer."""
    chunk = {
        "id": "b5c1e6d2a0b94e7d9b1f3a5c7d9e1f20",
        "object": "chat.completion.chunk",
        "created": 1770000000,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": " word"}, "finish_reason": None}],
        "p": "abcdefghijklmnop",
    }
    middle = b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"
    last = middle.replace(b'"finish_reason":null', b'"finish_reason":"stop"')
    return middle * (EVENTS - 1) + last + b"data: [DONE]\n\n"


def serve(listener: socket.socket) -> None:
    """Answer every request on every connection with the same stream."""
    body = answer()
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    pieces = [body[i : i + 16384] for i in range(0, len(body), 16384)]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"

    def connection(sock: socket.socket) -> None:
        with sock, contextlib.suppress(ConnectionError):
            while sock.recv(65536):
                sock.sendall(head + chunked)

    while True:
        sock, _ = listener.accept()
        threading.Thread(target=connection, args=(sock,), daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generated", metavar="PYTHON", help="interpreter with mistralai 3.7.0")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        serve(listener)
    with subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        try:
            report(url, options.generated, options.rounds)
        finally:
            server.terminate()


def report(url: str, generated: str | None, rounds: int) -> None:
    pythons = dict.fromkeys(CLIENTS, sys.executable) | {"generated SDK": generated}
    measured: dict[str, list[float]] = {name: [] for name, python in pythons.items() if python}
    for _ in range(rounds):
        for name, times in measured.items():
            # The generated SDK has this package's name: it must not find this one by PYTHONPATH.
            isolated = ["-E"] if name == "generated SDK" else []
            command = [str(pythons[name]), *isolated, "-c", MEASURE, url, CLIENTS[name]]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            times.append(float(output) / EVENTS)
    ours = statistics.median(measured["this package"])
    for name, times in measured.items():
        median = statistics.median(times)
        print(f"{name:36} {median:8.1f} us an event   {median / ours:6.1f} x")


if __name__ == "__main__":
    main()
