"""The list of models: `client.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ._api.params import ModelParams, ModelsParams
from ._api.resource import Endpoint, Resource
from ._api.signatures import described_by
from ._call.request import take_headers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .models import ModelList, ResponseRetrieveModelV1ModelsModelIDGet


def _list() -> type[ModelList]:
    from .models import ModelList

    return ModelList


def _card() -> type[ResponseRetrieveModelV1ModelsModelIDGet]:
    from .models import ResponseRetrieveModelV1ModelsModelIDGet

    return cast(
        "type[ResponseRetrieveModelV1ModelsModelIDGet]", ResponseRetrieveModelV1ModelsModelIDGet
    )


LIST = Endpoint("/v1/models", ModelsParams, _list, query=("provider", "model"))
RETRIEVE = Endpoint("/v1/models/{model_id}", ModelParams, _card)


class Models(Resource):
    """The models that a key may use, and their capabilities.

    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(ModelsParams)
    def list(self, **params: Unpack[ModelsParams]) -> ModelList:
        """Return all models, or those of a provider or name."""
        take_headers(params)
        return self._complete(LIST, "list", ModelsParams(**params))

    @described_by(ModelsParams)
    async def list_async(self, **params: Unpack[ModelsParams]) -> ModelList:
        """Return all models, or those of a provider or name, async."""
        take_headers(params)
        return await self._complete_async(LIST, "list_async", ModelsParams(**params))

    @described_by(ModelParams)
    def retrieve(self, **params: Unpack[ModelParams]) -> ResponseRetrieveModelV1ModelsModelIDGet:
        """Return the description of one model, named by `model_id`."""
        take_headers(params)
        return self._complete(RETRIEVE, "retrieve", ModelParams(**params))

    @described_by(ModelParams)
    async def retrieve_async(
        self, **params: Unpack[ModelParams]
    ) -> ResponseRetrieveModelV1ModelsModelIDGet:
        """Return the description of one model, named by `model_id`, async."""
        take_headers(params)
        return await self._complete_async(RETRIEVE, "retrieve_async", ModelParams(**params))
