"""Parts of the API that may still change: `client.beta`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ._api.resource import Resource

if TYPE_CHECKING:
    from .beta_agents import BetaAgents
    from .conversations import Conversations


class Beta(Resource):
    """Parts of the API that may still change."""

    @cached_property
    def agents(self) -> BetaAgents:
        """Agents as the API stores them."""
        from .beta_agents import BetaAgents

        return BetaAgents(self.sdk_configuration)

    @cached_property
    def conversations(self) -> Conversations:
        """Conversations that the API keeps."""
        from .conversations import Conversations

        return Conversations(self.sdk_configuration)
