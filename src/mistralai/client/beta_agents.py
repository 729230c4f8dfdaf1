"""Agents as the API stores them: `client.beta.agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._api.agentendpoints import (
    CREATE,
    CREATE_ALIAS,
    DELETE,
    DELETE_ALIAS,
    GET,
    GET_VERSION,
    LIST,
    LIST_ALIASES,
    LIST_PAGES,
    LIST_VERSIONS,
    UPDATE,
    UPDATE_VERSION,
)
from ._api.agentparams import (
    AgentAliasParams,
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
from ._api.paging import Pages, iterate, iterate_async, queried
from ._api.resource import Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncIterator, Iterator, Sequence

    from typing_extensions import Unpack

    from .models import Agent, AgentAliasResponse, AgentListPage, AgentsAPIV1AgentsListPagesResponse


class BetaAgents(Resource):
    """Agents: a model with instructions, tools and options, in versions.

    `create` needs `model` and `name`, and the methods about one agent need `agent_id`. Nothing is
    created twice: a request that creates an agent or a version, and was sent, is repeated only
    after status 429.

    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(AgentCreateParams)
    def create(self, **params: Unpack[AgentCreateParams]) -> Agent:
        """Create an agent; its first version has the number 0."""
        take_headers(params)
        return self._complete(CREATE, "create", AgentCreateParams(**params))

    @described_by(AgentCreateParams)
    async def create_async(self, **params: Unpack[AgentCreateParams]) -> Agent:
        """Create an agent; its first version has the number 0, async."""
        take_headers(params)
        return await self._complete_async(CREATE, "create_async", AgentCreateParams(**params))

    @described_by(AgentsListParams)
    def list(self, **params: Unpack[AgentsListParams]) -> builtins.list[Agent]:
        """Return one page of the agents; `iterate` yields those of all pages."""
        take_headers(params)
        return self._complete(LIST, "list", queried(AgentsListParams(**params)))

    @described_by(AgentsListParams)
    async def list_async(self, **params: Unpack[AgentsListParams]) -> builtins.list[Agent]:
        """Return one page of the agents; `iterate` yields those of all pages, async."""
        take_headers(params)
        return await self._complete_async(LIST, "list_async", queried(AgentsListParams(**params)))

    @described_by(AgentsListParams)
    def iterate(self, **params: Unpack[AgentsListParams]) -> Iterator[Agent]:
        """Yield the agents of all pages, from `page` on; each page is requested when reached."""
        take_headers(params)
        return iterate(
            self.list, Pages(AgentsListParams, "iterate", AgentsListParams(**params), _page)
        )

    @described_by(AgentsListParams)
    def iterate_async(self, **params: Unpack[AgentsListParams]) -> AsyncIterator[Agent]:
        """Yield the agents of all pages, as `iterate` does, for `async for`."""
        take_headers(params)
        pages = Pages(AgentsListParams, "iterate_async", AgentsListParams(**params), _page)
        return iterate_async(self.list_async, pages)

    @described_by(AgentPagesParams)
    def list_pages(self, **params: Unpack[AgentPagesParams]) -> AgentsAPIV1AgentsListPagesResponse:
        """Return one page of the agents, as `result`; `next()` returns the next one, or `None`.

        The API shows here the agents that are shared with the caller as well.
        """
        from .models import AgentsAPIV1AgentsListPagesResponse

        take_headers(params)
        page = self._complete(LIST_PAGES, "list_pages", queried(AgentPagesParams(**params)))
        more = _more(page, params)
        return AgentsAPIV1AgentsListPagesResponse(
            result=page, next=lambda: None if more is None else self.list_pages(**more)
        )

    @described_by(AgentPagesParams)
    async def list_pages_async(
        self, **params: Unpack[AgentPagesParams]
    ) -> AgentsAPIV1AgentsListPagesResponse:
        """Return one page of the agents, as `list_pages`, async; await what `next()` returns."""
        from .models import AgentsAPIV1AgentsListPagesResponse

        take_headers(params)
        given = queried(AgentPagesParams(**params))
        page = await self._complete_async(LIST_PAGES, "list_pages_async", given)
        more = _more(page, params)

        async def next_page() -> AgentsAPIV1AgentsListPagesResponse | None:
            return None if more is None else await self.list_pages_async(**more)

        return AgentsAPIV1AgentsListPagesResponse(result=page, next=next_page)

    @described_by(AgentGetParams)
    def get(self, **params: Unpack[AgentGetParams]) -> Agent:
        """Return an agent, in its current version or in `agent_version`."""
        take_headers(params)
        return self._complete(GET, "get", AgentGetParams(**params))

    @described_by(AgentGetParams)
    async def get_async(self, **params: Unpack[AgentGetParams]) -> Agent:
        """Return an agent, in its current version or in `agent_version`, async."""
        take_headers(params)
        return await self._complete_async(GET, "get_async", AgentGetParams(**params))

    @described_by(AgentUpdateParams)
    def update(self, **params: Unpack[AgentUpdateParams]) -> Agent:
        """Change an agent: return its new version, which becomes the current one."""
        take_headers(params)
        return self._complete(UPDATE, "update", AgentUpdateParams(**params))

    @described_by(AgentUpdateParams)
    async def update_async(self, **params: Unpack[AgentUpdateParams]) -> Agent:
        """Change an agent: return its new version, which becomes the current one, async."""
        take_headers(params)
        return await self._complete_async(UPDATE, "update_async", AgentUpdateParams(**params))

    @described_by(AgentParams)
    def delete(self, **params: Unpack[AgentParams]) -> None:
        """Delete an agent."""
        take_headers(params)
        return self._complete(DELETE, "delete", AgentParams(**params))

    @described_by(AgentParams)
    async def delete_async(self, **params: Unpack[AgentParams]) -> None:
        """Delete an agent, async."""
        take_headers(params)
        return await self._complete_async(DELETE, "delete_async", AgentParams(**params))

    @described_by(AgentUpdateVersionParams)
    def update_version(self, **params: Unpack[AgentUpdateVersionParams]) -> Agent:
        """Switch to a version, which becomes the current one, and return it."""
        take_headers(params)
        return self._complete(UPDATE_VERSION, "update_version", AgentUpdateVersionParams(**params))

    @described_by(AgentUpdateVersionParams)
    async def update_version_async(self, **params: Unpack[AgentUpdateVersionParams]) -> Agent:
        """Switch to a version, which becomes the current one, and return it, async."""
        take_headers(params)
        return await self._complete_async(
            UPDATE_VERSION, "update_version_async", AgentUpdateVersionParams(**params)
        )

    @described_by(AgentVersionsParams)
    def list_versions(self, **params: Unpack[AgentVersionsParams]) -> builtins.list[Agent]:
        """Return one page of the versions of an agent."""
        take_headers(params)
        return self._complete(LIST_VERSIONS, "list_versions", AgentVersionsParams(**params))

    @described_by(AgentVersionsParams)
    async def list_versions_async(
        self, **params: Unpack[AgentVersionsParams]
    ) -> builtins.list[Agent]:
        """Return one page of the versions of an agent, async."""
        take_headers(params)
        return await self._complete_async(
            LIST_VERSIONS, "list_versions_async", AgentVersionsParams(**params)
        )

    @described_by(AgentVersionsParams)
    def iterate_versions(self, **params: Unpack[AgentVersionsParams]) -> Iterator[Agent]:
        """Yield all versions of an agent, from `page` on; each page is requested when reached."""
        take_headers(params)
        return iterate(
            self.list_versions,
            Pages(AgentVersionsParams, "iterate_versions", AgentVersionsParams(**params), _page),
        )

    @described_by(AgentVersionsParams)
    def iterate_versions_async(self, **params: Unpack[AgentVersionsParams]) -> AsyncIterator[Agent]:
        """Yield all versions of an agent, as `iterate_versions` does, for `async for`."""
        take_headers(params)
        pages = Pages(
            AgentVersionsParams, "iterate_versions_async", AgentVersionsParams(**params), _page
        )
        return iterate_async(self.list_versions_async, pages)

    @described_by(AgentGetVersionParams)
    def get_version(self, **params: Unpack[AgentGetVersionParams]) -> Agent:
        """Return a version of an agent, by its number or alias."""
        take_headers(params)
        return self._complete(GET_VERSION, "get_version", AgentGetVersionParams(**params))

    @described_by(AgentGetVersionParams)
    async def get_version_async(self, **params: Unpack[AgentGetVersionParams]) -> Agent:
        """Return a version of an agent, by its number or alias, async."""
        take_headers(params)
        return await self._complete_async(
            GET_VERSION, "get_version_async", AgentGetVersionParams(**params)
        )

    @described_by(AgentCreateAliasParams)
    def create_version_alias(self, **params: Unpack[AgentCreateAliasParams]) -> AgentAliasResponse:
        """Name a version, or move the name to it."""
        take_headers(params)
        return self._complete(
            CREATE_ALIAS, "create_version_alias", AgentCreateAliasParams(**params)
        )

    @described_by(AgentCreateAliasParams)
    async def create_version_alias_async(
        self, **params: Unpack[AgentCreateAliasParams]
    ) -> AgentAliasResponse:
        """Name a version, or move the name to it, async."""
        take_headers(params)
        return await self._complete_async(
            CREATE_ALIAS, "create_version_alias_async", AgentCreateAliasParams(**params)
        )

    @described_by(AgentParams)
    def list_version_aliases(
        self, **params: Unpack[AgentParams]
    ) -> builtins.list[AgentAliasResponse]:
        """Return the names of the versions of an agent."""
        take_headers(params)
        return self._complete(LIST_ALIASES, "list_version_aliases", AgentParams(**params))

    @described_by(AgentParams)
    async def list_version_aliases_async(
        self, **params: Unpack[AgentParams]
    ) -> builtins.list[AgentAliasResponse]:
        """Return the names of the versions of an agent, async."""
        take_headers(params)
        return await self._complete_async(
            LIST_ALIASES, "list_version_aliases_async", AgentParams(**params)
        )

    @described_by(AgentAliasParams)
    def delete_version_alias(self, **params: Unpack[AgentAliasParams]) -> None:
        """Remove the name of a version."""
        take_headers(params)
        return self._complete(DELETE_ALIAS, "delete_version_alias", AgentAliasParams(**params))

    @described_by(AgentAliasParams)
    async def delete_version_alias_async(self, **params: Unpack[AgentAliasParams]) -> None:
        """Remove the name of a version, async."""
        take_headers(params)
        return await self._complete_async(
            DELETE_ALIAS, "delete_version_alias_async", AgentAliasParams(**params)
        )


def _page(answer: Sequence[Agent]) -> tuple[Sequence[Agent], int | None]:
    return answer, None


def _more(page: AgentListPage, params: AgentPagesParams) -> Any:
    """Return the keywords of the next page, or `None` after the last one."""
    if not page.data or not page.next_page_token:
        return None
    return {**params, "page_token": page.next_page_token}
