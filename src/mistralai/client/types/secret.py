"""Text that is never shown."""


class Secret(str):
    """Text that is sent but hidden in its repr, which tracebacks with local variables show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(hidden)'"
