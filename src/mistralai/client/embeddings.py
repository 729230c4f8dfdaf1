"""Embeddings: `client.embeddings`."""

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
    operation="embeddings",
)


class Embeddings(Resource):
    """Embeddings of texts as vectors.

    Both methods take the keywords of `EmbeddingsParams`; `model` and `inputs` are required.
    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(EmbeddingsParams)
    def create(self, **params: Unpack[EmbeddingsParams]) -> EmbeddingResponse:
        """Return the vectors of a text, or of several."""
        take_headers(params)
        return self._complete(EMBEDDINGS, "create", EmbeddingsParams(**params))

    @described_by(EmbeddingsParams)
    async def create_async(self, **params: Unpack[EmbeddingsParams]) -> EmbeddingResponse:
        """Return the vectors of a text, or of several, async."""
        take_headers(params)
        return await self._complete_async(EMBEDDINGS, "create_async", EmbeddingsParams(**params))
