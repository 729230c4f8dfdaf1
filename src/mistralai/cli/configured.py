"""Classes of commands: with defaults from the configuration, and with options of optional value."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

import click

from .options import DisplayOptions, connection_for
from .request_options import RequestOptions
from .settings import current_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SECTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(inspect.signature(RequestOptions).parameters, "Request"),
    **dict.fromkeys(inspect.signature(DisplayOptions).parameters, "Output"),
    **dict.fromkeys(inspect.signature(connection_for).parameters, "Server"),
    **dict.fromkeys(("no_color", "debug", "help"), "Other options"),
}
"""The sections of `--help` by the names of options. Others are in the first one."""


class ConfiguredCommand(click.Command):
    """A command whose options have defaults in the configuration, and sections in `--help`."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in sections."""
        titles = dict.fromkeys(["Options", *_SECTIONS.values()])
        sections: dict[str, list[tuple[str, str]]] = {title: [] for title in titles}
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
            if record is not None:
                name = "help" if option.is_eager else option.name or ""
                sections[_SECTIONS.get(name, "Options")].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. The order is: option, environment, configuration, default."""
        if not ctx.resilient_parsing and "--help" not in args:
            ctx.default_map = {**self._defaults(), **(ctx.default_map or {})}
        return super().parse_args(ctx, args)

    def _defaults(self) -> dict[str, Any]:
        config = current_config()
        rendering = {name: getattr(config.rendering, name) for name in ("plain", "stats")}
        own_model = any(option.name == "model" and not option.envvar for option in self.params)
        defaults = {"thinking": config.rendering.thinking, **rendering}
        if not own_model:  # of `fim`: the model of `chat` writes no code
            defaults["model"] = config.model
        return {name: value for name, value in defaults.items() if value is not None}


def optional_value(option: str, default: str, takes: Callable[[str], bool]) -> type[click.Command]:
    """Return a class of commands with an option whose value may be omitted.

    Args:
        option: The option's name, such as `"--simulate"`.
        default: The value if it is omitted.
        takes: Returns whether the next argument is the value. In `--simulate=WORD` it always is.
    """

    class Command(ConfiguredCommand):
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
            if following is None:
                yield f"{option}={default}"
            elif takes(following):
                yield f"{option}={following}"
            else:
                yield f"{option}={default}"
                yield from _with_value([following], option, default, takes)
