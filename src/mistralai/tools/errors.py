"""The errors of tools and of runs with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistralai.client.errors import MistralClientError

if TYPE_CHECKING:
    from .runs import ToolRun, ToolRunAsync


class ToolError(Exception):
    """An error that a tool reports to the model: the message becomes the result of the call.

    Raise it in a tool for what the model can mend, such as a town that does not exist.
    """


class ToolLoopError(MistralClientError):
    """A run has no answer, because it reached `max_steps`, or ended before.

    Attributes:
        run: The run, with its `messages`, `steps` and `usage`; `None` in pickles and copies.
    """

    def __init__(self, message: str, run: ToolRun[Any] | ToolRunAsync[Any] | None = None) -> None:
        super().__init__(message)
        self.run = run


def raisable(error: Exception) -> Exception:
    """Return an exception of a tool as a run raises it.

    A `StopIteration` or `StopAsyncIteration` would end the loop that reads the run, as if there
    were an answer. As in Python's generators, a `RuntimeError` has it as its cause.
    """
    if not isinstance(error, StopIteration | StopAsyncIteration):
        return error
    raised = RuntimeError(f"a function of the run raised {type(error).__name__}")
    raised.__cause__ = error
    return raised
