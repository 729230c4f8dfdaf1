"""The scenarios that come with the package, by name."""

from functools import cache
from importlib import resources

from ..scenario import Scenario, ScenarioLike
from .load import loads

_FOLDER = resources.files("mistralai.simulator").joinpath("scenarios")
_SUFFIX = ".toml"


@cache
def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    files = (file.name for file in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX)))


def by_name(name: str) -> ScenarioLike:
    """Return the scenario of a name: one that comes with the package, or a preset.

    Raises:
        ValueError: No scenario and no preset has this name.
    """
    if name in shipped():
        return loads(_FOLDER.joinpath(name + _SUFFIX).read_text("utf-8"))
    return Scenario(name)
