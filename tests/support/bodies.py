"""What the generated SDK sends for many a message, tool and option: `tests/data/bodies.json`.

Each case is the keywords of a call, as Python, and the body that SDK 3.7.0 makes of them. To write
the bodies again, run this file where that SDK is installed: `python tests/support/bodies.py`.
"""

import json
from pathlib import Path
from typing import Any

import httpx2

from mistralai.client import Mistral, models
from mistralai.client.types import UNSET

BODIES = Path(__file__).parent.parent / "data" / "bodies.json"
_NAMES = {name: getattr(models, name) for name in models.__all__} | {"UNSET": UNSET}


def cases() -> dict[str, dict[str, Any]]:
    """Each case by its name: `call`, the keywords, and `body`."""
    return json.loads(BODIES.read_bytes())


def body_of(call: str) -> dict[str, Any]:
    """The body that the client sends for the keywords of a call."""
    bodies: list[bytes] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        bodies.append(request.content)
        return httpx2.Response(200, json=_ANSWER)

    http = httpx2.Client(transport=httpx2.MockTransport(take))
    with http, Mistral(api_key="key", client=http) as client:
        client.chat.complete(model="m", **eval(f"dict({call})", dict(_NAMES)))
    return json.loads(bodies[0])


_ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "model": "m",
    "created": 1,
    "usage": {},
    "choices": [{"index": 0, "message": {"content": "x"}, "finish_reason": "stop"}],
}


if __name__ == "__main__":
    written = [
        f"{json.dumps(name)}: {json.dumps({'call': case['call'], 'body': body_of(case['call'])})}"
        for name, case in cases().items()
    ]
    BODIES.write_text("{\n" + ",\n".join(written) + "\n}\n")
