"""The endpoints of `client.beta.conversations`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from .conversationparams import (
    AppendBody,
    AppendParams,
    AppendStreamParams,
    ConversationParams,
    ConversationsParams,
    RestartBody,
    RestartParams,
    RestartStreamParams,
    StartBody,
    StartParams,
    StartStreamParams,
)
from .resource import Endpoint

if TYPE_CHECKING:
    from ..models import (
        ConversationHistory,
        ConversationMessages,
        ConversationResponse,
        ResponseV1ConversationsGet,
    )


def _answer() -> type[ConversationResponse]:
    from ..models import ConversationResponse

    return ConversationResponse


def _conversation() -> Any:
    from ..models import ResponseV1ConversationsGet

    return ResponseV1ConversationsGet


def _conversations() -> Any:
    from ..models import ResponseV1ConversationsGet

    return list[ResponseV1ConversationsGet]


def _history() -> type[ConversationHistory]:
    from ..models import ConversationHistory

    return ConversationHistory


def _messages() -> type[ConversationMessages]:
    from ..models import ConversationMessages

    return ConversationMessages


def _start() -> type:
    from .conversationschemas import Start

    return Start


def _append() -> type:
    from .conversationschemas import Append

    return Append


def _restart() -> type:
    from .conversationschemas import Restart

    return Restart


_ALL: Final = "/v1/conversations"
_ONE: Final = "/v1/conversations/{conversation_id}"
_STORED: Final = (("store", True), ("handoff_execution", "server"))

START = Endpoint(
    _ALL, StartParams, _answer, StartBody, schema=_start, creates=True, operation="chat"
)
APPEND = Endpoint(
    _ONE,
    AppendParams,
    _answer,
    AppendBody,
    schema=_append,
    defaults=_STORED,
    creates=True,
    operation="chat",
)
RESTART = Endpoint(
    f"{_ONE}/restart",
    RestartParams,
    _answer,
    RestartBody,
    schema=_restart,
    defaults=_STORED,
    creates=True,
    operation="chat",
)
START_STREAM = replace(START, params=StartStreamParams)
START_AGENT = replace(START, operation="invoke_agent")
START_AGENT_STREAM = replace(START_STREAM, operation="invoke_agent")
APPEND_STREAM = replace(APPEND, params=AppendStreamParams)
RESTART_STREAM = replace(RESTART, params=RestartStreamParams)
LIST: Endpoint[list[ResponseV1ConversationsGet]] = Endpoint(
    _ALL,
    ConversationsParams,
    _conversations,
    query=("page", "page_size", "metadata"),
    defaults=(("page", 0), ("page_size", 100)),
)
GET: Endpoint[ResponseV1ConversationsGet] = Endpoint(_ONE, ConversationParams, _conversation)
DELETE: Endpoint[None] = Endpoint(_ONE, ConversationParams, None, method="DELETE")
HISTORY = Endpoint(f"{_ONE}/history", ConversationParams, _history)
MESSAGES = Endpoint(f"{_ONE}/messages", ConversationParams, _messages)
