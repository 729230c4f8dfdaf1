r"""Templates: prompts with variables, and the options of their requests, in files.

    # templates/review.toml in the folder of the configuration
    model = "codestral-latest"
    system = "You review $language code. Be brief."
    prompt = "Review this:\n\n$input"
    schema = "review.json"          # a file beside this one, or a table

    [params]                        # fields of the request
    temperature = 0.2

    [vars]                          # defaults of variables
    language = "Python"

    [[tools]]
    name = "open_file"
    parameters = { type = "object", properties = { path = { type = "string" } } }

`system` and `prompt` are filled in as `string.Template` does: `$name` or `${name}` is a variable,
`$$` a dollar sign. `$input` is the text of the command line and standard input. A prompt without it
has that text appended. Options of the command line come before the template.

A key that is not known is a warning, so that a file can serve several releases. A value of the
wrong kind is an error. Both name the line.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from string import Template as Text
from typing import TYPE_CHECKING, Any, Final, cast

from .escapes import one_line
from .failure import UsageError
from .folders import config_folder
from .stdin import joined
from .tomlfile import place, read_toml, unknown_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .request_options import RequestOptions

INPUT: Final = "input"
"""The variable for the text of the command line and standard input."""

_ENDING: Final = ".toml"
_NAME: Final = re.compile(r"[\w-][\w.-]*")
_FIELDS: Final = ("temperature", "max_tokens", "random_seed", "reasoning_effort")
"""The parameters that have an option."""

_NEVER_A_PARAM: Final = frozenset({"stream", "messages", "model", "tools", "response_format"})


@dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes:
        name: Its name.
        model: The model; `None` for that of the command.
        system: The system prompt, with variables; may be empty.
        prompt: The prompt, with variables; may be empty.
        schema: The JSON schema of the answer, as JSON or as a path; `None` for none.
        params: Fields of the request.
        tools: The tools, in the format of the API.
        vars: The defaults of variables.
    """

    name: str
    model: str | None = None
    system: str = ""
    prompt: str = ""
    schema: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tools: Sequence[Mapping[str, Any]] = ()
    vars: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def takes_input(self) -> bool:
        """True if the template alone is not a question."""
        return not self.prompt or INPUT in Text(self.prompt).get_identifiers()

    def check(self, variables: Mapping[str, str]) -> None:
        """Check that every variable has a value, and that no value is for an unknown variable.

        Args:
            variables: The values of `--var`.

        Raises:
            UsageError: One is missing or unknown; the message names it.
        """
        names = {*Text(self.system).get_identifiers(), *Text(self.prompt).get_identifiers()}
        for name in variables:
            if name == INPUT:
                raise UsageError("--var input: the prompt itself is $input")
            if name not in names:
                known = ", ".join(f"${known}" for known in sorted(names)) or "no variables"
                raise UsageError(f"--var {name}: template {self.name} has {known}")
        for name in sorted(names - {INPUT} - variables.keys() - self.vars.keys()):
            hint = f"For example: --var {name}=..."
            raise UsageError(f"template {self.name} needs a value for ${name}.", hint)

    def system_for(self, text: str, variables: Mapping[str, str]) -> str:
        """Return the system prompt."""
        return self._filled("system", self.system, text, variables)

    def prompt_for(self, text: str, variables: Mapping[str, str]) -> str:
        """Return the prompt for a text."""
        filled = self._filled("prompt", self.prompt, text, variables)
        return filled if self.prompt and self.takes_input else joined(filled, text)

    def apply(self, request: RequestOptions) -> None:
        """Set the options of a request that the command line does not set, except the model."""
        params = dict(self.params)
        stop = params.pop("stop", ())
        request.stop = request.stop or ([stop] if isinstance(stop, str) else stop)
        for name in _FIELDS:
            value = params.pop(name, None)
            if getattr(request, name) is None:
                setattr(request, name, value)
        request.extra_body = {**params, **request.extra_body}
        request.tools = self.tools

    def _filled(self, key: str, text: str, given: str, variables: Mapping[str, str]) -> str:
        try:
            return Text(text).substitute({**self.vars, **variables, INPUT: given})
        except ValueError as error:
            message = f"template {self.name}, {key}: {error}."
            raise UsageError(message, "A dollar sign is written $$.") from error


def folder() -> Path:
    """Return the folder of templates, which need not exist."""
    return config_folder() / "templates"


def names() -> list[str]:
    """Return the names of all templates, sorted."""
    return sorted(path.stem for path in folder().glob(f"*{_ENDING}") if _NAME.fullmatch(path.stem))


def path_of(name: str) -> Path:
    """Return the path of a template, which need not exist.

    Args:
        name: The template's name, or a path that ends in `.toml`.

    Raises:
        UsageError: It is neither.
    """
    if name.endswith(_ENDING):
        return Path(name).expanduser()
    if not _NAME.fullmatch(name):
        hint = "A name has letters, digits, dots, dashes and underscores; a path ends in .toml."
        raise UsageError(f"{one_line(name)!r} is not the name of a template.", hint)
    return folder() / f"{name}{_ENDING}"


def load(name: str) -> tuple[Template, list[str]]:
    """Read a template.

    Args:
        name: Its name, or a path that ends in `.toml`.

    Returns:
        The template and the warnings.

    Raises:
        UsageError: There is none of this name, or its file is malformed.
        OSError: The file cannot be read.
    """
    path = path_of(name)
    try:
        text, contents = read_toml(path)
    except FileNotFoundError:
        known = ", ".join(names()) or "none"
        hint = f"`mistralai templates edit {path.stem}` creates it."
        raise UsageError(f"no template {one_line(name)}; known: {known}.", hint) from None
    warnings: list[str] = []
    values: dict[str, Any] = {}
    for key, value in contents.items():
        kind = _KINDS.get(key)
        if kind is None:
            warnings.append(f"{place(path, text, (key,))}: {unknown_key((key,), _KINDS)}")
            continue
        wanted, convert = kind
        try:
            values[key] = convert(value)
        except (TypeError, ValueError) as error:
            problem = str(error) or f"{key} must be {wanted}, not {value!r}"
            raise UsageError(f"{place(path, text, (key,))}: {one_line(problem)}") from None
    schema = values.get("schema")
    if schema is not None and not schema.startswith("{"):
        values["schema"] = str(path.parent / Path(schema).expanduser())
    return Template(path.stem, **values), warnings


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return cast("dict[str, Any]", value)


def _schema(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(_table(value))


def _params(value: object) -> dict[str, Any]:
    params = _table(value)
    for name in params.keys() & _NEVER_A_PARAM:
        raise ValueError(f"params.{name} is not a parameter of a template")
    return params


def _vars(value: object) -> dict[str, str]:
    variables = _table(value)
    for name, default in variables.items():
        if not isinstance(default, str | int | float):
            raise TypeError(f"vars.{name} must be a text or a number, not {default!r}")
    return {name: str(default) for name, default in variables.items()}


def _tools(value: object) -> list[dict[str, Any]]:
    """Return tools in the format of the API; a function may be written without its wrapper."""
    if not isinstance(value, list):
        raise TypeError
    tools = [_table(tool) for tool in cast("list[object]", value)]
    return [
        {"type": "function", "function": {"parameters": {"type": "object"}, **tool}}
        if "name" in tool
        else tool
        for tool in tools
    ]


_KINDS: Final[Mapping[str, tuple[str, Callable[[object], Any]]]] = {
    "model": ("a text", _text),
    "system": ("a text", _text),
    "prompt": ("a text", _text),
    "schema": ("the path of a file, or a table", _schema),
    "params": ("a table", _params),
    "vars": ("a table", _vars),
    "tools": ("an array of tables", _tools),
}
"""The keys of a template: what the value must be, and its conversion."""
