"""Texts in the common formats of JSON Schema, made from a seed."""

import base64
import datetime as dt
import random
from collections.abc import Callable, Mapping
from typing import Final

from ..uuids import uuid_of

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


def _ipv4(chance: random.Random) -> str:
    return f"192.0.2.{chance.randint(1, 254)}"


def _ipv6(chance: random.Random) -> str:
    return f"2001:db8::{chance.randint(1, 0xFFFF):x}"


def _base64(chance: random.Random) -> str:
    return base64.b64encode(chance.choice(_WORDS).encode()).decode()


def _uuid(version: int) -> Callable[[random.Random], str]:
    return lambda chance: uuid_of(chance.getrandbits(128), version)


FORMATS: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "date-time": lambda chance: _moment(chance).isoformat().replace("+00:00", "Z"),
    "date": lambda chance: _moment(chance).date().isoformat(),
    "time": lambda chance: _moment(chance).time().isoformat() + "Z",
    "duration": lambda chance: f"PT{chance.randint(1, 59)}M",
    "email": lambda chance: f"{chance.choice(_WORDS)}@{_host(chance)}",
    "hostname": _host,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uri": lambda chance: f"https://{_host(chance)}/{chance.choice(_WORDS)}",
    "uri-reference": lambda chance: f"/{chance.choice(_WORDS)}",
    "uuid": _uuid(4),
    "json-pointer": lambda chance: f"/{chance.choice(_WORDS)}",
    "regex": lambda chance: chance.choice(_WORDS),
    "byte": _base64,
    "base64url": lambda chance: base64.urlsafe_b64encode(chance.choice(_WORDS).encode()).decode(),
    # What follows is pydantic's own.
    "base64": _base64,
    "json-string": lambda chance: f'"{chance.choice(_WORDS)}"',
    **{f"uuid{version}": _uuid(version) for version in (1, 3, 4, 5, 6, 7, 8)},
    "ipvanyaddress": _ipv4,
    "ipv4interface": lambda chance: f"{_ipv4(chance)}/24",
    "ipv6interface": lambda chance: f"{_ipv6(chance)}/32",
    "ipvanyinterface": lambda chance: f"{_ipv4(chance)}/24",
    "ipv4network": lambda chance: f"10.{chance.randint(0, 255)}.0.0/16",
    "ipv6network": lambda chance: f"2001:db8:{chance.randint(0, 0xFFFF):x}::/48",
    "ipvanynetwork": lambda chance: f"10.{chance.randint(0, 255)}.0.0/16",
}
"""One maker for each format. A format that is not here only annotates."""
