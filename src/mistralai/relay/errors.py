"""The errors of a relay, for those who start and follow answers."""

from __future__ import annotations


class RelayError(Exception):
    """The base of the errors of a relay."""


class AlreadyRunningError(RelayError):
    """An answer runs under this key already, here or in another process."""

    def __init__(self, key: str) -> None:
        super().__init__(f"an answer is running under the key {key!r}; follow it, or stop it first")
        self.key = key

    def __reduce__(self) -> tuple[type[AlreadyRunningError], tuple[str]]:
        return type(self), (self.key,)


class UnknownNumberError(RelayError, ValueError):
    """A reader wants to go on behind a number that its log does not have."""


class MalformedBodyError(RelayError, ValueError):
    """A body of a request that is not what the clients of its protocol send."""


class StoreUnavailableError(RelayError):
    """The store did not answer for longer than a relay waits."""


class LeaseLostError(RelayError):
    """The log is no longer this producer's: it was taken for dead, or its log went away."""


class BrokenOffError(RelayError):
    """A response that is broken off on purpose, raised to the server, which closes the connection.

    A reader took nothing for too long, or has to see that the answer is not whole.
    """
