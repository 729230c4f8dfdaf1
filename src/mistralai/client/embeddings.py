"""Texts as vectors: `client.embeddings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._api.params import EmbeddingsBody, EmbeddingsParams
from ._api.resource import Endpoint, Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .models import EmbeddingResponse


def _answer() -> type[EmbeddingResponse]:
    from .models import EmbeddingResponse

    return EmbeddingResponse


EMBEDDINGS = Endpoint(
    "/v1/embeddings",
    EmbeddingsParams,
    _answer,
    EmbeddingsBody,
    names=(("inputs", "input"),),
)


class Embeddings(Resource):
    """Texts as vectors. Both methods take the keywords of `EmbeddingsParams`."""

    @described_by(EmbeddingsParams)
    def create(self, **params: Unpack[EmbeddingsParams]) -> EmbeddingResponse:
        """Turn a text, or several, into vectors."""
        take_headers(params)
        return self._complete(EMBEDDINGS, "create", EmbeddingsParams(**params))

    @described_by(EmbeddingsParams)
    async def create_async(self, **params: Unpack[EmbeddingsParams]) -> EmbeddingResponse:
        """The same, async."""
        take_headers(params)
        return await self._complete_async(EMBEDDINGS, "create_async", EmbeddingsParams(**params))
