import importlib
import sys
from importlib.machinery import ModuleSpec

import pytest

from mistralai._spellings import ALIASES, find_alias, find_names
from support.programs import run_program


def found(name: str) -> ModuleSpec:
    spec = find_alias(name)
    assert spec is not None
    return spec


def test_an_alias_is_found_where_the_real_module_is(subtests: pytest.Subtests) -> None:
    for alias in sorted(ALIASES):
        with subtests.test(alias):
            spec = found(f"mistralai.{alias}")
            real = importlib.import_module(f"mistralai.client.{alias}")
            assert spec.name == f"mistralai.{alias}"
            assert spec.origin == real.__file__
            assert (spec.submodule_search_locations is not None) == hasattr(real, "__path__")


NOT_ALIASES = [
    "mistralai",
    "mistralai.client",
    "mistralai.client.models",
    "mistralai.simulator",
    "mistralai.nothing",
    "mistralai.models.nothing",
    "mistralai.modelsx",
    "mistralai.azure.models",
    "mistralai.azure.client.chat",
    "mistralai.",
    "other.models",
    "models",
]


def test_other_names_are_left_to_other_finders(subtests: pytest.Subtests) -> None:
    for name in NOT_ALIASES:
        with subtests.test(name):
            assert find_alias(name) is None


def test_a_finder_of_the_older_protocol_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [object(), *sys.meta_path, object()])
    assert found("mistralai.models").origin


def test_a_finder_takes_the_path_and_the_target_that_the_import_system_may_pass() -> None:
    assert find_alias("mistralai.models", ["somewhere"], None) is not None


def test_loading_gives_the_real_module_and_leaves_it_as_it_was(subtests: pytest.Subtests) -> None:
    for name in ["models", "models.usermessage", "utils.retries"]:
        with subtests.test(name):
            real = importlib.import_module(f"mistralai.client.{name}")
            before = real.__spec__
            spec = found(f"mistralai.{name}")
            assert spec.loader is not None
            module = spec.loader.create_module(spec)
            assert module is real
            module.__spec__ = spec  # as the import system does
            spec.loader.exec_module(module)
            assert real.__spec__ is before
            assert real.__name__ == f"mistralai.client.{name}"


def test_one_finder_is_before_those_that_look_at_files_and_one_is_after_them() -> None:
    kinds = [finder if isinstance(finder, type) else type(finder) for finder in sys.meta_path]
    names = [kind.__name__ for kind in kinds]
    first, last = (at for at, name in enumerate(names) if name == "_Finder")
    assert first < names.index("PathFinder") < last
    # Other packages may add finders later, behind ours.
    done = run_program("import sys, mistralai; print(type(sys.meta_path[-1]).__name__)")
    assert done.stdout == "_Finder\n"


def test_a_submodule_made_of_names_is_found_by_its_own_name_and_others_are_not() -> None:
    spec = find_names("mistralai.client.models.tool")
    assert spec is not None
    assert (spec.name, spec.origin) == ("mistralai.client.models.tool", None)
    for name in ("mistralai.client.models.tools", "mistralai.models.tool", "other.tool", "tool"):
        assert find_names(name) is None, name
