"""Embeddings of many texts, in batches, in the order of the texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from ..client.errors import BadRequestError
from .failure import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..client import Mistral
    from ..client._api.params import EmbeddingsParams

_MAX_BYTES: Final = 48_000
"""Bytes of UTF-8 per request: the API accepts 16,384 tokens, of at least 3 bytes in most texts."""

_TOO_MUCH: Final = "3210"
"""The API's code for too many texts or tokens in a request."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to embed.

    Attributes:
        index: The number of the text, from 0.
        text: The text.
    """

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Embedding:
    """A text with its vector."""

    text: Text
    vector: list[float] | str


def embed(
    client: Mistral, texts: Iterable[Text], fields: Mapping[str, Any], max_texts: int
) -> Iterator[Embedding]:
    """Embed texts, and yield each with its vector, in order, as each request is answered.

    Args:
        client: The client.
        texts: The texts, read as far as the next request needs them.
        fields: The model and other fields of the requests.
        max_texts: The maximum number of texts per request.

    Raises:
        MistralClientError: A request failed; texts before it have been yielded.
        CommandError: The server left vectors out.
    """
    for batch in batches(texts, max_texts):
        yield from _embed_batch(client, batch, fields)


def batches(texts: Iterable[Text], max_texts: int) -> Iterator[list[Text]]:
    """Divide texts into one batch per request. A text that is too long is a batch of its own."""
    batch: list[Text] = []
    size = 0
    for text in texts:
        length = len(text.text.encode(errors="replace"))
        if batch and (len(batch) >= max_texts or size + length > _MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def _embed_batch(
    client: Mistral, batch: Sequence[Text], fields: Mapping[str, Any]
) -> Iterator[Embedding]:
    """Embed a batch. If the server finds it too large, embed its halves."""
    params = {**fields, "inputs": [text.text for text in batch]}
    try:
        answer = client.embeddings.create(**cast("EmbeddingsParams", params))
    except BadRequestError as error:
        if error.error.code != _TOO_MUCH or len(batch) == 1:
            raise
        middle = len(batch) // 2
        yield from _embed_batch(client, batch[:middle], fields)
        yield from _embed_batch(client, batch[middle:], fields)
        return
    vectors = {
        place if datum.index is None else datum.index: datum.embedding
        for place, datum in enumerate(answer.data)
    }
    for place, text in enumerate(batch):
        vector = vectors.get(place)
        if vector is None:
            raise CommandError(f"the server sent no vector for text {text.index}.")
        yield Embedding(text, _numbers(vector, fields))


def _numbers(vector: list[float] | str, fields: Mapping[str, Any]) -> list[float] | str:
    """Return integers for the types that have nothing else."""
    if isinstance(vector, str) or fields.get("output_dtype", "float") == "float":
        return vector
    return [int(number) for number in vector]
