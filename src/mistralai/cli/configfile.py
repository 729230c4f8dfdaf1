"""Changes to `config.toml` that keep its comments, its order and its form."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .config import ANY, FLAG, KINDS, TABLES, kind_of, unknown
from .escapes import one_line
from .failure import CommandError, UsageError
from .folders import make_folder
from .tomlfile import Keys, dotted, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

_FLAGS = {"true": True, "false": False}


def keys_of(name: str) -> Keys:
    """Return the path of a key that a person wrote, such as `aliases.fast`.

    Raises:
        UsageError: There is no such key. The message says which there are.
    """
    keys = tuple(name.split(".", 1))  # the name of a model may have dots
    if keys in TABLES:
        raise UsageError(
            f"{name} is a table: name a key in it, for example {name}.{_example(keys)}"
        )
    if kind_of(keys) is None or not all(keys):
        known = ", ".join(dotted(known) for known in KINDS if known not in TABLES)
        raise UsageError(unknown(keys), f"The keys are: {known}.")
    return keys


def set_key(path: Path, keys: Keys, text: str) -> None:
    """Set a key to a value.

    Args:
        path: The file, which need not exist.
        keys: The path of the key, from `keys_of`.
        text: The value as a person writes it on a command line.

    Raises:
        UsageError: The value is not of the key's kind, or the file is malformed.
        OSError: The file cannot be written.
    """
    kind = kind_of(keys)
    assert kind is not None
    value: object = _FLAGS.get(text.lower(), text) if kind is FLAG else text
    if not kind.accepts(value):
        raise UsageError(f"{dotted(keys)} must be {kind.wanted}, not {one_line(text)!r}")

    def change(contents: MutableMapping[str, Any], new_table: Callable[[], object]) -> None:
        for table in keys[:-1]:
            contents = contents.setdefault(table, new_table())
        contents[keys[-1]] = value

    _change(path, change)


def unset_key(path: Path, keys: Keys) -> bool:
    """Remove a key; return whether it was there.

    Raises:
        UsageError: The file is malformed.
        OSError: The file cannot be written.
    """

    def change(contents: MutableMapping[str, Any], _: Callable[[], object]) -> None:
        for table in keys[:-1]:
            contents = contents[table]
        del contents[keys[-1]]

    with contextlib.suppress(KeyError, FileNotFoundError):
        _change(path, change, must_exist=True)
        return True
    return False


def _change(
    path: Path,
    change: Callable[[MutableMapping[str, Any], Callable[[], object]], None],
    *,
    must_exist: bool = False,
) -> None:
    """Change the text, and check that the contents changed in the same way."""
    import tomlkit

    path = path.resolve()  # a link to a file elsewhere stays one
    try:
        text, contents = read_toml(path)
    except FileNotFoundError:
        if must_exist:
            raise
        text, contents = "", {}
    document = tomlkit.parse(text)
    change(cast("MutableMapping[str, Any]", document), tomlkit.table)
    change(contents, dict)
    text = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType]
    if tomllib.loads(text) != contents:
        raise CommandError(f"{path} has a form that cannot be changed here.", "Edit it yourself.")
    _write(path, text)


def _write(path: Path, text: str) -> None:
    """Replace a file. Whenever the process ends, the file is the old one or the new one."""
    make_folder(path.parent)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _example(keys: Keys) -> str:
    return next(known[1] for known in KINDS if known[0] == keys[0] and len(known) > 1).replace(
        ANY, "NAME"
    )
