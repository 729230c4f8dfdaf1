"""The options that several commands share, and the objects that they become."""

from __future__ import annotations

import functools
import inspect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

import click

from .asking import Asking
from .connection import Connection
from .failure import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
C = TypeVar("C", bound="Callable[..., Any]")

DEFAULT_MODEL: Final = "mistral-large-latest"
MODEL_VARIABLE: Final = "MISTRAL_MODEL"
_NEVER_A_PARAM: Final = frozenset({"stream", "messages", "model", "prompt"})


@dataclass(frozen=True, slots=True)
class Showing:
    """How an answer is shown.

    Attributes:
        as_json: A JSON object a line for each event.
        raw: The bytes as they came.
        stats: Figures afterwards.
        plain: Text as it is, no Markdown, also on a terminal.
        thinking: `"show"`, `"fold"`, `"hide"`, or `None` for what fits the output.
    """

    as_json: bool = False
    raw: bool = False
    stats: bool = False
    plain: bool = False
    thinking: str | None = None

    def __post_init__(self) -> None:
        if self.as_json and self.raw:
            raise UsageError("--json and --raw exclude each other")


def _params(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Any:
    """Read `--param KEY=JSON`; what is no JSON is a string."""
    params: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{text!r} is not KEY=JSON, such as top_p=0.9")
        if key in _NEVER_A_PARAM:
            raise click.BadParameter(f"{key!r} is set by the command itself")
        try:
            params[key] = json.loads(value)
        except ValueError:
            params[key] = value
    return params


_CONNECTION = (
    click.option(
        "--server-url",
        metavar="URL",
        help="Another server that speaks the API: vLLM, llama.cpp, LiteLLM ... [env: MISTRAL_SERVER_URL]",
    ),
    click.option(
        "--simulate",
        metavar="[SCENARIO]",
        help="Ask the embedded simulator: no key, no network. A preset such as poem or thinking,"
        " faults such as cut-after-5, both with a comma between, or a file.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="To wait for a connection, for the first piece of an answer, and for each next one.",
    ),
    click.option(
        "--record",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Add what is sent and received to this file, for `mistralai replay`.",
    ),
)
_ASKING = (
    click.option(
        "-t", "--temperature", type=click.FloatRange(0), metavar="NUMBER", help="0 to 1.5."
    ),
    click.option("--max-tokens", type=click.IntRange(0), metavar="N", help="Of the answer."),
    click.option(
        "--seed",
        "random_seed",
        type=click.IntRange(0),
        metavar="N",
        help="For the same answer again.",
    ),
    click.option("--stop", multiple=True, metavar="TEXT", help="Where to end; may be repeated."),
    click.option(
        "--param",
        "extra_body",
        multiple=True,
        callback=_params,
        metavar="KEY=JSON",
        help="Any other field of the request, such as top_p=0.9; may be repeated.",
    ),
)
_SHOWING = (
    click.option("--json", "as_json", is_flag=True, help="A JSON object a line for each event."),
    click.option("--raw", is_flag=True, help="The bytes as they came."),
    click.option("--stats", is_flag=True, help="Times, gaps, usage and attempts, afterwards."),
    click.option("--plain", is_flag=True, help="Do not render Markdown."),
    click.option(
        "--thinking",
        type=click.Choice(["show", "fold", "hide"]),
        metavar="HOW",
        help="show, fold or hide what it thinks. [default: show on a terminal, else hide]",
    ),
)


def connecting(command: Callable[Concatenate[Connection, P], R]) -> Callable[P, R]:
    """Add the options of a `Connection`."""
    return _with(Connection, _CONNECTION, command)


def model_option(
    default: str = DEFAULT_MODEL, variable: str | None = MODEL_VARIABLE
) -> Callable[[C], C]:
    """The option that says who is asked.

    Args:
        default: Who is asked where nothing says it.
        variable: The variable of the environment that may say it.
    """
    name = f"Who is asked. [env: {variable}]" if variable else "Who is asked."
    return click.option(
        "-m", "--model", default=default, show_default=True, envvar=variable, help=name
    )


def asking(command: Callable[Concatenate[Asking, P], R]) -> Callable[P, R]:
    """Add the options of an `Asking`, all but the model."""
    return _with(Asking, _ASKING, command)


def showing(command: Callable[Concatenate[Showing, P], R]) -> Callable[P, R]:
    """Add the options of a `Showing`."""
    return _with(Showing, _SHOWING, command)


def _with(
    kind: type[T], options: tuple[Any, ...], command: Callable[Concatenate[T, P], R]
) -> Callable[P, R]:
    """Hand a command its options as one object, before its other arguments."""
    names = inspect.signature(kind).parameters.keys()

    @functools.wraps(command)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        values = {name: kwargs.pop(name) for name in names & kwargs.keys()}
        return command(kind(**values), *args, **kwargs)

    for option in reversed(options):
        option(called)
    return called


def optional_value(option: str, default: str, takes: Callable[[str], bool]) -> type[click.Command]:
    """A command, one option of which may stand without a value.

    Args:
        option: Its name, such as `"--simulate"`.
        default: Its value where it stands alone.
        takes: Whether the word after it is its value; `--simulate=WORD` always is.
    """

    class Command(click.Command):
        def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
            return super().parse_args(ctx, [*_with_value(args, option, default, takes)])

    return Command


def _with_value(
    args: list[str], option: str, default: str, takes: Callable[[str], bool]
) -> Iterator[str]:
    words = iter(args)
    for word in words:
        if word == "--":
            yield from (word, *words)
        elif word != option:
            yield word
        else:
            following = next(words, None)
            if following is not None and takes(following):
                yield f"{option}={following}"
            else:
                yield f"{option}={default}"
                yield from (
                    () if following is None else _with_value([following], option, default, takes)
                )
