"""The endpoints of `client.beta.agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .agentparams import (
    AgentAliasParams,
    AgentBody,
    AgentChanges,
    AgentCreateAliasParams,
    AgentCreateParams,
    AgentGetParams,
    AgentGetVersionParams,
    AgentPagesParams,
    AgentParams,
    AgentsListParams,
    AgentUpdateParams,
    AgentUpdateVersionParams,
    AgentVersionsParams,
)
from .resource import Endpoint

if TYPE_CHECKING:
    from ..models import Agent, AgentAliasResponse, AgentListPage


def _agent() -> type[Agent]:
    from ..models import Agent

    return Agent


def _agents() -> type[list[Agent]]:
    from ..models import Agent

    return list[Agent]


def _agent_page() -> type[AgentListPage]:
    from ..models import AgentListPage

    return AgentListPage


def _alias() -> type[AgentAliasResponse]:
    from ..models import AgentAliasResponse

    return AgentAliasResponse


def _aliases() -> type[list[AgentAliasResponse]]:
    from ..models import AgentAliasResponse

    return list[AgentAliasResponse]


def _schema() -> type:
    from .storedschemas import Agent

    return Agent


def _changes() -> type:
    from .storedschemas import AgentChanges

    return AgentChanges


_ONE = "/v1/agents/{agent_id}"
_FILTERS = ("deployment_chat", "sources", "name", "search", "id", "metadata")
_FIRST_PAGE = (("page", 0), ("page_size", 20))

CREATE = Endpoint("/v1/agents", AgentCreateParams, _agent, AgentBody, schema=_schema, creates=True)
LIST = Endpoint(
    "/v1/agents",
    AgentsListParams,
    _agents,
    query=("page", "page_size", *_FILTERS),
    defaults=_FIRST_PAGE,
)
LIST_PAGES = Endpoint(
    "/v1/agents/pages",
    AgentPagesParams,
    _agent_page,
    query=("page_size", *_FILTERS, "page_token"),
    defaults=(("page_size", 20),),
)
GET = Endpoint(_ONE, AgentGetParams, _agent, query=("agent_version",))
UPDATE = Endpoint(
    _ONE, AgentUpdateParams, _agent, AgentChanges, schema=_changes, method="PATCH", creates=True
)
DELETE: Endpoint[None] = Endpoint(_ONE, AgentParams, None, method="DELETE")
UPDATE_VERSION = Endpoint(
    f"{_ONE}/version", AgentUpdateVersionParams, _agent, query=("version",), method="PATCH"
)
LIST_VERSIONS = Endpoint(
    f"{_ONE}/versions",
    AgentVersionsParams,
    _agents,
    query=("page", "page_size"),
    defaults=_FIRST_PAGE,
)
GET_VERSION = Endpoint(f"{_ONE}/versions/{{version}}", AgentGetVersionParams, _agent)
CREATE_ALIAS = Endpoint(
    f"{_ONE}/aliases", AgentCreateAliasParams, _alias, query=("alias", "version"), method="PUT"
)
LIST_ALIASES = Endpoint(f"{_ONE}/aliases", AgentParams, _aliases)
DELETE_ALIAS: Endpoint[None] = Endpoint(
    f"{_ONE}/aliases", AgentAliasParams, None, query=("alias",), method="DELETE"
)
