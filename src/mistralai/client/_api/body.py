"""The body of a request: the caller's keywords, checked and serialised once."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from ..types.basemodel import keep_known_fields
from ..types.unset import UNSET
from .params import AgentsBody, ChatBody, EmbeddingsBody, FIMBody
from .schemas import FIM, LightAgents, LightChat, LightEmbeddings
from .signatures import nullable_of, required_of

_LIGHT: Final[dict[type, type]] = {
    ChatBody: LightChat,
    AgentsBody: LightAgents,
    FIMBody: FIM,
    EmbeddingsBody: LightEmbeddings,
}


def build_body(
    params_type: type,
    params: Mapping[str, Any],
    *,
    stream: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
    dropped_keys: list[str] | None = None,
    schema: Callable[[], type] | None = None,
) -> bytes:
    """Check the caller's keywords and write them as JSON: compact, UTF-8, no needless escapes.

    Types are checked, limits are not: the server knows them. `UNSET` is left out, and so is
    `None` where the API does not take null. Of a dict only the fields that the API has are
    sent; an object, and a content or a tool of an unknown type, goes out as it is.

    Args:
        params_type: The description of the body, such as `ChatBody`.
        params: The keywords; those that are not fields of the body are ignored.
        stream: Whether to ask for a stream; `None` where the endpoint has none.
        extra_body: Fields to put over the others, whatever they are.
        names: The names of fields on the wire, where they differ from the keywords.
        dropped_keys: Collects the keys of the caller's dicts that the API does not have, such as
            `messages.refusal`.
        schema: Gives the `TypedDict` of the body's types, for a body that `schemas` does not have.

    Raises:
        InvalidFieldsError: A field is wrong.
        TypeError: `extra_body` is not a mapping.
        ValueError: A value cannot be written as JSON.
    """
    if extra_body is not None and not isinstance(extra_body, Mapping):
        raise TypeError(f"extra_body takes a mapping of fields, not {extra_body!r}")
    extra = {name: value for name, value in (extra_body or {}).items() if value is not UNSET}
    body_type = _body_type(params_type)
    fields = body_type.fields(params, stream)
    if schema is None:
        adapter = body_adapter(params_type, whole=not body_type.modelled.isdisjoint(fields))
    else:
        adapter = _adapter_by(schema)
    try:
        # A layer less than the adapter's own method.
        body: dict[str, Any] = adapter.validator.validate_python(fields)
    except ValidationError as invalid:
        from .refusals import InvalidFieldsError

        raise InvalidFieldsError.of(invalid, fields) from None
    dropped = [] if dropped_keys is None else dropped_keys
    for name, value in body.items():
        keep_known_fields(value, fields[name], dropped, name)
    try:
        if not extra and not names:
            return adapter.serializer.to_json(body)
        plain = adapter.dump_python(body, mode="json")
        return to_json(_on_the_wire(plain, names, extra), inf_nan_mode="null")
    except PydanticSerializationError:
        return _escaped(_on_the_wire(adapter.dump_python(body), names, extra))


@cache
def body_adapter(params_type: type, *, whole: bool) -> TypeAdapter[dict[str, Any]]:
    """Return the adapter that validates and serialises a body, built at its first use.

    Args:
        params_type: The description of the body.
        whole: Whether to take the whole schema, for calls that give a field which has a model.
    """
    schema = _LIGHT[params_type]
    if whole:
        from . import wholeschemas

        schema = {
            ChatBody: wholeschemas.Chat,
            AgentsBody: wholeschemas.Agents,
            EmbeddingsBody: wholeschemas.Embeddings,
        }[params_type]
    return cast("TypeAdapter[dict[str, Any]]", TypeAdapter(schema))


@cache
def _adapter_by(schema: Callable[[], type]) -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(cast("Any", schema()))


@dataclass(frozen=True, slots=True)
class _BodyType:
    """The fields of a body by kind, worked out once.

    Attributes:
        all: All of them, but for `stream`.
        never_null: Those for which `None` means not given, because the API does not take null.
        modelled: Those that only the whole schema has.
    """

    all: frozenset[str]
    never_null: frozenset[str]
    modelled: frozenset[str]

    def fields(self, params: Mapping[str, Any], stream: bool | None) -> dict[str, Any]:
        """Return the fields that are given."""
        fields: dict[str, Any] = {}
        for name, value in params.items():
            if value is UNSET or name not in self.all:
                continue
            if value is None and name in self.never_null:
                continue
            if isinstance(value, Iterator):
                value = list(cast("Iterator[object]", value))  # noqa: PLW2901 - it is read twice
            fields[name] = value
        if stream is not None:
            fields["stream"] = stream
        return fields


@cache
def _body_type(params_type: type) -> _BodyType:
    names = params_type.__annotations__.keys()
    light = _LIGHT.get(params_type, params_type)
    return _BodyType(
        all=frozenset(names - {"stream"}),
        never_null=frozenset(names - required_of(params_type) - nullable_of(params_type)),
        modelled=frozenset(names - light.__annotations__.keys()),
    )


def _on_the_wire(
    fields: Mapping[str, Any], names: Mapping[str, str] | None, extra: Mapping[str, Any]
) -> dict[str, Any]:
    if names:
        fields = {names.get(name, name): value for name, value in fields.items()}
    return {**fields, **extra}


def _escaped(fields: Mapping[str, Any]) -> bytes:
    """Write JSON that escapes lone surrogates, which UTF-8 cannot hold, and nothing else.

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
