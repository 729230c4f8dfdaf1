"""Runs with tools against a simulator, behind one interface for every colour."""

import inspect
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from mistralai.simulator import Call, Reply, Scenario, Simulator

from .colours import COLOURS, colour_of

USER = {"role": "user", "content": "How is the weather?"}


def calls(*made: Call | str, **fields: Any) -> Scenario:
    """An answer with calls; a string is a call of that name without arguments."""
    return Scenario(
        Reply(
            calls=tuple(c if isinstance(c, Call) else Call(name=c) for c in made),
            **fields,
        )
    )


def call(name: str, /, **arguments: Any) -> Call:
    return Call(name=name, arguments=arguments)


def says(text: str, **fields: Any) -> Scenario:
    """An answer with a text."""
    return Scenario(Reply(text=text, **fields))


class Runs:
    """Starts runs against simulators, in one colour."""

    def __init__(self, colour: Any, stack: ExitStack) -> None:
        self._colour = colour
        self._stack = stack
        self.asynchronous = hasattr(colour, "end")
        self.sim: Any = None
        self.client: Any = None

    def serve(self, *answers: Any) -> Any:
        """Serve answers, one per request."""
        self.sim = self._stack.enter_context(Simulator([*answers]))
        self.client = self._colour.client(server_url=self.sim.url, retry_config=None)
        return self.sim

    def start(self, tools: list[Any], resource: Any = None, **params: Any) -> Any:
        """Start a run, which sends nothing yet."""
        params = {"model": "m", "messages": [USER], **params, "tools": tools}
        resource = resource or self.client.chat
        if not self.asynchronous:
            return resource.run_tools(**params)

        async def begin() -> Any:
            return await resource.run_tools_async(**params)

        return self._colour.call(begin)

    def read(self, run: Any) -> list[Any]:
        """Read a run to its end."""
        return self._colour.collect(run)

    def run(self, tools: list[Any], *answers: Any, **params: Any) -> tuple[Any, list[Any]]:
        """Serve answers, and read a run with these tools."""
        self.serve(*answers)
        run = self.start(tools, **params)
        return run, self.read(run)

    def next(self, run: Any) -> Any:
        return self._colour.next(run)

    def call(self, method: Callable[..., Any], *args: Any) -> Any:
        return self._colour.call(method, *args)

    def close(self, run: Any) -> None:
        self._colour.call(run.close)

    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of the requests so far."""
        return [request.json for request in self.sim.requests]


def in_every_colour(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test with the synchronous client and on each loop, as one test."""
    wanted = inspect.signature(test).parameters

    def run(guarded_loop: None, subtests: Any) -> None:
        _ = guarded_loop  # a fixture that acts by being there
        for name in COLOURS:
            with subtests.test(name), colour_of(name) as colour, ExitStack() as stack:
                given = {"runs": Runs(colour, stack), "subtests": subtests}
                test(**{name: given[name] for name in wanted})

    run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
    return run
