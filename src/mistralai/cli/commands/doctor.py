"""`mistralai doctor`: diagnosis of key, network and server problems."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from ..configured import optional_value
from ..options import connection_options, model_option
from ..scenario_names import is_scenario

if TYPE_CHECKING:
    from ..connection import Connection
    from ..output import Output

_EXAMPLES: Final = """\b
Examples:
  mistralai doctor
  mistralai doctor --server-url http://localhost:8000 -m my-model
  mistralai doctor --simulate status-429
"""


@click.command(
    cls=optional_value("--simulate", "auto", is_scenario),
    epilog=_EXAMPLES,
    short_help="Diagnose key, network and server problems.",
)
@model_option()
@connection_options
@click.pass_context
def doctor(context: click.Context, connection: Connection, *, model: str) -> None:
    """Check the key, proxy, DNS, TLS, the list of models and a stream of one token.

    Each line reports a result and what to do about it. The key is not shown.
    """
    from ..doctor.checks import run_checks
    from ..doctor.finding import State
    from ..doctor.target import Target

    output: Output = context.obj
    code = 0
    with connection.client(output, needs_key=False) as client:
        target = Target(
            client=client,
            url=client.sdk_configuration.get_server_details()[0],
            model=model,
            own_server=bool(connection.server_url or os.environ.get("MISTRAL_SERVER_URL")),
            simulated=connection.simulate is not None,
            printed_key="".join(output.secrets),
        )
        for finding in run_checks(target):
            output.write(f"{finding}\n")
            if finding.state is State.FAILED:
                code = code or finding.code
    context.exit(code)
