"""Scenarios in TOML files."""

from .decode import ScenarioError
from .load import load, loads
from .shipped import by_name, shipped

__all__ = ["ScenarioError", "by_name", "load", "loads", "shipped"]
