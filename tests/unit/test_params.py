import ast
import inspect
from pathlib import Path
from types import NoneType
from typing import get_args

import pytest
from pydantic import BaseModel

from mistralai.client import models
from mistralai.client._api import params, schemas, wholeschemas
from mistralai.client._api.params import (
    AgentsBody,
    AgentsParams,
    BodyOptions,
    CallOptions,
    ChatBody,
    ChatParams,
    EmbeddingsBody,
    EmbeddingsParams,
    FIMBody,
    FIMParams,
    ModelParams,
    ModelsParams,
    QueryOptions,
)
from mistralai.client._api.signatures import nullable_of, required_of
from support.interpreter import modules_after
from support.wire_fields import NOT_NULLABLE, NULLABLE


def fields(body: type) -> set[str]:
    return set(body.__annotations__)


def test_a_chat_body_has_the_fields_of_the_api() -> None:
    assert fields(ChatBody) == {"model", "messages", *NULLABLE, *NOT_NULLABLE}
    assert required_of(ChatBody) == {"model", "messages"}
    assert nullable_of(ChatBody) == set(NULLABLE)


def test_an_agents_body_is_a_chat_body_with_an_agent_in_place_of_a_model() -> None:
    left_out = {"model", "temperature", "top_p", "safe_prompt"}
    assert fields(AgentsBody) == fields(ChatBody) - left_out | {"agent_id"}
    assert required_of(AgentsBody) == {"agent_id", "messages"}


def test_a_body_for_fill_in_the_middle_has_prompt_and_suffix() -> None:
    assert fields(FIMBody) == {
        "model",
        "prompt",
        "suffix",
        "temperature",
        "top_p",
        "max_tokens",
        "min_tokens",
        "stream",
        "stop",
        "random_seed",
        "metadata",
        "prompt_cache_key",
    }
    assert required_of(FIMBody) == {"model", "prompt"}


def test_embeddings_take_these_fields() -> None:
    optional = {"metadata", "output_dimension", "output_dtype", "encoding_format"}
    assert fields(EmbeddingsBody) == {"model", "inputs", *optional}
    assert required_of(EmbeddingsParams) == {"model", "inputs"}
    assert nullable_of(EmbeddingsBody) == {"metadata", "output_dimension"}
    assert fields(EmbeddingsParams) == fields(EmbeddingsBody) | fields(BodyOptions)
    assert fields(CallOptions) - fields(BodyOptions) == {"strict_end"}


def test_models_are_requested_without_a_body() -> None:
    assert fields(ModelsParams) == {"provider", "model", *fields(QueryOptions)}
    assert fields(ModelParams) == {"model_id", *fields(QueryOptions)}
    assert required_of(ModelParams) == {"model_id"}
    assert fields(BodyOptions) - fields(QueryOptions) == {"extra_body"}


def test_a_call_takes_its_body_and_the_options_of_a_call(subtests: pytest.Subtests) -> None:
    assert fields(CallOptions) == {
        "retries",
        "server_url",
        "timeout_ms",
        "timeouts",
        "http_headers",
        "extra_body",
        "strict_end",
    }
    for taken, body in [(ChatParams, ChatBody), (AgentsParams, AgentsBody), (FIMParams, FIMBody)]:
        with subtests.test(taken.__name__):
            assert fields(taken) == fields(body) | fields(CallOptions)
            assert required_of(taken) == required_of(body)


REQUESTS: list[tuple[type, type[BaseModel]]] = [
    (ChatBody, models.ChatCompletionRequest),
    (AgentsBody, models.AgentsCompletionRequest),
    (FIMBody, models.FIMCompletionRequest),
]


def test_the_request_model_has_the_fields_of_the_body(subtests: pytest.Subtests) -> None:
    for body, request_model in REQUESTS:
        with subtests.test(request_model.__name__):
            assert set(request_model.model_fields) == fields(body)
            needed = {
                name for name, field in request_model.model_fields.items() if field.is_required()
            }
            assert needed == required_of(body)


def test_the_schemas_have_the_fields_of_the_bodies() -> None:
    """A field that `params` has and its schema lacks would be dropped without a word."""
    for body, light, whole in (
        (ChatBody, schemas.LightChat, wholeschemas.Chat),
        (AgentsBody, schemas.LightAgents, wholeschemas.Agents),
        (FIMBody, schemas.FIM, schemas.FIM),
        (EmbeddingsBody, schemas.LightEmbeddings, wholeschemas.Embeddings),
    ):
        assert fields(whole) == fields(body)
        assert required_of(whole) == required_of(light) == required_of(body)
        assert light.__annotations__.items() <= whole.__annotations__.items()
        optional = fields(body) - required_of(body)
        assert all(NoneType in get_args(whole.__annotations__[name]) for name in optional)


def test_every_key_has_its_doc() -> None:
    tree = ast.parse(Path(inspect.getfile(params)).read_text())
    for cls in tree.body:
        if isinstance(cls, ast.ClassDef):
            for key, doc in zip(cls.body, [*cls.body[1:], None], strict=True):
                if isinstance(key, ast.AnnAssign):
                    assert isinstance(doc, ast.Expr), (cls.name, ast.unparse(key))
                    assert isinstance(doc.value, ast.Constant)


def test_descriptions_load_neither_pydantic_nor_models() -> None:
    loaded = modules_after("import mistralai.client._api.params, mistralai.client._api.signatures")
    assert "pydantic" not in loaded
    assert not {name for name in loaded if name.startswith("mistralai.client.models")}
