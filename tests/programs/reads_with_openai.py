"""Reads streams with openai."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # which `python -I` leaves out

from reads_streams import main

openai: Any = importlib.import_module("openai")  # not installed where types are checked


def stream(url: str, messages: Any) -> Iterator[Any]:
    client = openai.OpenAI(api_key="key", base_url=f"{url}/v1")
    yield from client.chat.completions.create(model="m", messages=messages, stream=True)


main(stream)
