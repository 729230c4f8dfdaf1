"""Paths with placeholders, and the functions that answer them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import unquote

from ..answers import Answer
from ..api import errors
from ..received import Request
from .query import Query

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose path is known.

    Attributes:
        request: The request.
        names: The values of the placeholders of its path.
        query: Its query.
    """

    request: Request
    names: Mapping[str, str]
    query: Query


Handler: TypeAlias = Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, and what answers them.

    Attributes:
        method: `GET`, `POST` and so on.
        path: The path; `{name}` matches one segment.
        handler: Returns the answer.
        needs_key: False for an address that is its own credential.
    """

    method: str
    path: str
    handler: Handler
    needs_key: bool = True


class Routes:
    """Finds the route of a request.

    Args:
        routes: The routes; of those with one path the method decides.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_path: dict[re.Pattern[str], dict[str, Route]] = {}
        for route in routes:
            pattern = re.compile(_PLACEHOLDER.sub(r"(?P<\1>[^/]+)", route.path))
            self._by_path.setdefault(pattern, {})[route.method] = route

    def find(self, request: Request) -> tuple[Route, Asked] | None:
        """Return the route of a request, or `None` for an unknown path.

        Raises:
            Refused: The path does not have this method: 405 with those that it has.
        """
        for pattern, methods in self._by_path.items():
            match = pattern.fullmatch(request.path)
            if match is None:
                continue
            route = methods.get(request.method)
            if route is None:
                raise errors.Refused(errors.method_not_allowed(", ".join(sorted(methods))))
            names = {name: unquote(value) for name, value in match.groupdict().items()}
            return route, Asked(request, names, Query(request.target))
        return None
