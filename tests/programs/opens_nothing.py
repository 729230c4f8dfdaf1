"""Make a client, and see that this opens nothing and loads no HTTP library."""

import sys

before = set(sys.modules)  # a coverage tool may have loaded what it needs
seen: list[str] = []
sys.addaudithook(lambda event, _: seen.append(event))

from mistralai import Mistral  # noqa: E402 - it is seen

_chat = Mistral(api_key="key", server_url="https://mistral.example").chat
assert not {event for event in seen if event.startswith(("socket.", "subprocess."))}
assert not {"httpx2", "pydantic", "ssl", "socket"} & (sys.modules.keys() - before)
