"""The name of a call's span, and the attributes that it has from the start.

Nothing here depends on OpenTelemetry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from . import names
from .fields import given, integer_of, text_of, value_of

if TYPE_CHECKING:
    from ..client.observers import AttributeValue, ObservedCall
    from .names import Version

_Reader: TypeAlias = "Callable[[Any], AttributeValue | None]"


def span_name(call: ObservedCall) -> str:
    """Return the name of the span of a call: the operation, and the model or agent."""
    if call.operation is None:
        return f"{call.method} {call.path}"
    whom = text_of(call.params.get("agent_id" if call.operation == "invoke_agent" else "model"))
    return f"{call.operation} {whom}" if whom else call.operation


def start_attributes(
    call: ObservedCall, version: Version = "released"
) -> dict[str, AttributeValue]:
    """Return the attributes that a call has before it is sent, which samplers see.

    Args:
        call: The call.
        version: Which names to use.
    """
    server: dict[str, AttributeValue] = {
        names.SERVER_ADDRESS: call.server_address,
        names.SERVER_PORT: call.server_port,
    }
    if call.operation is None:
        return {
            names.HTTP_REQUEST_METHOD: call.method,
            names.URL_TEMPLATE: call.path,
            **server,
        }
    attributes: dict[str, AttributeValue] = {
        names.OPERATION_NAME: call.operation,
        names.PROVIDER_NAME: names.PROVIDER,
        **server,
    }
    if call.stream:
        attributes[names.REQUEST_STREAM] = True
    _add_settings(attributes, call.params, version)
    settings = call.params.get("completion_args")  # of a conversation
    if given(settings):
        _add_settings(attributes, {name: value_of(settings, name) for name in _SETTINGS}, version)
    return attributes


def _add_settings(
    attributes: dict[str, AttributeValue], params: Mapping[str, Any], version: Version
) -> None:
    for param, value in params.items():
        setting = _SETTINGS.get(param)
        if setting is None or not given(value):
            continue
        name, read = setting
        if version == "released":
            if name == names.REQUEST_REASONING_LEVEL:
                continue
            if name == names.REQUEST_TOP_K:
                read = _number
        shown = read(value)
        if shown is not None:
            attributes[name] = shown


def _number(value: Any) -> float | None:
    number = value if isinstance(value, float) else integer_of(value)
    return None if number is None else float(number)


def _texts(value: Any) -> list[str] | None:
    """Read one text or several; an iterator is left alone, as it can be read only once."""
    if isinstance(value, str):
        value = (value,)
    elif not isinstance(value, Collection):
        return None
    texts = map(text_of, cast("Collection[object]", value))
    return [text for text in texts if text is not None]


def _several(value: Any) -> int | None:
    count = integer_of(value)
    return None if count == 1 else count


def _output_type(value: Any) -> str | None:
    """Read the type of the output from a `response_format`."""
    kind = text_of(value_of(value, "type"))
    return "json" if kind is not None and kind.startswith("json") else kind


_SETTINGS: Final[Mapping[str, tuple[str, _Reader]]] = {
    "model": (names.REQUEST_MODEL, text_of),
    "agent_id": (names.AGENT_ID, text_of),
    "conversation_id": (names.CONVERSATION_ID, text_of),
    "temperature": (names.REQUEST_TEMPERATURE, _number),
    "top_p": (names.REQUEST_TOP_P, _number),
    "top_k": (names.REQUEST_TOP_K, integer_of),
    "max_tokens": (names.REQUEST_MAX_TOKENS, integer_of),
    "random_seed": (names.REQUEST_SEED, integer_of),
    "stop": (names.REQUEST_STOP_SEQUENCES, _texts),
    "presence_penalty": (names.REQUEST_PRESENCE_PENALTY, _number),
    "frequency_penalty": (names.REQUEST_FREQUENCY_PENALTY, _number),
    "n": (names.REQUEST_CHOICE_COUNT, _several),
    "reasoning_effort": (names.REQUEST_REASONING_LEVEL, text_of),
    "response_format": (names.OUTPUT_TYPE, _output_type),
    "output_dimension": (names.EMBEDDINGS_DIMENSION_COUNT, integer_of),
    "encoding_format": (names.REQUEST_ENCODING_FORMATS, _texts),
}
"""The keywords of calls that are attributes, each with what reads its value."""
