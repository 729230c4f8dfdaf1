"""Scenarios as TOML."""

import base64
import binascii
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

from ..answers import Answer, End, Pause, Repeat, Step
from ..cases import Cases, When
from ..faults.fault import Fault
from ..faults.names import FAULTS, fault_named
from ..jsonvalues import is_list, is_object
from ..model.dialect import COMPATIBLE, MISTRAL, Dialect
from ..model.reply import Reply
from ..scenario import Scenario, ScenarioLike, Sequence, preset
from ..timing import Timing
from .decode import Codec, ScenarioError, join, unknown_key

_T = TypeVar("_T")

_DIALECTS: Final = {"mistral": MISTRAL, **COMPATIBLE}
_STEP_FORMS: Final = (
    '(allowed: a text, {base64 = ""}, {pause = 1.0}, {repeat = "", every = 1.0, count = 1}, '
    '{end = "cut"})'
)
_CASES_KEYS: Final = frozenset({"cases", "timing"})
_SEQUENCE_KEYS: Final = frozenset({"answers", "cycle"})
_SCENARIO_KEYS: Final = frozenset({"reply", "timing", "faults"})
_ANSWER_KEYS: Final = frozenset(
    {"status", "headers", "content_type", "body", "framing", "ending", "before", "head_every"}
)


def load(path: str | Path) -> ScenarioLike:
    """Read a scenario from a TOML file.

    Raises:
        OSError: The file cannot be read.
        ScenarioError: The scenario is invalid; the message starts with the file's name.
    """
    try:
        return loads(Path(path).read_text(encoding="utf-8"))
    except ScenarioError as error:
        raise ScenarioError(str(path), str(error)) from error


def loads(text: str) -> ScenarioLike:
    """Read a scenario from TOML.

    Raises:
        ScenarioError: The scenario is invalid; the message has the place and the allowed values.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError("", str(error)) from error
    return _cases(table) if "cases" in table else _answers(table, "")


def _cases(table: dict[str, Any]) -> Cases:
    """Decode a file whose answers depend on the request."""
    for key in table.keys() - _CASES_KEYS:
        raise unknown_key("", key, _CASES_KEYS)
    paced = Scenario(timing=_CODEC.decode(table.get("timing", {}), Timing, "timing"))
    cases: list[tuple[When, ScenarioLike]] = []
    for place, case in enumerate(_tables(table["cases"], "cases")):
        path = f"cases[{place}]"
        when = _CODEC.decode(case.get("when", {}), When, join(path, "when"))
        answer = {key: value for key, value in case.items() if key != "when"}
        cases.append((when, _answers(answer, path, paced)))
    return Cases(tuple(cases), paced)


def _answers(table: dict[str, Any], path: str, base: Scenario | None = None) -> ScenarioLike:
    """Decode one answer, or a sequence of them; a scenario has the fields of `base` by default."""
    if "answers" not in table:
        return _answer(table, path, base)
    for key in table.keys() - _SEQUENCE_KEYS:
        raise unknown_key(path, key, _SEQUENCE_KEYS)
    place = join(path, "answers")
    answers = _tables(table["answers"], place)
    return Sequence(
        [_answer(each, f"{place}[{number}]", base) for number, each in enumerate(answers)],
        cycle=_CODEC.decode(table.get("cycle", False), bool, join(path, "cycle")),
    )


def _tables(value: Any, path: str) -> list[dict[str, Any]]:
    """Check a list of at least one table."""
    if not is_list(value) or not value:
        raise ScenarioError(path, "must be a list of tables, at least one")
    for number, each in enumerate(value):
        if not is_object(each):
            raise ScenarioError(f"{path}[{number}]", f"must be a table, not {each!r}")
    return value


def _answer(table: dict[str, Any], path: str, base: Scenario | None = None) -> Scenario | Answer:
    if table.keys() & _ANSWER_KEYS:
        return _CODEC.table(table, Answer, path)
    for key in table:
        if key not in _SCENARIO_KEYS:
            raise unknown_key(path, key, _SCENARIO_KEYS | _ANSWER_KEYS)
    return _CODEC.table(table, Scenario, path, base)


def _reply(value: Any, path: str) -> Reply:
    """Decode the name of a preset, or a table that may start from one."""
    if not is_object(value):
        return _preset(value, path)
    base = _preset(value.get("preset", "auto"), join(path, "preset"))
    fields = {key: each for key, each in value.items() if key != "preset"}
    return _CODEC.table(fields, Reply, path, base)


def _preset(value: Any, path: str) -> Reply:
    if not isinstance(value, str):
        raise ScenarioError(path, f"must be the name of a preset or a table, not {value!r}")
    try:
        return preset(value)
    except ValueError as error:
        raise ScenarioError(path, str(error)) from error


def _dialect(value: Any, path: str) -> Dialect:
    if is_object(value):
        return _CODEC.table(value, Dialect, path)
    if not isinstance(value, str) or value not in _DIALECTS:
        raise ScenarioError(path, f"{value!r} is not allowed (allowed: {', '.join(_DIALECTS)})")
    return _DIALECTS[value]


def _fault(value: Any, path: str) -> Fault:
    if isinstance(value, str):
        try:
            return fault_named(value)
        except ValueError as error:
            raise ScenarioError(path, str(error)) from error
    if not is_object(value):
        raise ScenarioError(path, f"must be a table or the name of a fault, not {value!r}")
    kind = value.get("kind", "")
    if not isinstance(kind, str) or kind not in FAULTS:
        near = get_close_matches(str(kind), FAULTS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        allowed = f"({hint}allowed: {', '.join(FAULTS)})"
        raise ScenarioError(join(path, "kind"), f"{kind!r} is not a fault {allowed}")
    fields = {key: each for key, each in value.items() if key != "kind"}
    return _CODEC.table(fields, FAULTS[kind], path)


def _headers(value: Any, path: str) -> tuple[tuple[str, str], ...]:
    if not is_object(value):
        raise ScenarioError(path, f"must be a table, not {value!r}")
    return tuple((name, _CODEC.decode(each, str, join(path, name))) for name, each in value.items())


def _steps(value: Any, path: str) -> tuple[Step, ...]:
    if isinstance(value, str):
        value = [value]
    if not is_list(value):
        raise ScenarioError(path, f"must be a text or a list of steps, not {value!r}")
    return tuple(_step(each, f"{path}[{place}]") for place, each in enumerate(value))


def _step(value: Any, path: str) -> Step:
    if isinstance(value, str):
        return value.encode()
    match value:
        case {"base64": str(text), **rest} if not rest:
            return _bytes(text, join(path, "base64"))
        case {"pause": seconds, **rest} if not rest:
            return _short(Pause, "seconds", seconds, join(path, "pause"))
        case {"end": ending, **rest} if not rest:
            return _short(End, "ending", ending, join(path, "end"))
        case {"repeat": str(text), **rest} if rest.keys() <= {"every", "count"}:
            return _CODEC.table({"piece": text, **rest}, Repeat, path)
        case _:
            raise ScenarioError(path, f"{value!r} is not a step {_STEP_FORMS}")


def _short(kind: type[_T], field: str, value: Any, path: str) -> _T:
    """Decode a step whose only field is written under the name of the step."""
    try:
        return _CODEC.table({field: value}, kind, "")
    except ScenarioError as error:
        raise ScenarioError(path, str(error).removeprefix(f"{field}: ")) from error


def _bytes(text: str, path: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ScenarioError(path, f"invalid base64: {error}") from error


_CODEC: Final[Codec] = Codec(
    {
        Reply: _reply,
        Dialect: _dialect,
        Fault: _fault,
        bytes: lambda value, path: _CODEC.decode(value, str, path).encode(),
        tuple[tuple[str, str], ...]: _headers,
        Iterable[Step]: _steps,
        tuple[Step, ...]: _steps,
    }
)
