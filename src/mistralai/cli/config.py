"""The file `config.toml`: its keys as a table, and the file as a `Config`.

    model = "mistral-medium-latest"
    server = "local"                            # one of [servers], or an address
    save = false                                # keep no conversation on disk
    api_key_command = "pass show mistral"       # instead of MISTRAL_API_KEY

    [aliases]
    fast = "ministral-8b-latest"

    [servers]
    local = "http://127.0.0.1:8000"

    [rendering]
    thinking = "fold"

A key that is not in the table is a warning, so that a file can serve several releases. A value that
is not of its kind is an error. Both name the line. Nothing here prints or reads the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from .escapes import one_line
from .failure import UsageError
from .tomlfile import Keys, dotted, place, read_toml, unknown_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FILE_NAME: Final = "config.toml"


@dataclass(frozen=True, slots=True)
class Rendering:
    """The table `[rendering]`: defaults of the options of these names.

    Attributes:
        thinking: `"show"`, `"fold"` or `"hide"`; `None` to choose by the kind of output.
        plain: Do not render Markdown.
        stats: Write statistics after each answer.
    """

    thinking: str | None = None
    plain: bool = False
    stats: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The contents of `config.toml`. Each key is optional.

    Attributes:
        model: The model of `chat`; `None` for the default of the command.
        server: A name in `servers`, or an address; `None` for Mistral's.
        save: Whether conversations are kept on disk.
        api_key_command: A command whose first line of output is the key.
        aliases: Other names of models, each with the model's name.
        servers: The addresses of servers by name.
        rendering: How answers are shown.
    """

    model: str | None = None
    server: str | None = None
    save: bool = True
    api_key_command: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    servers: Mapping[str, str] = field(default_factory=dict[str, str])
    rendering: Rendering = field(default_factory=Rendering)

    def model_named(self, name: str) -> str:
        """Return the model for a name, which may be an alias."""
        return self.aliases.get(name, name)

    def server_named(self, name: str) -> str:
        """Return the address of a server in `[servers]`.

        Raises:
            UsageError: The table has no server of this name.
        """
        if name in self.servers:
            return self.servers[name]
        known = ", ".join(map(one_line, self.servers)) or "none"
        raise UsageError(
            f"no server {one_line(name)!r} in {FILE_NAME}; known: {known}.",
            "`mistralai config set servers.NAME URL` adds one.",
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values.

    Attributes:
        wanted: A description, for messages.
        accepts: Returns whether a value is of this kind.
    """

    wanted: str
    accepts: Callable[[object], bool]


def kind_of(keys: Keys) -> Kind | None:
    """Return the kind of the value of a key, or `None` if there is no such key."""
    return KINDS.get(keys) or KINDS.get((*keys[:-1], ANY))


def load(path: Path) -> tuple[Config, list[str]]:
    """Read the file.

    Returns:
        The configuration and the warnings. A missing file is an empty one.

    Raises:
        UsageError: The file is not valid TOML, or a value is not of its kind.
        OSError: The file cannot be read.
    """
    try:
        text, contents = read_toml(path)
    except FileNotFoundError:
        return Config(), []
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for keys, value in _leaves(contents):
        kind = kind_of(keys)
        if kind is None:
            warnings.append(f"{place(path, text, keys)}: {unknown(keys)}")
        elif not kind.accepts(value):
            message = f"{dotted(keys)} must be {kind.wanted}, not {value!r}"
            raise UsageError(f"{place(path, text, keys)}: {one_line(message)}")
        else:
            _table(values, keys)[keys[-1]] = value
    rendering = Rendering(**values.pop("rendering", {}))
    return Config(**values, rendering=rendering), warnings


def _leaves(contents: Mapping[str, object], above: Keys = ()) -> Iterator[tuple[Keys, object]]:
    """Yield the keys and values, with those of the known tables one by one."""
    for key, value in contents.items():
        keys = (*above, key)
        if keys in TABLES and isinstance(value, dict):
            yield from _leaves(cast("dict[str, object]", value), keys)
        else:
            yield keys, value


def _table(values: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Return the table of a key among the values read so far."""
    return values if len(keys) == 1 else values.setdefault(keys[0], {})


def unknown(keys: Keys) -> str:
    """Return what to say about a key that is not in the table."""
    if keys == ("api_key",):
        return f"a key is not read from {FILE_NAME}; use api_key_command, or MISTRAL_API_KEY"
    return unknown_key(keys, map(dotted, KINDS))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _one_of(*words: str) -> Kind:
    return Kind(f"one of {', '.join(words)}", lambda value: value in words)


_TEXT: Final = Kind("a text", _is_text)
FLAG: Final = Kind("true or false", lambda value: isinstance(value, bool))
_ADDRESS: Final = Kind("an address that begins with http:// or https://", _is_address)
_TABLE: Final = Kind("a table", lambda _: False)  # a table is read key by key

ANY: Final = "NAME"
"""The place of a name that the user chooses."""

TABLES: Final[frozenset[Keys]] = frozenset({("aliases",), ("servers",), ("rendering",)})
"""The tables that are read key by key."""

KINDS: Final[Mapping[Keys, Kind]] = {
    ("model",): _TEXT,
    ("server",): _TEXT,
    ("save",): FLAG,
    ("api_key_command",): _TEXT,
    ("aliases", ANY): _TEXT,
    ("servers", ANY): _ADDRESS,
    ("rendering", "thinking"): _one_of("show", "fold", "hide"),
    ("rendering", "plain"): FLAG,
    ("rendering", "stats"): FLAG,
    **dict.fromkeys(TABLES, _TABLE),
}
"""The keys of the file."""
