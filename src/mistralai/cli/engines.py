"""The engines of `mistralai run`, and their options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL: Final = "local"
RAY: Final = "ray"
BATCH: Final = "batch"

_ONLY_WITH: Final = {
    "workers": RAY,
    "ray_address": RAY,
    "timeout_hours": BATCH,
    "cancel": BATCH,
}
_OF_REQUESTS: Final = ("concurrency", "rps", "rpm", "tpm", "attempts", "row_timeout")
"""Options that say how requests are sent: a batch job is not asked for any."""

OPTIONS: Final = (
    click.option(
        "--engine",
        "kind",
        type=click.Choice([LOCAL, RAY, BATCH]),
        default=LOCAL,
        show_default=True,
        metavar="NAME",
        help="The engine that asks the rows: local; ray for workers on a cluster; batch for jobs of"
        " the Batch API, which cost half and take up to a day.",
    ),
    click.option(
        "--workers", type=click.IntRange(1), metavar="N", help="Workers on Ray. [default: 2]"
    ),
    click.option(
        "--ray-address",
        metavar="ADDRESS",
        help="A cluster of Ray, or auto for the one of this machine; by default a local one is"
        " started. [env: RAY_ADDRESS]",
    ),
    click.option(
        "--timeout-hours",
        type=click.IntRange(1),
        metavar="N",
        help="The hours after which a batch job ends unfinished. [default: 24]",
    ),
    click.option(
        "--cancel",
        is_flag=True,
        help="Cancel the batch jobs of the output, and fetch what they have answered.",
    ),
)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """The options that choose an engine.

    Attributes:
        kind: The engine: `"local"`, `"ray"` or `"batch"`.
        workers: The number of workers on Ray; `None` for its default.
        ray_address: The address of a cluster of Ray, or `None`.
        timeout_hours: The hours of a batch job; `None` for the default.
        cancel: Whether batch jobs are cancelled.
    """

    kind: str = LOCAL
    workers: int | None = None
    ray_address: str | None = None
    timeout_hours: int | None = None
    cancel: bool = False

    def check(self, context: click.Context, *, records: bool) -> None:
        """Check that no option was given that the engine does not have.

        Args:
            context: The context of the command.
            records: Whether requests are recorded.

        Raises:
            UsageError: There is one.
        """
        for name, kind in _ONLY_WITH.items():
            if kind != self.kind and _is_given(context, name):
                raise click.UsageError(f"{_flag(name)} needs --engine {kind}")
        if records and self.kind != LOCAL:
            raise click.UsageError("--record needs --engine local: it records this process")
        for name in _OF_REQUESTS:
            if self.kind == BATCH and _is_given(context, name):
                raise click.UsageError(
                    f"{_flag(name)} needs --engine local or ray: the Batch API has limits of its"
                    " own"
                )

    def settings(self) -> Mapping[str, Any]:
        """Return the argument of `Run` that chooses the engine."""
        given: dict[str, Any] = {"timeout_hours": self.timeout_hours, "workers": self.workers}
        options = {name: value for name, value in given.items() if value is not None}
        if self.kind == RAY:
            from ..bulk.ray import Ray

            return {"engine": Ray(address=self.ray_address, **options)}
        if self.kind == BATCH:
            from ..bulk.batch import Batch

            return {"engine": Batch(cancel=self.cancel, **options)}
        return {}


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
