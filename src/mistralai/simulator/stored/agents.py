"""Agents and their versions: `/v1/agents`."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..answers import Answer
from ..api import errors, requests
from ..api.checks import Check, boolean, list_of, mapping, nullable, record, string, wrong
from ..jsonvalues import is_object
from .pages import page_of
from .query import Query
from .routes import Asked, Route
from .stamps import Stamps, iso

_SETTINGS: Final[Mapping[str, Check]] = {
    "instructions": nullable(string),
    "tools": list_of(requests.tool),
    "completion_args": requests.COMPLETION_ARGS,
    "guardrails": nullable(list_of(mapping)),
    "description": nullable(string),
    "handoffs": nullable(list_of(string)),
    "metadata": nullable(mapping),
    "version_message": nullable(string),
}
_TOKEN: Final = re.compile(r"from-([0-9]{1,9})")
_CREATE: Final = record({"model": string, "name": string}, _SETTINGS)
_UPDATE: Final = record(
    {},
    {
        **_SETTINGS,
        "model": nullable(string),
        "name": nullable(string),
        "deployment_chat": nullable(boolean),
    },
)
_DEFAULTS: Final[Mapping[str, Any]] = {
    "instructions": None,
    "tools": [],
    "completion_args": {},
    "guardrails": None,
    "description": None,
    "handoffs": None,
    "metadata": None,
    "version_message": None,
    "deployment_chat": False,
    "source": "api",
    "owner_id": None,
}


@dataclass(slots=True)
class _Agent:
    """An agent: its versions, by their numbers, and the one that is current."""

    id: str
    created_at: str
    versions: list[dict[str, Any]]
    current: int = 0
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def described(self, version: int | None = None) -> dict[str, Any]:
        """Return a version as JSON, by default the current one."""
        number = self.current if version is None else version
        return {
            "id": self.id,
            "object": "agent",
            "version": number,
            "versions": [*range(len(self.versions))],
            "created_at": self.created_at,
            **self.versions[number],
        }

    def number_of(self, version: str) -> int:
        """Return the number of a version from its number or alias as text.

        Raises:
            Refused: The agent has no such version: 404.
        """
        if version in self.aliases:
            number: int = self.aliases[version]["version"]
            return number
        if version in map(str, range(len(self.versions))):
            return int(version)
        message = f"Agent {self.id} has no version {version!r}"
        raise errors.Refused(errors.detail_error(404, message))


class Agents:
    """The agents of a simulator.

    Args:
        stamps: Gives ids and times.
    """

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._agents: dict[str, _Agent] = {}

    def routes(self) -> Iterable[Route]:
        """Return the routes of agents."""
        return (
            Route("POST", "/v1/agents", self._create),
            Route("GET", "/v1/agents", self._list),
            Route("GET", "/v1/agents/pages", self._list_pages),
            Route("GET", "/v1/agents/{agent_id}", self._get),
            Route("PATCH", "/v1/agents/{agent_id}", self._update),
            Route("DELETE", "/v1/agents/{agent_id}", self._delete),
            Route("PATCH", "/v1/agents/{agent_id}/version", self._update_version),
            Route("GET", "/v1/agents/{agent_id}/versions", self._list_versions),
            Route("GET", "/v1/agents/{agent_id}/versions/{version}", self._get_version),
            Route("PUT", "/v1/agents/{agent_id}/aliases", self._create_alias),
            Route("GET", "/v1/agents/{agent_id}/aliases", self._list_aliases),
            Route("DELETE", "/v1/agents/{agent_id}/aliases", self._delete_alias),
        )

    def described(self, agent_id: str, version: str | None = None) -> dict[str, Any]:
        """Return an agent as JSON.

        Args:
            agent_id: The id of the agent.
            version: The number or alias of a version; `None` for the current one.

        Raises:
            Refused: There is no such agent, or no such version: 404.
        """
        agent = self._agents.get(agent_id)
        if agent is None:
            raise errors.Refused(errors.detail_error(404, f"No agent matches the id {agent_id!r}"))
        return agent.described(None if version is None else agent.number_of(version))

    def _create(self, asked: Asked) -> Answer:
        body = requests.parse(asked.request.body, _CREATE)
        now = iso(self._stamps.now())
        agent = _Agent(
            id=f"ag_{self._stamps.token()}",
            created_at=now,
            versions=[{**_DEFAULTS, **body, "updated_at": now}],
        )
        self._agents[agent.id] = agent
        return Answer.of_json(agent.described())

    def _list(self, asked: Asked) -> Answer:
        wanted = self._wanted(asked.query)
        return Answer.of_json([*page_of(wanted, asked.query, size=20, most=1000)])

    def _list_pages(self, asked: Asked) -> Answer:
        query = asked.query
        wanted = self._wanted(query)
        size = query.integer("page_size", 20, at_least=1, at_most=1000)
        begin = _begin_of(query.text("page_token"))
        end = begin + size
        token = f"from-{end}" if end < len(wanted) else None
        return Answer.of_json(
            {"data": wanted[begin:end], "object": "list", "next_page_token": token}
        )

    def _wanted(self, query: Query) -> list[dict[str, Any]]:
        agents = [agent.described() for agent in reversed(self._agents.values())]
        return [agent for agent in agents if _is_wanted(agent, query)]

    def _get(self, asked: Asked) -> Answer:
        version = asked.query.text("agent_version")
        return Answer.of_json(self.described(asked.names["agent_id"], version))

    def _update(self, asked: Asked) -> Answer:
        agent = self._found(asked)
        body = requests.parse(asked.request.body, _UPDATE)
        kept = {name: value for name, value in body.items() if name not in {"model", "name"}}
        changed = {name: body[name] for name in ("model", "name") if body.get(name) is not None}
        before = {**agent.versions[agent.current], "version_message": None}
        now = iso(self._stamps.now())
        agent.versions.append({**before, **kept, **changed, "updated_at": now})
        agent.current = len(agent.versions) - 1
        return Answer.of_json(agent.described())

    def _delete(self, asked: Asked) -> Answer:
        del self._agents[self._found(asked).id]
        return Answer(status=204, content_type=None)

    def _update_version(self, asked: Asked) -> Answer:
        agent = self._found(asked)
        agent.current = agent.number_of(str(asked.query.integer("version")))
        return Answer.of_json(agent.described())

    def _list_versions(self, asked: Asked) -> Answer:
        agent = self._found(asked)
        newest_first = [agent.described(number) for number in reversed(range(len(agent.versions)))]
        return Answer.of_json([*page_of(newest_first, asked.query, size=20, most=1000)])

    def _get_version(self, asked: Asked) -> Answer:
        agent = self._found(asked)
        return Answer.of_json(agent.described(agent.number_of(asked.names["version"])))

    def _create_alias(self, asked: Asked) -> Answer:
        agent = self._found(asked)
        alias = asked.query.required("alias")
        version = agent.number_of(str(asked.query.integer("version")))
        now = iso(self._stamps.now())
        created_at = agent.aliases.get(alias, {}).get("created_at", now)
        agent.aliases[alias] = {
            "alias": alias,
            "version": version,
            "created_at": created_at,
            "updated_at": now,
        }
        return Answer.of_json(agent.aliases[alias])

    def _list_aliases(self, asked: Asked) -> Answer:
        return Answer.of_json([*self._found(asked).aliases.values()])

    def _delete_alias(self, asked: Asked) -> Answer:
        agent = self._found(asked)
        alias = asked.query.required("alias")
        if agent.aliases.pop(alias, None) is None:
            message = f"Agent {agent.id} has no alias {alias!r}"
            raise errors.Refused(errors.detail_error(404, message))
        return Answer(status=204, content_type=None)

    def _found(self, asked: Asked) -> _Agent:
        self.described(asked.names["agent_id"])
        return self._agents[asked.names["agent_id"]]


def _is_wanted(agent: Mapping[str, Any], query: Query) -> bool:
    name, search, agent_id = query.text("name"), query.text("search"), query.text("id")
    sources = query.texts("sources")
    chat = query.text("deployment_chat")
    metadata: Mapping[str, Any] = agent["metadata"] or {}
    return (
        name in {None, agent["name"]}
        and agent_id in {None, agent["id"]}
        and (search is None or search in agent["name"] or search in agent["id"])
        and (not sources or agent["source"] in sources)
        and (
            chat is None or query.flag("deployment_chat", default=False) is agent["deployment_chat"]
        )
        and _metadata_of(query).items() <= metadata.items()
    )


def _metadata_of(query: Query) -> dict[str, Any]:
    text = query.text("metadata")
    try:
        value = json.loads(text or "null")
    except ValueError as error:
        place = ("query", "metadata")
        entry = wrong("json_invalid", place, f"Invalid JSON: {error}", text)
        raise errors.Refused(errors.invalid([entry])) from None
    # Without a filter the generated SDK sends a mark, which is a string.
    return value if is_object(value) else {}


def _begin_of(token: str | None) -> int:
    """Return the index of the first item of the page with this token."""
    if token is None:
        return 0
    number = _TOKEN.fullmatch(token)
    if number is None:
        entry = wrong("value_error", ("query", "page_token"), "Unknown page token", token)
        raise errors.Refused(errors.invalid([entry]))
    return int(number[1])
