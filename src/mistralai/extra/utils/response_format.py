"""A pydantic model as the `response_format` of a request."""

from typing import Any, TypeVar

from mistralai.client._answer.structure import Structure
from mistralai.client.models import ResponseFormatTypedDict

CustomPydanticModel = TypeVar("CustomPydanticModel")


def response_format_from_pydantic_model(
    model: type[CustomPydanticModel],
) -> ResponseFormatTypedDict:
    """Return the `response_format` that requests JSON of a model's schema, with `strict` set.

    Args:
        model: A pydantic model; or a `TypedDict`, a dataclass, or `list[...]` of one.

    Raises:
        TypeError: The argument is none of these.
    """
    return Structure(model).response_format


def pydantic_model_from_json(
    json_data: dict[str, Any], pydantic_model: type[CustomPydanticModel]
) -> CustomPydanticModel:
    """Validate parsed JSON and return an instance of the model.

    Raises:
        pydantic.ValidationError: The data do not fit the model.
    """
    from pydantic import TypeAdapter

    return TypeAdapter(pydantic_model).validate_python(json_data)
