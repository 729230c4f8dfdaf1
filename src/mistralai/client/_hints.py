"""Annotations that are resolved when they are read.

Modules import the names in their annotations under `TYPE_CHECKING`, so that importing them is
cheap. `typing.get_type_hints` looks the names up in the module nevertheless, and would not find
them. So the `__annotations__` of public classes and methods are dicts of `Note`s, which become
types when the dict is read. Names that the module lacks are imported then: `_HOMES` has the
modules that define them, and all other names are models.
"""

import sys
from collections.abc import Iterable, Iterator
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any, Self, cast

_PACKAGE = __name__.rpartition(".")[0]
_HOMES = {
    name: home
    for home, names in {
        "builtins": ("builtins",),
        "collections.abc": ("AsyncIterator", "Callable", "Iterable", "Iterator", "Mapping"),
        "datetime": ("datetime",),
        "httpx2": ("httpx2",),
        "os": ("PathLike",),
        "pydantic": ("TypeAdapter",),
        "ssl": ("ssl",),
        "types": ("CodeType", "FrameType", "TracebackType"),
        "typing": ("IO", "Any", "Literal"),
        "mistralai.extra.struct_chat": ("ParsedChatCompletionResponse",),
        "mistralai.recording": ("Recorder",),
        "mistralai.telemetry": ("Telemetry",),
        "mistralai.tools": ("Approve", "OnToolError", "ToolLike", "ToolRun", "ToolRunAsync"),
        f"{_PACKAGE}._answer.accumulate": ("Accumulator", "Choice"),
        f"{_PACKAGE}._stream.caller": ("Caller",),
        f"{_PACKAGE}._answer.deltas": ("Delta",),
        f"{_PACKAGE}._call.flow": ("StreamCall",),
        f"{_PACKAGE}._stream.download": ("Download", "DownloadAsync"),
        f"{_PACKAGE}._stream.scope": ("Scope", "ScopeKind"),
        f"{_PACKAGE}._stream.raw": (
            "ByteStream",
            "ByteStreamAsync",
            "RawStream",
            "RawStreamAsync",
        ),
        f"{_PACKAGE}._stream.rawresponse": ("RawResponse",),
        f"{_PACKAGE}._stream.conversations": ("ConversationStream", "ConversationStreamAsync"),
        f"{_PACKAGE}._answer.conversation": ("ConversationAnswer",),
        f"{_PACKAGE}._answer.conversationdeltas": ("ConversationDelta",),
        f"{_PACKAGE}._stream.parsed": ("ParsedEventStream", "ParsedEventStreamAsync"),
        f"{_PACKAGE}._api.filesources": ("FileContent", "NamedFile"),
        f"{_PACKAGE}._api.pending": ("PendingStream",),
        f"{_PACKAGE}._call.observed": ("AttributeValue", "CallObserver", "ScopeObserver"),
        f"{_PACKAGE}._call.eventformat": ("EndReason",),
        f"{_PACKAGE}._call.request": ("Key",),
        f"{_PACKAGE}._call.retry": ("Attempt", "RetryConfig"),
        f"{_PACKAGE}.httpclient": ("AsyncHttpClient", "HttpClient"),
        f"{_PACKAGE}.sdkconfiguration": ("SDKConfiguration",),
        f"{_PACKAGE}.utils.logger": ("Logger",),
        f"{_PACKAGE}._answer.structure": ("Structure",),
        f"{_PACKAGE}._call.timeouts": ("Timeouts",),
        f"{_PACKAGE}._call.timing": ("Timing",),
        f"{_PACKAGE}._answer.toolcalls": ("GrowingCall",),
        f"{_PACKAGE}._io.drivers": ("AsyncDriver", "SyncDriver"),
        f"{_PACKAGE}._answer.turn": ("IncompleteToolCall", "SortedCalls"),
        f"{_PACKAGE}.types.unset": ("OptionalNullable",),
        f"{_PACKAGE}._stream.eventstreaming": ("EventStream", "EventStreamAsync"),
        f"{_PACKAGE}._stream.views": ("AsyncView", "View"),
    }.items()
    for name in names
}


class Note(str):
    """The text of an annotation.

    Attributes:
        module: The name of the module that contains it.
    """

    __slots__ = ("module",)

    module: str

    def __new__(cls, text: str, module: str) -> Self:
        """Keep a text with its module."""
        note = super().__new__(cls, text)
        note.module = module
        return note


def noted(annotation: object, module: str) -> object:
    """Return an annotation of a module, as a `Note` if it is text."""
    return Note(annotation, module) if isinstance(annotation, str) else annotation


def resolved(note: object) -> object:
    """Return the type of a `Note`. A `Note` with an unknown name and any other value stay as is."""
    if not isinstance(note, Note):
        return note
    names = _Names(vars(sys.modules[note.module]))
    try:
        return cast("object", eval(note, {}, names))  # noqa: S307 - our own source
    except (ImportError, NameError):
        return note  # `typing.get_type_hints` then raises the same error


class _Names(dict[str, Any]):
    """The names of a module, and those that it only imports for type checkers."""

    def __missing__(self, name: str) -> object:
        home = _HOMES.get(name, f"{_PACKAGE}.models")
        __import__(home)
        module = sys.modules[home]
        if name == home and not hasattr(module, name):
            return module
        if name in _HOMES or name in module.__all__:
            return getattr(module, name)
        raise KeyError(name)  # a builtin, or undefined


class Notes(dict[str, Any]):
    """Annotations by name: `Note`s until they are read, types from then on."""

    __slots__ = ()

    def _resolve(self) -> None:
        for name, note in super().items():
            super().__setitem__(name, resolved(note))

    def __getitem__(self, name: str) -> Any:
        self._resolve()
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:  # its presence makes `dict(notes)` use `__getitem__`
        return super().__iter__()

    def get(self, name: str, default: Any = None) -> Any:
        """Return the annotation of a name."""
        self._resolve()
        return super().get(name, default)

    def keys(self) -> Any:
        """Return the names."""
        self._resolve()
        return super().keys()

    def items(self) -> Any:
        """Return the names and their annotations."""
        self._resolve()
        return super().items()

    def values(self) -> Any:
        """Return the annotations."""
        self._resolve()
        return super().values()


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


def set_signature(
    function: FunctionType, parameters: Iterable[Parameter], return_annotation: object
) -> None:
    """Give a function a signature, and annotations, which are resolved when they are read."""
    parameters = [*parameters]
    notes = {p.name: noted(p.annotation, function.__module__) for p in parameters}
    returned = noted(return_annotation, function.__module__)
    function.__dict__["__signature__"] = _Signature(
        [
            _Parameter(p.name, p.kind, default=p.default, annotation=notes[p.name])
            for p in parameters
        ],
        return_annotation=returned,
    )
    notes["return"] = returned
    function.__annotations__ = Notes(
        {name: note for name, note in notes.items() if note is not Parameter.empty}
    )


def resolve_hints(module_name: str) -> None:
    """Make the annotations of a module's classes, methods and functions resolve when read.

    Args:
        module_name: The module's `__name__`. The module calls this as its last line.
    """
    for value in [*vars(sys.modules[module_name]).values()]:
        if getattr(value, "__module__", None) != module_name:
            continue
        if isinstance(value, FunctionType):
            _defer(value, module_name)
        elif isinstance(value, type):
            for member in vars(value).values():
                _defer(_function_of(member), module_name)
            _defer(value, module_name)


def _function_of(member: object) -> object:
    """Return the function behind a property, a class method or a static method."""
    if isinstance(member, property):
        return member.fget
    return getattr(member, "__func__", member)


def _defer(owner: object, module_name: str) -> None:
    if isinstance(owner, type):
        notes = vars(owner).get("__annotations__")
    elif isinstance(owner, FunctionType):
        notes = owner.__annotations__
    else:
        return
    if notes and not isinstance(notes, Notes):
        owner.__annotations__ = Notes(
            {name: noted(note, module_name) for name, note in notes.items()}
        )
