"""`TypedDict`, with keys that editors offer as keywords.

jedi, which completes in IPython, Jupyter and many editors, knows nothing of `Unpack`. It follows
`ChatParams(**params)` in the body of a method, and finds keywords in the fields of classes
that are made as dataclasses are. Here it takes `TypedDict` for one of those too.
"""

__all__ = ["TypedDict"]

# A test of a variable that is annotated leaves jedi both branches; a bare False would decide it.
TYPE_CHECKING: bool = False
_EDITOR: bool = False

if TYPE_CHECKING:
    from typing_extensions import TypedDict
else:
    from typing_extensions import TypedDict, dataclass_transform

    if _EDITOR:  # pragma: no cover - read, never run

        @dataclass_transform(kw_only_default=True)
        class _Keywords(type):
            pass

        class TypedDict(TypedDict, metaclass=_Keywords):
            """What jedi takes for the base of parameters."""
