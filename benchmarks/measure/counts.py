"""The counters of the server."""

import json
from urllib.request import ProxyHandler, build_opener

_opener = build_opener(ProxyHandler({}))


def counts(control: str) -> dict:
    """Return the `Counts` of the server."""
    with _opener.open(f"{control}/counts") as answer:
        return json.load(answer)
