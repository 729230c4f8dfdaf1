"""The options that several commands share, and decorators that pass them as objects."""

from __future__ import annotations

import functools
import inspect
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

import click

from .connection import Connection
from .failure import UsageError
from .request_options import RequestOptions
from .settings import current_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
C = TypeVar("C", bound="Callable[..., Any]")

DEFAULT_MODEL: Final = "mistral-large-latest"
MODEL_VARIABLE: Final = "MISTRAL_MODEL"
SERVER_VARIABLE: Final = "MISTRAL_SERVER_URL"
_NEVER_A_PARAM: Final = frozenset({"stream", "messages", "model", "prompt"})


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """The options that say how an answer is displayed.

    Attributes:
        as_json: Write one JSON object per event.
        raw: Write the bytes of the response.
        stats: Write statistics after the answer.
        trace: Write the spans of the calls after the answer.
        plain: Do not render Markdown, even on a terminal.
        copy: Copy the answer to the clipboard of the terminal.
        thinking: `"show"`, `"fold"`, `"hide"`, or `None` to choose by the kind of output.
    """

    as_json: bool = False
    raw: bool = False
    stats: bool = False
    trace: bool = False
    plain: bool = False
    copy: bool = False
    thinking: str | None = None

    def __post_init__(self) -> None:
        if self.as_json and self.raw:
            raise UsageError("--json and --raw are mutually exclusive")


def pairs(
    values: Iterable[str], form: str, *, may_be_empty: bool = True
) -> Iterator[tuple[str, str]]:
    """Yield the two sides of each `KEY=VALUE`.

    Args:
        values: The values of an option.
        form: The form and an example, for the message.
        may_be_empty: Whether there may be nothing after `=`.

    Raises:
        BadParameter: A value has no `=`, or nothing before or after it.
    """
    for text in values:
        key, equals, value = text.partition("=")
        if not key or not equals or not (value or may_be_empty):
            raise click.BadParameter(f"{text!r} is not {form}")
        yield key, value


def _params(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, Any]:
    """Parse the values of `--param KEY=JSON`; a value that is not valid JSON is a string."""
    params: dict[str, Any] = {}
    for key, value in pairs(values, "KEY=JSON, for example top_p=0.9"):
        if key in _NEVER_A_PARAM:
            raise click.BadParameter(f"{key!r} is set by the command itself")
        try:
            params[key] = json.loads(value)
        except ValueError:
            params[key] = value
    return params


def _alias(context: click.Context, _option: click.Parameter, name: str) -> str:
    """Return the model for a name, which may be one of `[aliases]` in the configuration."""
    return name if context.resilient_parsing else current_config().model_named(name)


_CONNECTION = (
    click.option(
        "--server-url",
        metavar="URL",
        help="Another server with a compatible API (vLLM, llama.cpp, LiteLLM), for example"
        " --server-url http://localhost:8000. [env: MISTRAL_SERVER_URL]",
    ),
    click.option(
        "--server",
        metavar="NAME",
        help="A server in the table [servers] of config.toml, for example --server local.",
    ),
    click.option(
        "--simulate",
        metavar="[SCENARIO]",
        help="Use the embedded simulator, without a key or network. SCENARIO is a preset such as"
        " poem or thinking, faults such as cut-after-5, several of these separated by commas, guide"
        " (the answers of the documentation), or a file.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Timeout for connecting, for the first token, and between tokens, for example"
        " --timeout 30.",
    ),
    click.option(
        "--record",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Append requests and responses to this file, without the key, for example --record"
        " talk.jsonl; `mistralai replay` plays it back.",
    ),
)
_ASKING = (
    click.option(
        "-t",
        "--temperature",
        type=click.FloatRange(0),
        metavar="NUMBER",
        help="Sampling temperature, 0 to 1.5, for example -t 0.2.",
    ),
    click.option(
        "--max-tokens",
        type=click.IntRange(0),
        metavar="N",
        help="Maximum length of the answer in tokens, for example --max-tokens 500.",
    ),
    click.option(
        "--seed",
        "random_seed",
        type=click.IntRange(0),
        metavar="N",
        help="Seed for sampling, for answers that can be repeated, for example --seed 42.",
    ),
    click.option(
        "--stop",
        multiple=True,
        metavar="TEXT",
        help="End the answer at this text, for example --stop END. May be repeated.",
    ),
    click.option(
        "--param",
        "extra_body",
        multiple=True,
        callback=_params,
        metavar="KEY=JSON",
        help="Another field of the request, for example --param top_p=0.9. May be repeated.",
    ),
)
_SHOWING = (
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Write one JSON object per event and a summary, for example --json | jq .type",
    ),
    click.option(
        "--raw",
        is_flag=True,
        help="Write the bytes of the response, for example --raw > answer.sse",
    ),
    click.option(
        "--stats/--no-stats",
        help="Write timing, token usage, cost and attempts to standard error, for example --stats >"
        " answer.md",
    ),
    click.option(
        "--trace",
        is_flag=True,
        help="Write each call with its attributes and its time to standard error, as a tree, for"
        " example --trace 2> trace.txt",
    ),
    click.option(
        "--copy",
        is_flag=True,
        help="Copy the answer to the clipboard of the terminal, also over ssh, for example --copy >"
        " answer.md",
    ),
    click.option(
        "--plain/--no-plain",
        help="Do not render Markdown, for example --plain to select its source with the mouse.",
    ),
    click.option(
        "--thinking",
        type=click.Choice(["show", "fold", "hide"]),
        metavar="HOW",
        help="show, fold or hide the thinking, for example --thinking fold. [default: show on a"
        " terminal, else hide]",
    ),
)


def connection_options(command: Callable[Concatenate[Connection, P], R]) -> Callable[P, R]:
    """Add the options of a `Connection`."""
    return passed_as(connection_for, _CONNECTION, command)


def model_option(
    default: str = DEFAULT_MODEL,
    variable: str | None = MODEL_VARIABLE,
    *,
    example: str = "mistral-small-latest",
) -> Callable[[C], C]:
    """Add `--model`.

    Args:
        default: The default model.
        variable: The environment variable that overrides the default.
        example: Another model, for help.
    """
    text = f"The model, or an alias for it in config.toml, for example -m {example}."
    return click.option(
        "-m",
        "--model",
        default=default,
        metavar="NAME",
        show_default=True,
        envvar=variable,
        callback=_alias,
        help=f"{text} [env: {variable}]" if variable else text,
    )


def request_options(command: Callable[Concatenate[RequestOptions, P], R]) -> Callable[P, R]:
    """Add the options of a `RequestOptions`, except the model."""
    return passed_as(RequestOptions, _ASKING, command)


def display_options(command: Callable[Concatenate[DisplayOptions, P], R]) -> Callable[P, R]:
    """Add the options of a `DisplayOptions`."""
    return passed_as(DisplayOptions, _SHOWING, command)


def connection_for(
    server_url: str | None = None,
    server: str | None = None,
    simulate: str | None = None,
    timeout: float | None = None,
    record: str | None = None,
) -> Connection:
    """Return the connection for the options, or else the environment, or else the configuration."""
    servers = {"--server-url": server_url, "--server": server, "--simulate": simulate}
    names = [name for name, value in servers.items() if value is not None]
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} are mutually exclusive")
    config = current_config()
    if not names and not os.environ.get(SERVER_VARIABLE) and config.server is not None:
        is_address = "://" in config.server
        server_url, server = (config.server, None) if is_address else (None, config.server)
    return Connection(
        server_url=server_url if server is None else config.server_named(server),
        simulate=simulate,
        timeout=timeout,
        record=record,
        api_key_command=config.api_key_command,
    )


def passed_as(
    kind: Callable[..., T],
    options: Iterable[Callable[[Callable[P, R]], object]],
    command: Callable[Concatenate[T, P], R],
) -> Callable[P, R]:
    """Add options to a command, and pass it their values as one object before its arguments."""
    names = inspect.signature(kind).parameters.keys()

    @functools.wraps(command)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        values = {name: kwargs.pop(name) for name in names & kwargs.keys()}
        return command(kind(**values), *args, **kwargs)

    for option in reversed([*options]):
        option(called)
    return called
