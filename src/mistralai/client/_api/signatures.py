"""Methods that take `**params` and still have a real signature.

`def stream(self, **params: Unpack[ChatParams])` is all that type checkers need.
The interpreter would take any keyword and show none. So the same `TypedDict`
gives the method its `__signature__`, which tracing libraries bind, and its
`__annotations__`; `check_keywords` raises the `TypeError` that Python would raise.
Types are resolved when an annotation is read (`_hints`).
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter
from types import FunctionType, MethodType
from typing import Annotated, Any, ForwardRef, TypeVar, cast, get_args, get_origin

from .._hints import set_signature
from ..types.unset import UNSET
from .keywords import TAKES_NULL

F = TypeVar("F", bound=Callable[..., Any])

_DESCRIBED: set[object] = set()
"""The functions that `described_by(coroutine=True)` returned."""


def described_by(params_type: type, *, coroutine: bool = False) -> Callable[[F], F]:
    """Give a method the signature that a `TypedDict` describes.

    A required key has no default, a nullable one has `UNSET`, any other has `None`.

    Args:
        params_type: The `TypedDict` of its `**params`.
        coroutine: Whether the method counts as a coroutine function. It is for methods that
            return an awaitable, which tracers and `unittest.mock` would take for plain functions.
    """

    def describe(method: F) -> F:
        function = cast("FunctionType", method)
        own = inspect.signature(method)
        named = [p for p in own.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
        set_signature(function, [*named, *_parameters(params_type)], own.return_annotation)
        if coroutine:
            mark_as_coroutine_function(function)
            _DESCRIBED.add(function)
        return method

    return describe


class ShortTraceback:
    """A base of errors about keywords, whose traceback ends where the call was made."""


def is_own(method: object) -> bool:
    """Return whether a method is one described with `coroutine=True`, not a replacement of it.

    A proxy passes for the object that it wraps in every way but its type.
    """
    return type(method) is MethodType and method.__func__ in _DESCRIBED


def required_of(params_type: type) -> frozenset[str]:
    """Return the keys of a `TypedDict` that must be given."""
    required: frozenset[str] = cast("Any", params_type).__required_keys__
    return required


def nullable_of(params_type: type) -> frozenset[str]:
    """Return the keys of a `TypedDict` that are marked as `Nullable`."""
    annotations = params_type.__annotations__.items()
    return frozenset(name for name, annotation in annotations if _is_nullable(annotation))


def check_keywords(params: Mapping[str, object], params_type: type, *, method: str) -> None:
    """Refuse the keywords that Python would refuse, and a `stream` that contradicts the method.

    Args:
        params: The keywords of a call.
        params_type: The `TypedDict` that describes them.
        method: The method's name, such as `complete` or `parse_stream_async`.

    Raises:
        TypeError: A keyword is unknown, or a required one is missing.
        ValueError: `stream` is true for a method that returns a whole answer, or false for one
            that streams.
    """
    __tracebackhide__ = True
    required = required_of(params_type)
    known = params_type.__annotations__.keys()
    if required <= params.keys() <= known:
        if "stream" in params:
            _check_stream(params["stream"], method)
        return
    for name in params:
        if name not in known:
            from .othernames import keyword_hint

            raise TypeError(
                f"{method}() got an unexpected keyword argument {name!r}{keyword_hint(name, known)}"
            )
    missing = [repr(name) for name in known if name in required and name not in params]
    plural = "s" if len(missing) > 1 else ""
    raise TypeError(
        f"{method}() missing {len(missing)} required keyword-only argument{plural}: "
        + " and ".join(missing)
    )


def _check_stream(value: object, method: str) -> None:
    __tracebackhide__ = True
    streams = "stream" in method
    if value is None or value is UNSET or bool(value) is streams:
        return
    if streams:
        other = method.replace("parse_stream", "parse").replace("stream", "complete")
        raise ValueError(
            f"stream={value!r} was given to {method}(), which streams;"
            f" call {other}() for a whole answer"
        )
    other = method.replace("complete", "stream").replace("parse", "parse_stream")
    raise ValueError(
        f"stream={value!r} was given to {method}(), which returns a whole answer;"
        f" call {other}() for a stream"
    )


def _parameters(params_type: type) -> Iterator[Parameter]:
    required = required_of(params_type)
    for name, annotation in params_type.__annotations__.items():
        if name in required:
            default: object = Parameter.empty
        elif _is_nullable(annotation):
            default = UNSET
        else:
            default = None
        note = _text_of(annotation)
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=note)


def _is_nullable(annotation: object) -> bool:
    return get_origin(annotation) is Annotated and TAKES_NULL in get_args(annotation)


def _text_of(annotation: Any) -> str:
    """Return an annotation as the source has it, a nullable one under its public name."""
    if not _is_nullable(annotation):
        text: str = annotation.__forward_arg__
        return text
    union = get_args(annotation)[0]
    (value,) = [member for member in get_args(union) if isinstance(member, ForwardRef)]
    return f"OptionalNullable[{value.__forward_arg__}]"


def mark_as_coroutine_function(function: FunctionType) -> None:
    """Let a function that returns an awaitable count as a coroutine function.

    `opik` (`track_mistral`) and `unittest.mock.create_autospec` ask `inspect` for it: otherwise the
    first would record a stream that nobody awaited, and the second would make a plain `Mock`.
    """
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(function)
    else:
        # Python 3.11 has no mark but this flag of the code object. Calls ignore it: the compiler
        # has put what makes a coroutine into the code itself.
        code = function.__code__
        function.__code__ = code.replace(co_flags=code.co_flags | inspect.CO_COROUTINE)
