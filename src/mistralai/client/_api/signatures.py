"""Methods that take `**params` and still have a real signature.

`def stream(self, **params: Unpack[ChatParams])` tells type checkers all there is
to know. The interpreter would take any keyword and show none, so the same
`TypedDict` gives the method its `__signature__`, which tracing libraries bind,
its `__annotations__`, and `check_names` raises what Python would. Types are
found when an annotation is read (`hints`).
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import Parameter, Signature
from types import FunctionType, MethodType
from typing import Any, TypeVar, cast

from .._hints import Notes, noted, resolved
from ..types.unset import UNSET

F = TypeVar("F", bound=Callable[..., Any])

_OWN: set[object] = set()


def described_by(params_type: type, *, coroutine: bool = False) -> Callable[[F], F]:
    """Give a method the signature that a `TypedDict` describes.

    A required key has no default, a nullable one has `UNSET`, any other has `None`.

    Args:
        params_type: The `TypedDict` of its `**params`.
        coroutine: Whether the method counts as a coroutine function: what it gives can be
            awaited, and tracers and `unittest.mock` would take it for a plain function.
    """

    def describe(method: F) -> F:
        function = cast("FunctionType", method)
        own = inspect.signature(method)
        named = [p for p in own.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        parameters = [*named, *_parameters(params_type)]
        notes = {p.name: noted(p.annotation, function.__module__) for p in parameters}
        notes["return"] = noted(own.return_annotation, function.__module__)
        function.__dict__["__signature__"] = _Signature(
            [
                _Parameter(p.name, p.kind, default=p.default, annotation=notes[p.name])
                for p in parameters
            ],
            return_annotation=notes["return"],
        )
        function.__annotations__ = Notes(
            {name: note for name, note in notes.items() if note is not Parameter.empty}
        )
        if coroutine:
            mark_as_coroutine_function(function)
            _OWN.add(function)
        return method

    return describe


class _Parameter(Parameter):
    """A parameter whose annotation is resolved when it is read."""

    __slots__ = ()

    @property
    def annotation(self) -> Any:
        return resolved(super().annotation)


class _Signature(Signature):
    """A signature whose return annotation is resolved when it is read."""

    __slots__ = ()

    @property
    def return_annotation(self) -> Any:
        return resolved(super().return_annotation)


def is_own(method: object) -> bool:
    """Whether a method is one described with `coroutine=True`, not what took its place.

    Proxies answer for what they stand around, so only the type itself is asked.
    """
    return type(method) is MethodType and method.__func__ in _OWN


def required_of(params_type: type) -> frozenset[str]:
    """The keys of a `TypedDict` that must be given."""
    required: frozenset[str] = cast("Any", params_type).__required_keys__
    return required


def nullable_of(params_type: type) -> frozenset[str]:
    """The keys of a `TypedDict` for which the API takes null."""
    notes = notes_of(params_type).items()
    return frozenset(name for name, note in notes if note.startswith("OptionalNullable["))


def notes_of(params_type: type) -> dict[str, str]:
    """The keys of a `TypedDict` and their annotations, which are strings in the source."""
    return {name: note.__forward_arg__ for name, note in params_type.__annotations__.items()}


def check_names(params: Mapping[str, object], params_type: type, *, method: str) -> None:
    """Refuse the keywords that Python would refuse.

    Args:
        params: The keywords of a call.
        params_type: The `TypedDict` that describes them.
        method: The method's name, for the error.

    Raises:
        TypeError: A keyword is unknown, or a required one is missing.
    """
    required = required_of(params_type)
    known = params_type.__annotations__.keys()
    if required <= params.keys() <= known:
        return
    for name in params:
        if name not in known:
            hint = _hint(name, known)
            raise TypeError(f"{method}() got an unexpected keyword argument {name!r}{hint}")
    missing = [repr(name) for name in known if name in required and name not in params]
    plural = "s" if len(missing) > 1 else ""
    raise TypeError(
        f"{method}() missing {len(missing)} required keyword-only argument{plural}: "
        + " and ".join(missing)
    )


def _hint(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    return "".join(f". Did you mean {close!r}?" for close in get_close_matches(name, known, 1))


def _parameters(params_type: type) -> Iterator[Parameter]:
    required, nullable = required_of(params_type), nullable_of(params_type)
    for name, note in notes_of(params_type).items():
        optional = UNSET if name in nullable else None
        default = Parameter.empty if name in required else optional
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=note)


def mark_as_coroutine_function(function: FunctionType) -> None:
    """Let a function that gives an awaitable count as a coroutine function."""
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(function)
    else:
        # `inspect` reads the flag; the call itself goes by the code (tried on 3.11).
        code = function.__code__
        function.__code__ = code.replace(co_flags=code.co_flags | inspect.CO_COROUTINE)
