"""Agents that the API stores: each method against the state of a simulator."""

import pytest

from mistralai.client.errors import NotFoundError
from mistralai.client.models import (
    Agent,
    AgentAliasResponse,
    AgentListPage,
    AgentsAPIV1AgentsListPagesResponse,
    CompletionArgs,
    FunctionTool,
    WebSearchTool,
)
from support.paging import items

TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


def test_an_agent_is_created_changed_and_deleted(colour, sim):
    agents = colour.client(server_url=sim.url).beta.agents
    made = colour.ask(
        agents,
        "create",
        model="mistral-small-latest",
        name="Ann",
        tools=[TOOL, WebSearchTool()],
        completion_args={"temperature": 0.5},
        metadata={"team": 7},
    )
    assert type(made) is Agent
    assert [type(tool) for tool in made.tools] == [FunctionTool, WebSearchTool]
    assert made.completion_args == CompletionArgs(temperature=0.5)
    assert (made.version, made.versions, made.created_at.year) == (0, [0], 2026)
    changed = colour.ask(agents, "update", agent_id=made.id, instructions="Be kind")
    assert (changed.version, changed.name, changed.instructions) == (1, "Ann", "Be kind")
    assert colour.ask(agents, "update_version", agent_id=made.id, version=0).version == 0
    assert colour.ask(agents, "get", agent_id=made.id).instructions is None
    assert colour.ask(agents, "get", agent_id=made.id, agent_version=1).version == 1
    assert colour.ask(agents, "get_version", agent_id=made.id, version="1").version == 1
    versions = colour.ask(agents, "list_versions", agent_id=made.id, page_size=1)
    assert [type(version) for version in versions] == [Agent]
    found = colour.collect(items(colour, agents, "iterate_versions", agent_id=made.id, page_size=1))
    assert [version.version for version in found] == [1, 0]
    assert colour.ask(agents, "delete", agent_id=made.id) is None
    with pytest.raises(NotFoundError):
        colour.ask(agents, "get", agent_id=made.id)


def test_a_version_has_names(colour, sim):
    agents = colour.client(server_url=sim.url).beta.agents
    made = colour.ask(agents, "create", model="m", name="Ann")
    prod = {"agent_id": made.id, "alias": "prod"}
    alias = colour.ask(agents, "create_version_alias", version=0, **prod)
    assert type(alias) is AgentAliasResponse
    assert (alias.alias, alias.version) == ("prod", 0)
    assert colour.ask(agents, "get", agent_id=made.id, agent_version="prod").version == 0
    assert colour.ask(agents, "list_version_aliases", agent_id=made.id) == [alias]
    assert colour.ask(agents, "delete_version_alias", **prod) is None
    assert colour.ask(agents, "list_version_aliases", agent_id=made.id) == []


def test_agents_are_listed_in_pages_of_both_kinds(colour, sim):
    agents = colour.client(server_url=sim.url).beta.agents
    for name in ("Ann", "Bob", "Cid"):
        colour.ask(agents, "create", model="m", name=name, metadata={"of": name})
    listed = colour.ask(agents, "list", metadata={"of": "Bob"}, sources=["api"])
    with pytest.raises(TypeError, match="metadata takes a dict with values of JSON: Object"):
        colour.ask(agents, "list", metadata={"of": object()})
    assert [agent.name for agent in listed] == ["Bob"]
    found = colour.collect(items(colour, agents, "iterate", page_size=2))
    assert [agent.name for agent in found] == ["Cid", "Bob", "Ann"]
    first = colour.ask(agents, "list_pages", page_size=2)
    assert type(first) is AgentsAPIV1AgentsListPagesResponse
    assert type(first.result) is AgentListPage
    second = colour.call(first.next)
    assert [agent.name for agent in first.result.data + second.result.data] == [
        *("Cid", "Bob", "Ann"),
    ]
    assert colour.call(second.next) is None
