"""The state of one simulator."""

from ..received import Request
from .agents import Agents
from .files import Files
from .jobs import Jobs
from .lines import Reply
from .routes import Asked, Route, Routes
from .stamps import Stamps


class Store:
    """The files, batch jobs and agents of one simulator, which starts without any.

    Args:
        seed: The simulator's seed.
        scheme: `http` or `https`, for addresses in answers.
        reply: Answers a request of a batch.
    """

    def __init__(self, seed: int, scheme: str, reply: Reply) -> None:
        stamps = Stamps(seed)
        files = Files(stamps, scheme)
        self.agents = Agents(stamps)
        """The agents."""
        jobs = Jobs(stamps, files, reply)
        self._routes = Routes((*files.routes(), *jobs.routes(), *self.agents.routes()))

    def find(self, request: Request) -> tuple[Route, Asked] | None:
        """Return the route of a request, or `None` for an unknown path.

        Raises:
            Refused: The path does not have this method: 405.
        """
        return self._routes.find(request)
