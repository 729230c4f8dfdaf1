"""Reads streams with the generated SDK, or with this package."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # which `python -I` leaves out

from reads_streams import main

from mistralai.client import Mistral


def stream(url: str, messages: Any) -> Iterator[Any]:
    with Mistral(api_key="key", server_url=url).chat.stream(model="m", messages=messages) as events:
        for event in events:
            yield event.data


main(stream)
