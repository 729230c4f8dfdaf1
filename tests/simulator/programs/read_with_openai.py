"""Reads streams with openai."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openai import OpenAI

sys.path.append(str(Path(__file__).parent))  # which `python -I` leaves out

from reading import main


def stream(url: str, messages: list[dict[str, str]]) -> Iterable[Any]:
    client = OpenAI(api_key="key", base_url=f"{url}/v1")
    return client.chat.completions.create(model="m", messages=messages, stream=True)


main(stream)
