"""The relay in real servers, frameworks and behind a proxy. Run by `make test-relay`."""

import importlib.util
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import httpx2
import pytest

from support.asgi_servers import SERVERS, free_port, serving
from support.processes import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        importlib.util.find_spec("granian") is None, reason="needs the environment .relay"
    ),
]

BROKEN = (httpx2.RemoteProtocolError, httpx2.ReadError)


def numbers_in(text):
    return [int(number) for number in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]


@pytest.fixture(params=[*SERVERS, "hypercorn with HTTP/2"])
def server(request):
    name, http2, _ = request.param.partition(" with HTTP/2")
    with serving(name, http2=bool(http2)) as served:
        yield served


def test_a_server_streams_at_once_sees_who_leaves_and_serves_again(server):
    with server.starting("c/7 €") as first:
        first.until(": open")
        assert numbers_in(first.text) == []
        assert "connection" not in first.response.headers
        assert first.response.headers["content-type"] == "text/event-stream"
        server.say("c/7 €", "Hel")
        first.until('"Hel"')
        with server.reading("GET", "/c%2F7%20%E2%82%AC/stream") as second:
            second.until('"Hel"')
            server.say("c/7 €", "lo", "")
            assert second.rest() == first.rest()
    assert numbers_in(first.text) == [1, 2, 3, 4, 5]
    rest = server.get("/c%2F7%20%E2%82%AC/stream", **{"Last-Event-ID": "3"})
    assert numbers_in(rest.text) == [4, 5]
    assert server.get("/c%2F7%20%E2%82%AC/stream?after=5").status_code == 204
    assert server.get("/c%2F7%20%E2%82%AC/stream?after=6").status_code == 400
    assert server.get("/nowhere").status_code == 404
    head = server.head("/c%2F7%20%E2%82%AC/stream")
    assert (head.status_code, head.content) == (200, b"")
    with server.starting("left", "Hel") as reader:
        reader.until('"Hel"')
    assert server.get("/closed/left").text == "closed"  # the model was silent
    assert '"status":"stopped"' in server.get("/left/stream").text


def test_a_server_breaks_off_what_is_not_whole(subtests):
    for name in SERVERS:
        with subtests.test(name), serving(name, RELAY_SETTINGS={"protocol": "text"}) as served:
            with served.starting("whole", "Hel", "lo", "") as whole:
                assert whole.rest() == "Hello"
            with served.starting("cut", "Hel") as cut:
                cut.until("Hel")
                served.say("cut", "fail")
                with pytest.raises(BROKEN):
                    cut.rest()
            assert cut.text == "Hel"


def test_a_reader_that_reads_nothing_is_dropped_and_comes_back(subtests):
    """Not on trio: there hypercorn shields its sending, so that nothing can end it."""
    for name in set(SERVERS) - {"hypercorn on trio"}:
        with (
            subtests.test(name),
            serving(name, RELAY_SETTINGS={"send_timeout": 3}) as served,
            socket.create_connection(("127.0.0.1", served.port)) as frozen,
        ):
            frozen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            body = json.dumps({"id": "f", "say": ["Hel"]})
            head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            frozen.sendall(f"{head}{body}".encode())
            received = b""
            while b'"Hel"' not in received:
                received += frozen.recv(65536)
            served.say("f", *["1000000"] * 10)
            assert served.get("/closed/f").text == "closed"  # its only reader was dropped
            back = served.get("/f/stream?after=2").text
            assert numbers_in(back) == list(range(3, 14))
            assert '"status":"stopped"' in back[-100:]


def test_middleware_that_compresses_holds_nothing_back():
    with serving(RELAY_FRONT="gzip") as served, served.starting("z") as reader:
        reader.until(": open")
        served.say("z", "Hel")
        reader.until('"Hel"')
        assert "content-encoding" not in reader.response.headers


def test_a_relay_is_mounted_in_fastapi(subtests):
    for root, paths in (("", ["/chat"]), ("/api", ["/chat", "/api/chat"])):
        with serving(RELAY_FRONT=f"fastapi{root}") as served:
            for path in paths:
                with subtests.test(root=root, path=path):
                    key = path.strip("/")
                    with served.starting(key, "Hel", "", path=f"{path}/") as reader:
                        reader.rest()
                    again = served.get(f"{path}/{key.replace('/', '%2F')}/stream")
                    assert again.text == reader.text
                    assert served.get(f"{path}/nowhere").status_code == 404
                    assert served.post(f"{path}/x/stop").json() == {"status": "missing"}


CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {settings}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{upstream}; }}
    }}
}}
"""


@contextmanager
def behind_nginx(folder, upstream, settings=""):
    """Run nginx in front of a port; gives a client of it."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, port=port, upstream=upstream, settings=settings)
    )
    command = ("-p", folder, "-e", "stderr", "-c", configuration)
    with running(shutil.which("nginx"), *command, stderr=subprocess.PIPE) as nginx:
        while "start worker process " not in (line := nginx.stderr.readline()):
            assert line, "nginx ended"
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
        nginx.terminate()
        nginx.wait(60)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_nginx_with_its_defaults_holds_nothing_back(tmp_path, subtests):
    compressing = "gzip on; gzip_types text/event-stream text/plain; gzip_proxied any;"
    for settings in ("", compressing):
        with (
            subtests.test(settings=settings),
            serving() as served,
            behind_nginx(tmp_path, served.port, settings) as client,
        ):
            body = json.dumps({"id": "n"})
            with client.stream("POST", "/", content=body) as response:
                pieces = response.iter_text()
                assert next(pieces).startswith(": open")
                served.say("n", "Hel")
                text = ""
                while '"Hel"' not in text:
                    text += next(pieces)
            assert served.get("/closed/n").text == "closed"  # who leaves nginx is seen behind it
            assert numbers_in(client.get("/n/stream?after=2").text) == [3]


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_without_may_a_request_by_nginx_is_not_local(tmp_path):
    with serving(RELAY_MAY="") as served, behind_nginx(tmp_path, served.port) as client:
        assert served.get("/x/stream").status_code == 204
        refused = client.get("/x/stream")
        assert (refused.status_code, "may=" in refused.text) == (403, True)


FOLLOW = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=200) as answer:
    while piece := answer.read1(1000):
        sys.stdout.write(piece.decode())
        sys.stdout.flush()
"""


def test_a_process_that_is_frozen_for_a_minute_comes_back_with_its_number():
    """It is dropped after half a minute, with the defaults; another reader does not notice."""
    with serving() as served, served.starting("m", "Hel") as awake:
        awake.until('"Hel"')
        url = f"http://127.0.0.1:{served.port}/m/stream"
        with running(
            sys.executable, "-c", FOLLOW, url, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as frozen:
            seen = ""
            while '"Hel"' not in seen:
                seen += frozen.stdout.readline()
            frozen.send_signal(signal.SIGSTOP)
            served.say("m", *["1000000"] * 12)
            awake.until("id: 14\n")
            with pytest.raises(subprocess.TimeoutExpired):
                frozen.wait(60)
            served.say("m", "")
            assert numbers_in(awake.rest()) == list(range(1, 17))
            frozen.send_signal(signal.SIGCONT)
            out, err = frozen.communicate(timeout=60)
            assert "IncompleteRead" in err
            seen += out
        number = numbers_in(seen)[-1]
        assert 2 < number < 14
        # The last event may be cut, and then it has no blank line.
        if not seen.endswith("\n\n"):
            number -= 1
        back = served.get(f"/m/stream?after={number}")
        assert numbers_in(back.text) == list(range(number + 1, 17))


FOLLOWERS = """
import asyncio, hashlib, resource, sys

port, count = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))

async def follow(opened):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /many/stream HTTP/1.1\\r\\nHost: localhost\\r\\n")
    writer.write(b"Connection: close\\r\\n\\r\\n")
    await reader.readuntil(b": open\\n\\n")
    opened.release()
    body = b"".join([line async for line in reader if b":" in line])
    writer.close()
    return hashlib.sha256(body).hexdigest(), body.count(b"id: ")

async def main():
    opened = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(follow(opened)) for _ in range(count)]
    for _ in tasks:
        await opened.acquire()
    print("open", flush=True)
    print(len(results := await asyncio.gather(*tasks)), *{number for _, number in results})

asyncio.run(main())
"""


def test_a_thousand_readers_of_one_answer_of_which_one_is_frozen():
    with serving(RELAY_SETTINGS={"send_timeout": 20}) as served, ExitStack() as stack:
        reader = stack.enter_context(served.starting("many"))
        reader.until(": open")
        commands = [
            stack.enter_context(
                running(
                    sys.executable, "-c", FOLLOWERS, str(served.port), str(count),
                    stdout=subprocess.PIPE,
                )
            )
            for count in (999, 1)
        ]  # fmt: skip
        for command in commands:
            assert command.stdout.readline() == "open\n"
        commands[1].send_signal(signal.SIGSTOP)
        for number in range(100):
            served.say("many", f"word {number} " * 10)
        served.say("many", "")
        assert commands[0].stdout.readline() == "999 103\n"
        assert numbers_in(reader.rest()) == list(range(1, 104))
        commands[1].send_signal(signal.SIGCONT)
        assert commands[1].stdout.readline() == "1 103\n"
