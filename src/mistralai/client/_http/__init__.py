"""Connections: HTTP/1.1 of this package's own, between httpx2 and sockets.

The door is `transport.Transport` and `transport.AsyncTransport`, which are httpx2 transports: an
ordinary `httpx2.Client` sends a request to them and gets a response back. Below are sockets, one
module for each kind: `sockets` for threads, `aio` for asyncio and uvloop, `trionet` for trio.
What they share is without I/O: `h1` frames requests and responses, `pool` keeps idle connections,
`deadline` is a limit that moves, `addresses` orders the addresses of a name.
"""
