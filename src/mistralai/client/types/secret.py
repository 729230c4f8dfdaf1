"""Text that is not shown."""


class Secret(str):
    """Text that is sent and never shown: a traceback rendered with locals has its repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(hidden)'"
