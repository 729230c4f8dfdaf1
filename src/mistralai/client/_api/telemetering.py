"""The one door from the client to OpenTelemetry, which is above it: `Mistral(telemetry=...)`.

`mistralai.telemetry` is imported where telemetry is asked for, by the argument or by the
environment variable MISTRAL_SDK_TELEMETRY. The variable is read as in the generated SDK: `global`
and `false`, in any case and between blanks; an empty one is as good as none, and any other value is
an error. `dedicated`, with which the generated SDK sends spans to Mistral, is refused.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from ...telemetry import Telemetry

TelemetrySetting: TypeAlias = "bool | Telemetry | None"
"""A value of `Mistral(telemetry=...)`."""

VARIABLE: Final = "MISTRAL_SDK_TELEMETRY"

_DEDICATED: Final = (
    "'dedicated', with which the generated SDK sends spans to Mistral; this package sends nothing"
    " to anyone. Give {instead}, and configure an exporter of your own"
)
_warned: Final[set[str]] = set()


def observer_of(telemetry: TelemetrySetting | object) -> Telemetry | None:
    """Return the observer that `Mistral(telemetry=...)` asks for, or `None` for none.

    There is none either where its providers keep nothing, as with OTEL_SDK_DISABLED.

    Args:
        telemetry: `True` for the global providers, `False` for none, `None` for what the
            environment says, or a `Telemetry`.

    Raises:
        ImportError: opentelemetry-api is not installed, and `True` was given.
        TypeError: The value is none of those.
        ValueError: The value is `"dedicated"`, or the environment variable has an unknown value.
    """
    observer = _asked_for(telemetry)
    return None if observer is None or observer.idle else observer


def _asked_for(telemetry: TelemetrySetting | object) -> Telemetry | None:
    if telemetry is None:
        named = os.environ.get(VARIABLE)
        return _of_environment(named) if named else None
    if telemetry is False:
        return None
    if telemetry == "dedicated":
        raise ValueError(f"telemetry is {_DEDICATED.format(instead='telemetry=True')}")
    from ...telemetry import Telemetry

    if telemetry is True:
        return Telemetry()
    if isinstance(telemetry, Telemetry):
        return telemetry
    raise TypeError(
        "telemetry takes True for the global providers, False, None or a"
        f" mistralai.telemetry.Telemetry, not {telemetry!r}"
    )


def _of_environment(named: str) -> Telemetry | None:
    value = named.strip().lower()
    if value == "false":
        return None
    if value == "dedicated":
        _warn_once(f"{VARIABLE} is {_DEDICATED.format(instead=f'{VARIABLE}=global')}")
        return None
    if value != "global":
        raise ValueError(f"{VARIABLE} is {named!r}; set it to global or false, or do not set it")
    from ...telemetry import Telemetry

    try:
        return Telemetry()
    except ImportError as missing:
        _warn_once(f"{VARIABLE} is {named!r}, but {missing}")
        return None


def _warn_once(message: str) -> None:
    if message not in _warned:
        _warned.add(message)
        warnings.warn(message, RuntimeWarning, stacklevel=7)  # the line that makes the client
