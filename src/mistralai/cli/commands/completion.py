"""`mistralai completion`: shell completion scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import get_completion_class

if TYPE_CHECKING:
    from ..output import Output

_SHELLS: Final = ("bash", "zsh", "fish")
_EXAMPLES: Final = """\b
Examples:
  eval "$(mistralai completion bash)"          in ~/.bashrc
  eval "$(mistralai completion zsh)"           in ~/.zshrc
  mistralai completion fish > ~/.config/fish/completions/mistralai.fish
"""


@click.command(epilog=_EXAMPLES)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL."""
    completion_class = get_completion_class(shell)
    assert completion_class is not None
    program = context.find_root()
    name = program.info_name or "mistralai"
    variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
    output: Output = context.obj
    output.write(f"{completion_class(program.command, {}, name, variable).source()}\n")
