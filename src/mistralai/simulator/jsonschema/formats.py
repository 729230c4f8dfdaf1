"""Random texts in the common formats of JSON Schema."""

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


def words(rng: random.Random, least: int = 0, most: int | None = None) -> str:
    """Return words with a total length within bounds."""
    made = rng.choice(_WORDS)
    while len(made) < least:
        made += " " + rng.choice(_WORDS)
    return made if most is None else made[:most].ljust(least, "x")


def _moment(rng: random.Random) -> dt.datetime:
    return _FIRST + dt.timedelta(seconds=rng.randrange(31_536_000))


def _host(rng: random.Random) -> str:
    return f"{rng.choice(_WORDS)}.example"


def _ipv4(rng: random.Random) -> str:
    return f"192.0.2.{rng.randint(1, 254)}"


def _ipv6(rng: random.Random) -> str:
    return f"2001:db8::{rng.randint(1, 0xFFFF):x}"


def _base64(rng: random.Random) -> str:
    return base64.b64encode(rng.choice(_WORDS).encode()).decode()


def _uuid(version: int) -> Callable[[random.Random], str]:
    return lambda rng: uuid_of(rng.getrandbits(128), version)


FORMATS: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "date-time": lambda rng: _moment(rng).isoformat().replace("+00:00", "Z"),
    "date": lambda rng: _moment(rng).date().isoformat(),
    "time": lambda rng: _moment(rng).time().isoformat() + "Z",
    "duration": lambda rng: f"PT{rng.randint(1, 59)}M",
    "email": lambda rng: f"{rng.choice(_WORDS)}@{_host(rng)}",
    "hostname": _host,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uri": lambda rng: f"https://{_host(rng)}/{rng.choice(_WORDS)}",
    "uri-reference": lambda rng: f"/{rng.choice(_WORDS)}",
    "uuid": _uuid(4),
    "json-pointer": lambda rng: f"/{rng.choice(_WORDS)}",
    "regex": lambda rng: rng.choice(_WORDS),
    "byte": _base64,
    "base64url": lambda rng: base64.urlsafe_b64encode(rng.choice(_WORDS).encode()).decode(),
    # The formats below are pydantic's own.
    "base64": _base64,
    "json-string": lambda rng: f'"{rng.choice(_WORDS)}"',
    **{f"uuid{version}": _uuid(version) for version in (1, 3, 4, 5, 6, 7, 8)},
    "ipvanyaddress": _ipv4,
    "ipv4interface": lambda rng: f"{_ipv4(rng)}/24",
    "ipv6interface": lambda rng: f"{_ipv6(rng)}/32",
    "ipvanyinterface": lambda rng: f"{_ipv4(rng)}/24",
    "ipv4network": lambda rng: f"10.{rng.randint(0, 255)}.0.0/16",
    "ipv6network": lambda rng: f"2001:db8:{rng.randint(0, 0xFFFF):x}::/48",
    "ipvanynetwork": lambda rng: f"10.{rng.randint(0, 255)}.0.0/16",
}
"""One function per format. An unknown format is an annotation."""
