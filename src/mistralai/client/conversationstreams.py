"""The streams that `client.beta.conversations` returns."""

from ._stream.conversations import ConversationStream, ConversationStreamAsync

__all__ = ["ConversationStream", "ConversationStreamAsync"]
