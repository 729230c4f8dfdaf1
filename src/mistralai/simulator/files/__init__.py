"""Scenarios in TOML files."""

from .decode import ScenarioError
from .load import load, loads

__all__ = ["ScenarioError", "load", "loads"]
