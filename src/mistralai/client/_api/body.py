"""The body of a request: what the caller said, checked and serialised once."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Optional, cast

from pydantic import Field, TypeAdapter
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from .. import models
from ..types.basemodel import as_written
from ..types.unset import UNSET
from .signatures import notes_of, nullable_of, required_of

_MODELS = (
    "ChatCompletionRequestMessage",
    "ChatCompletionRequestTool",
    "ChatCompletionRequestToolChoice",
    "EmbeddingDtype",
    "EmbeddingRequestInputs",
    "EncodingFormat",
    "GuardrailConfig",
    "MistralPromptMode",
    "Prediction",
    "ReasoningEffort",
    "RequestedServiceTier",
    "ResponseFormat",
)


def build_body(
    params_type: type,
    params: Mapping[str, Any],
    *,
    stream: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
    left_out: list[str] | None = None,
) -> bytes:
    """Check what the caller said and write it as JSON: compact, UTF-8, nothing escaped needlessly.

    Types are checked, limits are not: the server knows them. `UNSET` is left out, and so is
    `None` where the API does not take null. Of a dict only the fields that the API has are
    sent; an object, and a content or a tool of an unknown type, goes out as it is.

    Args:
        params_type: The body's description, such as `ChatBody`.
        params: The fields; keys that the description does not have are passed over.
        stream: Whether to ask for a stream; `None` where the endpoint has none.
        extra_body: Fields to put over the others, whatever they are.
        names: What fields are called on the wire, where that is something else.
        left_out: Gets the names of what the caller's dicts have and the API has not, such as
            `messages.refusal`.

    Raises:
        TypeError: `extra_body` is no mapping.
        ValueError: A field is wrong (`pydantic.ValidationError`, which names it), a value
            cannot be written as JSON, or `stream` contradicts the method.
    """
    if stream and params.get("stream") is False:
        raise ValueError("stream=False was given to a method that streams; call complete instead")
    if not isinstance(extra_body, Mapping | None):
        raise TypeError(f"extra_body takes a mapping of fields, not {extra_body!r}")
    extra = {name: value for name, value in (extra_body or {}).items() if value is not UNSET}
    given = _given(params_type, params, stream)
    adapter = body_adapter(params_type, whole=not _with_models(params_type).isdisjoint(given))
    body = adapter.validate_python(given)
    for name, value in body.items():
        as_written(value, given[name], [] if left_out is None else left_out, name)
    try:
        if not extra and not names:
            return adapter.dump_json(body)
        fields = adapter.dump_python(body, mode="json")
        return to_json(_on_the_wire(fields, names, extra), inf_nan_mode="null")
    except PydanticSerializationError:
        return _escaped(_on_the_wire(adapter.dump_python(body), names, extra))


def _on_the_wire(
    fields: Mapping[str, Any], names: Mapping[str, str] | None, extra: Mapping[str, Any]
) -> dict[str, Any]:
    return {**{(names or {}).get(name, name): value for name, value in fields.items()}, **extra}


def _escaped(fields: Mapping[str, Any]) -> bytes:
    """Write JSON whose lone surrogates, which UTF-8 cannot hold, are escaped, and nothing else is.

    Raises:
        ValueError: A value cannot be written as JSON.
    """
    plain: dict[str, Any] = {}
    for name, value in fields.items():
        try:
            plain[name] = json.loads(json.dumps(_plain(value)), parse_constant=lambda _: None)
        except (PydanticSerializationError, TypeError, ValueError) as error:
            raise ValueError(f"{name} cannot be written as JSON: {error}") from error
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def _plain(value: object) -> object:
    """Convert a value for `json`; pydantic loses surrogates in the keys of a dict."""
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {name: _plain(item) for name, item in items}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("list[object]", value)]
    return value if isinstance(value, str) else to_jsonable_python(value)


@cache
def body_adapter(params_type: type, *, whole: bool) -> TypeAdapter[dict[str, Any]]:
    """What validates and serialises a body; built when first asked for.

    The annotations of `params` get the meaning that they have at run time: an iterable is read
    into a list, and a dict into the model whose `...TypedDict` it satisfies.

    Args:
        params_type: The body's description.
        whole: Whether optional fields that have models are among those given. If not, their
            models are not loaded, and anything stands for them: a third of what the first call
            spends on models.
    """
    notes = notes_of(params_type)
    used = " ".join(notes[name] for name in (notes if whole else required_of(params_type)))
    names = {name: getattr(models, name) if name in used else Any for name in _MODELS}
    adapter = cast("TypeAdapter[dict[str, Any]]", TypeAdapter(params_type))
    adapter.rebuild(
        _types_namespace={
            "Annotated": Annotated,
            "Any": Any,
            "Field": Field,
            "Iterable": list,
            "Mapping": dict,
            "OptionalNullable": Optional,
            **names,
            **{f"{name}TypedDict": model for name, model in names.items()},
        }
    )
    return adapter


def _given(params_type: type, params: Mapping[str, Any], stream: bool | None) -> dict[str, Any]:
    left_out = _left_out_when_none(params_type)
    given = {
        name: value
        for name, value in params.items()
        if value is not UNSET and not (value is None and name in left_out)
    }
    for name, value in given.items():
        if isinstance(value, Iterator):  # what it gives is looked at again once it is validated
            given[name] = list(cast("Iterator[object]", value))
    given.pop("stream", None)
    return given if stream is None else {**given, "stream": stream}


@cache
def _with_models(params_type: type) -> frozenset[str]:
    """Optional fields that have models."""
    notes = notes_of(params_type)
    optional = notes.keys() - required_of(params_type)
    return frozenset(name for name in optional if any(model in notes[name] for model in _MODELS))


@cache
def _left_out_when_none(params_type: type) -> frozenset[str]:
    optional = params_type.__annotations__.keys() - required_of(params_type)
    return frozenset(optional - nullable_of(params_type))
