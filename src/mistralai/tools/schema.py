"""The schema of a function's arguments, and their validation without a call of the function.

pydantic reads a binder in the function's place: it has the function's signature, without the
parameter that takes the `ToolContext`, and returns the arguments that it is called with.
"""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import dataclass
from functools import partial
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast, get_args, get_origin

from pydantic import PydanticUserError, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import Doc

from .context import ToolContext
from .docstrings import Docstring, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Bound: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]
"""The arguments of a call as the function takes them: positional ones, and those by name."""


class _WithoutTitles(GenerateJsonSchema):
    """Schemas without titles that only repeat the name of a field."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - as pydantic calls it
        """Return `False`."""
        return False


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a function.

    Attributes:
        schema: Their JSON Schema, an object.
        description: What the function's docstring says before its sections.
        context_name: The parameter that takes the `ToolContext`, if there is one.
        adapter: Validates them, and returns them as `Bound`.
    """

    schema: dict[str, Any]
    description: str
    context_name: str | None
    adapter: TypeAdapter[Bound]

    def bind(self, text: str) -> Bound:
        """Validate the arguments of a call.

        Raises:
            pydantic.ValidationError: They are not those of the function.
        """
        return self.adapter.validate_json(text)


def arguments_of(function: Callable[..., Any], name: str) -> Arguments:
    """Read the arguments of a function from its signature and its docstring.

    Args:
        function: The function.
        name: The name of the tool, for errors.

    Raises:
        TypeError: A tool cannot have such a function.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"the tool {name!r} is a generator; a tool returns one value")
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:
        raise TypeError(f"the tool {name!r} has no signature that Python knows") from None
    hints = _hints(function, name)
    context_name: str | None = None
    own: list[Parameter] = []
    for parameter in parameters:
        annotation = hints.get(parameter.name, Parameter.empty)
        if is_context(annotation):
            if context_name is not None:
                raise TypeError(f"the tool {name!r} takes a ToolContext twice; one is enough")
            if parameter.kind is Parameter.POSITIONAL_ONLY:
                raise TypeError(_refusal(name, parameter))
            context_name = parameter.name
        elif parameter.kind in {Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL}:
            raise TypeError(_refusal(name, parameter))
        else:
            own.append(parameter.replace(annotation=annotation))
    try:
        adapter = _adapter(own, function)
        schema = adapter.json_schema(schema_generator=_WithoutTitles)
    except PydanticUserError as error:
        raise TypeError(f"the tool {name!r} has no JSON schema: {error.message}") from error
    docstring = parse(_doc(function))
    schema = _described(schema, {p.name: p for p in own}, docstring)
    return Arguments(schema, docstring.summary, context_name, adapter)


def is_context(annotation: object) -> bool:
    """Return whether a parameter of this type takes the `ToolContext`."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {typing.Union, types.UnionType}:
        return any(map(is_context, get_args(annotation)))
    return annotation is ToolContext or get_origin(annotation) is ToolContext


def _refusal(name: str, parameter: Parameter) -> str:
    return (
        f"the tool {name!r} has the parameter {str(parameter).split(':')[0]!r},"
        " which cannot be given by name, as a model gives its arguments;"
        " tools take neither *args nor positional-only parameters"
    )


def _hints(function: Any, name: str) -> dict[str, Any]:
    """Return the types of parameters, with their notes."""
    annotated = inspect.unwrap(function)
    while isinstance(annotated, partial):
        annotated = annotated.func
    if not isinstance(annotated, types.FunctionType | types.MethodType):
        annotated = type(annotated).__call__
    try:
        return typing.get_type_hints(annotated, include_extras=True)
    except (NameError, TypeError) as error:
        raise TypeError(
            f"the types of the tool {name!r} cannot be resolved: {error};"
            " a type in quotes, and with `from __future__ import annotations` every type,"
            " has to be a name of the function's module"
        ) from error


def _adapter(parameters: list[Parameter], function: Any) -> TypeAdapter[Bound]:
    def binder(*args: Any, **kwargs: Any) -> Bound:
        return args, kwargs

    binder.__dict__["__signature__"] = inspect.Signature(parameters)
    binder.__annotations__ = {
        p.name: p.annotation for p in parameters if p.annotation is not Parameter.empty
    }
    binder.__module__ = getattr(function, "__module__", None) or __name__
    return cast("TypeAdapter[Bound]", TypeAdapter(cast("Any", binder)))


def _doc(function: Any) -> str | None:
    """Return the docstring of a function, or of the method `__call__` of an object."""
    if isinstance(function, partial):
        return _doc(function.func)
    if isinstance(function, types.FunctionType | types.MethodType):
        return inspect.getdoc(function)
    kind = cast("Any", type(function))
    return inspect.getdoc(kind.__call__) or inspect.getdoc(kind)


def _described(
    schema: dict[str, Any], parameters: Mapping[str, Parameter], docstring: Docstring
) -> dict[str, Any]:
    """Add descriptions where pydantic found none."""
    properties: dict[str, dict[str, Any]] = schema.get("properties", {})
    for name, field in properties.items():
        if "description" in field or name not in parameters:
            continue
        note = _note(parameters[name]) or docstring.parameters.get(name)
        if note:
            field["description"] = note
    return schema


def _note(parameter: Parameter) -> str | None:
    """Return a text in `Annotated`, the last one."""
    if isinstance(parameter.default, FieldInfo) and parameter.default.description:
        return parameter.default.description
    if get_origin(parameter.annotation) is not Annotated:
        return None
    notes = get_args(parameter.annotation)[1:]
    texts = [note for note in notes if isinstance(note, str)]
    texts += [note.documentation for note in notes if isinstance(note, Doc)]
    return texts[-1] if texts else None
