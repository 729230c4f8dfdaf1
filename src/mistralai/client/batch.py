"""Batches of requests: `client.batch`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ._api.resource import Resource

if TYPE_CHECKING:
    from .jobs import Jobs


class Batch(Resource):
    """Batches of requests."""

    @cached_property
    def jobs(self) -> Jobs:
        """Batch jobs."""
        from .jobs import Jobs

        return Jobs(self.sdk_configuration)
