"""`mistralai config`: the configuration file."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from ..config import FILE_NAME, KINDS, TABLES
from ..global_options import CommandGroup
from ..options import DEFAULT_MODEL, MODEL_VARIABLE, SERVER_VARIABLE
from ..settings import config_path, current_config
from ..tomlfile import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config import Config
    from ..output import Output

_EXAMPLES: Final = """\b
Examples:
  mistralai config set model mistral-medium-latest
  mistralai config set aliases.fast ministral-8b-latest
  mistralai config set servers.local http://127.0.0.1:8000
  mistralai config set api_key_command "pass show mistral"
  mistralai config show
"""
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_KEY_NAMES: Final = ", ".join(dotted(keys) for keys in KINDS if keys not in TABLES)


@click.group(cls=CommandGroup, epilog=_EXAMPLES)
def config() -> None:
    """Show and change config.toml, the defaults of other commands.

    An option comes before an environment variable, and a variable before the file.
    """


@config.command(epilog="\b\nExample:\n  $EDITOR $(mistralai config path)")
@click.pass_obj
def path(output: Output) -> None:
    """Print the path of the file, which need not exist."""
    output.write(f"{config_path()}\n")


@config.command(epilog="\b\nExample:\n  mistralai config show")
@click.pass_obj
def show(output: Output) -> None:
    """Print the values that apply, and where each is set.

    The command that prints the key is not run.
    """
    output.write(output.without_key("".join(f"{line}\n" for line in _lines(current_config()))))


def _keys(_context: click.Context, _argument: click.Parameter, incomplete: str) -> list[str]:
    """Return the keys that begin with a text, for completion in a shell."""
    names = (dotted(keys) for keys in KINDS if keys not in TABLES)
    return [name for name in names if name.startswith(incomplete)]


@config.command("set", epilog="\b\nExample:\n  mistralai config set rendering.thinking fold")
@click.argument("key", shell_complete=_keys)
@click.argument("value")
def set_(key: str, value: str) -> None:
    """Set KEY to VALUE. Comments and the order of the file are kept."""
    from ..configfile import keys_of, set_key

    set_key(config_path(), keys_of(key), value)


@config.command(epilog="\b\nExample:\n  mistralai config unset aliases.fast")
@click.argument("key", shell_complete=_keys)
@click.pass_obj
def unset(output: Output, key: str) -> None:
    """Remove KEY, so that its default applies."""
    from ..configfile import keys_of, unset_key

    if not unset_key(config_path(), keys_of(key)):
        output.note(f"{key} is not set in {FILE_NAME}")


set_.help = f"{set_.help}\n\nThe keys: {_KEY_NAMES}."


def _lines(config: Config) -> Iterator[str]:
    """Yield the configuration that applies, as TOML with comments."""
    variable = os.environ.get
    yield f"# {config_path()}"
    yield _line("model", config.model or DEFAULT_MODEL, config.model, variable(MODEL_VARIABLE))
    server = config.server or "https://api.mistral.ai"
    yield _line("server", server, config.server, variable(SERVER_VARIABLE))
    yield _line("save", config.save, None if config.save else config.save)
    yield from _key_lines(config)
    for name, table in (("aliases", config.aliases), ("servers", config.servers)):
        if table:
            yield from ("", f"[{name}]", *(_line(key, table[key], table[key]) for key in table))
    yield from ("", "[rendering]")
    rendering, default = config.rendering, type(config.rendering)()
    for key in ("thinking", "plain", "stats"):
        value, usual = getattr(rendering, key), getattr(default, key)
        if value is not None:
            yield _line(key, value, None if value == usual else value)


def _key_lines(config: Config) -> Iterator[str]:
    is_set = bool(os.environ.get("MISTRAL_API_KEY", "").strip())
    if config.api_key_command is not None:
        yield _line("api_key_command", config.api_key_command, config.api_key_command)
    if is_set:
        yield "# the key is that of MISTRAL_API_KEY, which is not shown"
    elif config.api_key_command is None:
        yield "# no key: set MISTRAL_API_KEY or api_key_command"


def _line(key: str, value: Any, in_file: object, in_variable: str | None = None) -> str:
    """Return a key with the value that applies, and where it is set."""
    source = "default" if in_file is None else FILE_NAME
    if in_variable:
        value, source = in_variable, "environment"
    shown = json.dumps(_without_password(value), ensure_ascii=False)  # in TOML it is the same
    name = key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
    return f"{name} = {shown}  # {source}"


def _without_password(value: Any) -> Any:
    """Remove the password of an address."""
    password = urlsplit(value).password if isinstance(value, str) and "://" in value else None
    return value.replace(f":{password}@", ":***@") if password else value
