"""`mistralai templates`: list, show and edit templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ..escapes import harmless, one_line
from ..failure import CommandError
from ..global_options import CommandGroup

if TYPE_CHECKING:
    from ..output import Output
    from ..templates import Template

_EXAMPLES: Final = """\b
Examples:
  mistralai templates edit review
  git diff | mistralai chat --template review --var language=Python
  mistralai templates list
"""
_NEW: Final = """\
# model = "mistral-large-latest"
# system = "Be brief."
prompt = "$input"

# [params]
# temperature = 0.2

# [vars]                  # defaults of variables such as $language
# language = "Python"
"""
_MAX_EXCERPT: Final = 60  # characters


def complete(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[str]:
    """Return the templates whose names begin with a text, for completion in a shell."""
    from ..templates import names

    return [name for name in names() if name.startswith(incomplete)]


@click.group(cls=CommandGroup, epilog=_EXAMPLES)
def templates() -> None:
    """Manage the templates of `chat --template`.

    A template is a TOML file with a prompt and options of the request. The keys are model, system,
    prompt, schema, params, vars and tools.
    """


@templates.command("list", epilog="\b\nExample:\n  mistralai templates list")
@click.pass_obj
def list_(output: Output) -> None:
    """List the templates, each with the beginning of its prompt."""
    from ..templates import folder, load, names

    found = names()
    width = max(map(len, found), default=0)
    for name in found:
        try:
            shown = _excerpt(load(name)[0])
        except (CommandError, OSError) as error:
            shown = f"({error})"
        output.write(f"{name:{width}}  {one_line(shown)}".rstrip() + "\n")
    if not found:
        output.note(f"(no templates in {folder()}; `mistralai templates edit NAME` creates one)")


@templates.command(epilog="\b\nExample:\n  mistralai templates show review")
@click.argument("name", shell_complete=complete)
@click.pass_obj
def show(output: Output, name: str) -> None:
    """Print the template NAME, and warn of keys that are not known."""
    from ..templates import load, path_of

    _, warnings = load(name)
    output.warn(warnings)
    text = harmless(path_of(name).read_text("utf-8-sig"))
    output.write(text if text.endswith("\n") else f"{text}\n")


@templates.command(epilog="\b\nExample:\n  cp review.toml $(mistralai templates path)")
@click.argument("name", required=False, shell_complete=complete)
@click.pass_obj
def path(output: Output, name: str | None) -> None:
    """Print the path of the template NAME, or of the folder of templates."""
    from ..templates import folder, path_of

    output.write(f"{folder() if name is None else path_of(name)}\n")


@templates.command(epilog="\b\nExample:\n  EDITOR=nano mistralai templates edit review")
@click.argument("name", shell_complete=complete)
@click.pass_obj
def edit(output: Output, name: str) -> None:
    """Open the template NAME in $VISUAL or $EDITOR. A new one begins with an example."""
    from ..templates import load, path_of

    file = path_of(name)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_NEW, "utf-8")
    click.edit(filename=str(file))
    _, warnings = load(name)
    output.warn(warnings)


def _excerpt(template: Template) -> str:
    return " ".join((template.prompt or template.system).split())[:_MAX_EXCERPT]
