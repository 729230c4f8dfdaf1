"""Bodies of calls as the server reads them."""

import json
from typing import Any

from mistralai.client._api.body import build_body
from mistralai.client._api.params import ChatBody

HI = [{"role": "user", "content": "hi"}]


def sent(body: type = ChatBody, *, stream: bool | None = None, **fields: Any) -> Any:
    """Return the body of a call as the server reads it."""
    return json.loads(build_body(body, fields, stream=stream))


def chat(**fields: Any) -> Any:
    """Return the fields that a chat call sends beside its model and messages."""
    body = sent(model="m", messages=HI, **fields)
    assert (body.pop("model"), body.pop("messages")) == ("m", HI)
    return body
