"""The kind of streams of conversations, which loads their models."""

from __future__ import annotations

from typing import Final, TypeAlias

from .._call.conversationreader import CONVERSATIONS
from .._stream.conversations import ConversationStream, ConversationStreamAsync
from .streams import StreamKind, of_events

ConversationStreams: TypeAlias = StreamKind[ConversationStream, ConversationStreamAsync]

ANSWERS: Final[ConversationStreams] = StreamKind(
    of_events(CONVERSATIONS), ConversationStream, ConversationStreamAsync
)
"""Streams of answers in conversations."""
