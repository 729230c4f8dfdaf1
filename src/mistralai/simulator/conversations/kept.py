"""The conversations of a simulator: `/v1/conversations`."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from ..answers import Answer
from ..api import errors, requests
from ..api.checks import wrong
from ..jsonvalues import is_object
from ..model.reply import Reply
from ..model.seeding import Randomness
from ..received import Request
from ..stored.agents import Agents
from ..stored.pages import page_of
from ..stored.query import Query
from ..stored.stamps import Stamps, iso
from . import checks
from .answer import Turn
from .history import Entry, entries_of, messages_of
from .speaking import Conversation, speak

PATH: Final = "/v1/conversations"
_PARTS: Final = re.compile(rf"{PATH}(/[^/]+)*")
_MESSAGES: Final = frozenset({"message.input", "message.output"})


def is_path(path: str) -> bool:
    """Return whether a path is one of conversations."""
    return _PARTS.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Asking:
    """A checked request for an answer.

    Attributes:
        body: The body.
        conversation: The conversation with the new inputs.
        kept: The conversations, to which it is added if the request says so.
    """

    body: dict[str, Any]
    conversation: Conversation
    kept: "Conversations"

    def answered(self, reply: Reply, randomness: Randomness) -> Turn:
        """Return the answer, and keep the conversation."""
        return self.kept.answered(self, reply, randomness)


class Conversations:
    """The conversations of a simulator. An agent is one that is stored there.

    Args:
        seed: The simulator's seed.
        agents: The agents.
    """

    def __init__(self, seed: int, agents: Agents) -> None:
        self._agents = agents
        self._conversations: dict[str, Conversation] = {}
        self._stamps = Stamps(seed)

    def answer(self, request: Request) -> Answer | Asking:
        """Answer a request below `PATH`, or return what it asks the model.

        Raises:
            Refused: The request is wrong, or there is no such conversation.
        """
        names = [*filter(None, request.path.removeprefix(PATH).split("/"))]
        match request.method, names:
            case "POST", []:
                return self._start(requests.parse(request.body, checks.START))
            case "POST", [conversation_id]:
                return self._append(conversation_id, requests.parse(request.body, checks.APPEND))
            case "POST", [conversation_id, "restart"]:
                body = requests.parse(request.body, checks.RESTART)
                return self._restart(conversation_id, body)
            case _:
                return self._answer_without_model(request, names)

    def answered(self, asking: Asking, reply: Reply, randomness: Randomness) -> Turn:
        """Return the answer to a request, and keep the conversation if it says so."""
        turn = speak(asking.conversation, reply, randomness, self._stamps)
        if asking.body.get("store") is not False:
            self._conversations[asking.conversation.id] = asking.conversation
        return turn

    def _answer_without_model(self, request: Request, names: list[str]) -> Answer:
        match request.method, names:
            case "GET", []:
                return self._list(Query(request.target))
            case "GET", [conversation_id]:
                return Answer.of_json(self._found(conversation_id).described)
            case "GET", [conversation_id, "history" | "messages" as part]:
                return _part(self._found(conversation_id), part)
            case "DELETE", [conversation_id]:
                del self._conversations[self._found(conversation_id).id]
                return Answer(status=204, content_type=None)
            case _:
                raise errors.Refused(_wrong_method(names))

    def _start(self, body: dict[str, Any]) -> Asking:
        agent_id, model = body.get("agent_id"), body.get("model")
        if (agent_id is None) == (model is None):
            message = "Value error, Exactly one of agent_id and model should be given"
            raise errors.Refused(errors.invalid([wrong("value_error", ("body",), message, body)]))
        described = self._described(body)
        if agent_id is None:
            settings = body
            described |= {
                "model": model,
                **{name: body.get(name) for name in ("instructions", "guardrails")},
                "tools": body.get("tools") or [],
                "completion_args": body.get("completion_args") or {},
            }
        else:
            version = body.get("agent_version")
            settings = self._agents.described(agent_id, None if version is None else str(version))
            described |= {"agent_id": agent_id, "agent_version": version}
        conversation = Conversation(
            described,
            settings["model"],
            settings.get("instructions"),
            settings.get("tools") or [],
            {**(settings.get("completion_args") or {}), **(body.get("completion_args") or {})},
        )
        return self._asking(body, conversation, [])

    def _append(self, conversation_id: str, body: dict[str, Any]) -> Asking:
        found = self._found(conversation_id)
        arguments: dict[str, Any] = {**found.arguments, **(body.get("completion_args") or {})}
        conversation = replace(found, arguments=arguments, described={**found.described})
        return self._asking(body, conversation, found.entries)

    def _restart(self, conversation_id: str, body: dict[str, Any]) -> Asking:
        found = self._found(conversation_id)
        ids = [entry["id"] for entry in found.entries]
        if body["from_entry_id"] not in ids:
            message = f"No entry matches the id {body['from_entry_id']!r}"
            raise errors.Refused(errors.detail_error(404, message))
        kept = found.entries[: ids.index(body["from_entry_id"]) + 1]
        changed: dict[str, Any] = {
            name: body[name] for name in ("metadata", "guardrails") if name in body
        }
        fresh = {"id": f"conv_{self._stamps.token()}", "created_at": iso(self._stamps.now())}
        conversation = replace(
            found,
            described={**found.described, **changed, **fresh},
            arguments={**found.arguments, **(body.get("completion_args") or {})},
        )
        return self._asking(body, conversation, kept)

    def _asking(
        self, body: dict[str, Any], conversation: Conversation, before: list[Entry]
    ) -> Asking:
        inputs = entries_of(body.get("inputs"), self._stamps)
        if not inputs and not before:
            message = "List should have at least 1 item after validation, not 0"
            entry = wrong("too_short", ("body", "inputs"), message, body.get("inputs"))
            raise errors.Refused(errors.invalid([entry]))
        if not messages_of([*before, *inputs], None):
            message = "Value error, there is no message to answer"
            entry = wrong("value_error", ("body", "inputs"), message, body.get("inputs"))
            raise errors.Refused(errors.invalid([entry]))
        return Asking(body, replace(conversation, entries=[*before, *inputs]), self)

    def _described(self, body: dict[str, Any]) -> dict[str, Any]:
        now = iso(self._stamps.now())
        return {
            "id": f"conv_{self._stamps.token()}",
            "object": "conversation",
            "created_at": now,
            "updated_at": now,
            **{name: body.get(name) for name in ("name", "description", "metadata")},
        }

    def _list(self, query: Query) -> Answer:
        try:
            wanted: Any = json.loads(query.text("metadata") or "null")
        except ValueError:
            wanted = None
        # The generated SDK sends a mark, as a string, where there is no filter.
        wanted = wanted if is_object(wanted) else {}
        newest_first = [each.described for each in reversed(self._conversations.values())]
        found = [d for d in newest_first if wanted.items() <= (d["metadata"] or {}).items()]
        return Answer.of_json([*page_of(found, query, size=100, most=1000)])

    def _found(self, conversation_id: str) -> Conversation:
        found = self._conversations.get(conversation_id)
        if found is None:
            message = f"No conversation matches the id {conversation_id!r}"
            raise errors.Refused(errors.detail_error(404, message))
        return found


def _part(conversation: Conversation, part: str) -> Answer:
    entries = conversation.entries
    if part == "messages":
        entries = [entry for entry in entries if entry["type"] in _MESSAGES]
    name = "entries" if part == "history" else "messages"
    return Answer.of_json(
        {
            "object": f"conversation.{part}",
            "conversation_id": conversation.id,
            name: entries,
        }
    )


def _wrong_method(names: list[str]) -> Answer:
    match names:
        case []:
            return errors.method_not_allowed("GET, POST")
        case [_]:
            return errors.method_not_allowed("DELETE, GET, POST")
        case [_, "restart"]:
            return errors.method_not_allowed("POST")
        case [_, "history" | "messages"]:
            return errors.method_not_allowed("GET")
        case _:
            return errors.not_found()
