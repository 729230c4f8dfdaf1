"""Texts in the common formats of JSON Schema, made from a seed."""

import base64
import datetime as dt
import random
import uuid
from collections.abc import Callable, Mapping
from typing import Final

_WORDS: Final = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "island",
    "juniper",
    "kestrel",
    "lagoon",
    "meadow",
    "north",
    "orchard",
    "prairie",
    "quartz",
    "river",
    "summit",
    "tundra",
    "umber",
    "valley",
    "willow",
    "yonder",
    "zephyr",
]
_FIRST: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def words(chance: random.Random, least: int = 0, most: int | None = None) -> str:
    """Make some words whose length lies within bounds."""
    made = chance.choice(_WORDS)
    while len(made) < least:
        made += " " + chance.choice(_WORDS)
    return made if most is None else made[:most].ljust(least, "x")


def _moment(chance: random.Random) -> dt.datetime:
    return _FIRST + dt.timedelta(seconds=chance.randrange(31_536_000))


def _host(chance: random.Random) -> str:
    return f"{chance.choice(_WORDS)}.example"


FORMATS: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "date-time": lambda chance: _moment(chance).isoformat().replace("+00:00", "Z"),
    "date": lambda chance: _moment(chance).date().isoformat(),
    "time": lambda chance: _moment(chance).time().isoformat() + "Z",
    "duration": lambda chance: f"PT{chance.randint(1, 59)}M",
    "email": lambda chance: f"{chance.choice(_WORDS)}@{_host(chance)}",
    "hostname": _host,
    "ipv4": lambda chance: f"192.0.2.{chance.randint(1, 254)}",
    "ipv6": lambda chance: f"2001:db8::{chance.randint(1, 0xFFFF):x}",
    "uri": lambda chance: f"https://{_host(chance)}/{chance.choice(_WORDS)}",
    "uri-reference": lambda chance: f"/{chance.choice(_WORDS)}",
    "uuid": lambda chance: str(uuid.UUID(int=chance.getrandbits(128), version=4)),
    "json-pointer": lambda chance: f"/{chance.choice(_WORDS)}",
    "regex": lambda chance: chance.choice(_WORDS),
    "byte": lambda chance: base64.b64encode(chance.choice(_WORDS).encode()).decode(),
    "base64url": lambda chance: base64.urlsafe_b64encode(chance.choice(_WORDS).encode()).decode(),
    "json-string": lambda chance: f'"{chance.choice(_WORDS)}"',
}
"""One maker for each format. A format that is not here only annotates."""
