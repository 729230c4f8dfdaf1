"""The floor: a socket, httptools, a split by hand, and a decoder passed by the caller.

A blocking socket, or an `asyncio.BufferedProtocol` that decodes in its callback. All connections
share one buffer, because a plain protocol costs asyncio a mapping of 256 KiB per read. Nothing is
checked, kept or timed, so this is the least that reading can cost.
"""

import asyncio
import socket
import ssl
from urllib.parse import urlsplit

import httptools

BODY = (
    b'{"model":"mistral-large-latest","messages":[{"role":"user","content":"Write a poem."}],'
    b'"stream":true}'
)
REQUEST = (
    b"POST %b/v1/chat/completions HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer key\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
)


class Reader:
    """The callbacks of httptools: split the body into events, and pass on the text of each."""

    def __init__(self, decode, take):
        self.done = False
        self._decode = decode
        self._take = take
        self._rest = b""
        self.parser = httptools.HttpResponseParser(self)

    def on_body(self, body):
        *events, self._rest = (self._rest + body).split(b"\n\n")
        for event in events:
            if event != b"data: [DONE]":
                self._take(self._decode(event[6:]).choices[0].delta.content)

    def on_message_complete(self):
        self.done = True


class Client:
    """An address, and the open connections to it."""

    def __init__(self, url):
        address = urlsplit(url)
        self.where = address.hostname, address.port
        self.tls = ssl.create_default_context() if address.scheme == "https" else None
        self.request = REQUEST % (address.path.encode(), len(BODY), BODY)
        self.idle = []

    def connect(self):
        sock = socket.create_connection(self.where)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.tls.wrap_socket(sock, server_hostname=self.where[0]) if self.tls else sock


def stream(client, decode, take):
    sock = client.idle.pop() if client.idle else client.connect()
    sock.sendall(client.request)
    reader = Reader(decode, take)
    while not reader.done:
        reader.parser.feed_data(sock.recv(65536))
    client.idle.append(sock)


BUFFER = memoryview(bytearray(65536))


class Protocol(asyncio.BufferedProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def begin(self, request, reader):
        self.reader = reader
        self.ended = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.ended

    def get_buffer(self, _sizehint):
        return BUFFER

    def buffer_updated(self, nbytes):
        self.reader.parser.feed_data(BUFFER[:nbytes])
        if self.reader.done:
            self.ended.set_result(None)


async def stream_async(client, decode, take):
    if client.idle:
        protocol = client.idle.pop()
    else:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(Protocol, *client.where, ssl=client.tls)
    await protocol.begin(client.request, Reader(decode, take))
    client.idle.append(protocol)
