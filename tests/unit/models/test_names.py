import importlib

import pytest
from pydantic import BaseModel, TypeAdapter

from mistralai.client import models
from support.interpreter import modules_after

PATHS = {
    "assistantmessage": ("AssistantMessage", "AssistantMessageContent"),
    "chatcompletionresponse": ("ChatCompletionResponse",),
    "completionevent": ("CompletionEvent",),
    "embeddingresponse": ("EmbeddingResponse",),
    "function": ("Function",),
    "httpvalidationerror": ("HTTPValidationError", "HTTPValidationErrorData"),
    "responseformat": ("ResponseFormat",),
    "sdkerror": ("SDKError",),
    "systemmessage": ("SystemMessage", "SystemMessageContent"),
    "thinkchunk": ("ThinkChunk", "Thinking"),
    "toolcall": ("ToolCall",),
    "toolmessage": ("ToolMessage", "ToolMessageContent"),
    "usermessage": ("UserMessage", "UserMessageContent"),
    "validationerror": ("ValidationError",),
}
"""Submodules that libraries import by path (see the compatibility page)."""


def test_importing_the_package_loads_no_model() -> None:
    loaded = modules_after("import mistralai.client.models")
    assert "pydantic" not in loaded
    assert "typing" not in loaded


def test_taking_a_message_loads_only_what_it_is_made_of() -> None:
    loaded = modules_after("from mistralai.client.models import UserMessage")
    ours = {name.removeprefix("mistralai.client.models.") for name in loaded if ".models." in name}
    assert {name for name in ours if not name.startswith("pydantic")} == {
        "content",
        "messages",
        "toolcalls",
    }


def test_a_dict_twin_comes_without_pydantic() -> None:
    assert "pydantic" not in modules_after("from mistralai.client.models import ToolTypedDict")


def test_the_table_of_names_is_what_the_modules_give() -> None:
    for module, names in models._MODULES.items():
        given = importlib.import_module(f"mistralai.client.models.{module}").__all__
        assert list(names) == given, module


def test_every_name_resolves_to_one_object() -> None:
    for module, names in models._MODULES.items():
        for name in names:
            found = getattr(models, name)
            assert found is vars(importlib.import_module(f"mistralai.client.models.{module}"))[name]
    assert set(models.__all__) <= set(dir(models))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Nothing'"):
        models.Nothing  # type: ignore[attr-defined]  # noqa: B018 -- the attribute is the test


def test_the_path_gives_the_same_object_as_the_package(subtests: pytest.Subtests) -> None:
    for path, names in PATHS.items():
        with subtests.test(path):
            module = importlib.import_module(f"mistralai.client.models.{path}")
            for name in names:
                assert getattr(module, name) is getattr(models, name)


def schemas() -> list[str]:
    """Return the names of models and of unions of models."""
    no_schema = {"HTTPValidationError", "SDKError"}  # exceptions
    return [name for name in models.__all__ if name not in no_schema]


def test_everything_has_a_json_schema(subtests: pytest.Subtests) -> None:
    for name in schemas():
        with subtests.test(name):
            adapter: TypeAdapter[object] = TypeAdapter(getattr(models, name))
            for mode in ("validation", "serialization"):
                assert adapter.json_schema(mode=mode)  # type: ignore[arg-type]  # a tuple of literals


def test_a_json_schema_names_fields_members_and_promised_types() -> None:
    schema = models.CompletionChunk.model_json_schema(mode="serialization")
    fields = schema["properties"]
    assert fields["id"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert fields["choices"]["items"] == {"$ref": "#/$defs/CompletionResponseStreamChoice"}
    assert {"TextChunk", "ThinkChunk", "UnknownContentChunk"} <= set(schema["$defs"])
    assert schema["$defs"]["CompletionResponseStreamChoice"]["properties"]["index"] == {
        "default": 0,
        "title": "Index",
        "type": "integer",
    }


def test_every_model_is_documented() -> None:
    classes = [getattr(models, name) for name in models.__all__]
    ours = [c for c in classes if isinstance(c, type) and issubclass(c, BaseModel)]
    assert len(ours) > 60
    assert [c.__name__ for c in ours if not (c.__dict__.get("__doc__") or "").strip()] == []
