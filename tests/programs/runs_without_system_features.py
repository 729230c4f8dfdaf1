"""Call the API on a system that has neither keepalive options of sockets nor forks."""

import os
import socket

__import__("httpcore2")  # loaded first, because it may need these names
for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
    if hasattr(socket, name):
        delattr(socket, name)
for name in ("fork", "register_at_fork"):
    delattr(os, name)

from mistralai import Mistral  # noqa: E402 - after these names are gone

with Mistral() as client:
    client.chat.complete(model="m", messages=[{"role": "user", "content": "Hello"}])
