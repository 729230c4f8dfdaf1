"""A client of the standard library alone."""

import json
import urllib.request

from mistralai.simulator import Simulator


def ask(simulator: Simulator, text: str = "Hello", key: str = "key") -> str:
    """Send a chat request and return the content of its answer."""
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    url = f"{simulator.url}/v1/chat/completions"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        content: str = json.load(response)["choices"][0]["message"]["content"]
    return content
