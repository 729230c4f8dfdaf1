import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from mistralai.client._lazy import lazy
from support.interpreter import modules_after


@pytest.fixture
def package(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package with lazy names, which are in a module, in a nested one and in a broken one."""
    folder = tmp_path / "lazy_package"
    (folder / "inner").mkdir(parents=True)
    (folder / "one.py").write_text("first = 1\nsecond = object()\n")
    (folder / "broken.py").write_text("import nothing_of_this_name\n")
    (folder / "inner" / "__init__.py").write_text("")
    (folder / "inner" / "deep.py").write_text("third = 3\n")
    (folder / "__init__.py").write_text(
        "from mistralai.client._lazy import lazy\n"
        "_MODULES = {'one': ('first', 'second', 'missing'), 'inner.deep': ('third',),"
        " 'broken': ('lost',)}\n"
        "__all__, __getattr__, __dir__ = lazy(__name__, _MODULES, ('inner', 'one'))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import lazy_package

    yield lazy_package
    for name in [name for name in sys.modules if name.startswith("lazy_package")]:
        del sys.modules[name]


def test_the_public_names_are_sorted(package: ModuleType) -> None:
    assert package.__all__ == ["first", "inner", "lost", "missing", "one", "second", "third"]


def test_a_name_loads_its_module_when_it_is_first_used(package: ModuleType) -> None:
    assert "lazy_package.one" not in sys.modules
    assert package.first == 1
    assert "lazy_package.one" in sys.modules
    assert "lazy_package.inner" not in sys.modules
    assert package.third == 3


def test_a_name_is_kept_once_it_was_loaded(package: ModuleType) -> None:
    second = package.second
    assert vars(package)["second"] is second
    del sys.modules["lazy_package.one"]
    assert package.second is second


def test_a_submodule_is_the_module_itself(package: ModuleType) -> None:
    assert package.inner is sys.modules["lazy_package.inner"]
    assert package.one.first == 1


def test_another_name_is_an_attribute_error(package: ModuleType, subtests: pytest.Subtests) -> None:
    for name in ["nothing", "__wrapped__", "deep", "broken"]:
        refusal = f"module 'lazy_package' has no attribute '{name}'"
        with subtests.test(name), pytest.raises(AttributeError, match=refusal):
            getattr(package, name)


def test_a_name_that_its_module_lacks_is_an_attribute_error_of_the_module(
    package: ModuleType,
) -> None:
    with pytest.raises(AttributeError, match=r"'lazy_package\.one' has no attribute 'missing'"):
        _ = package.missing


def test_an_error_while_a_module_is_loaded_is_not_hidden(package: ModuleType) -> None:
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        _ = package.lost


def test_a_directory_has_the_names_that_are_loaded_and_those_that_are_not(
    package: ModuleType,
) -> None:
    names = dir(package)
    assert {"first", "second", "third", "inner", "one", "__name__", "_MODULES"} <= {*names}
    assert names == sorted(set(names))
    assert "lazy_package.one" not in sys.modules


def test_an_import_of_a_name_finds_it(package: ModuleType) -> None:
    found: dict[str, object] = {}
    exec("from lazy_package import first, third, inner", found)
    assert (found["first"], found["third"], found["inner"]) == (1, 3, package.inner)


def test_a_package_may_have_no_submodules_of_its_own() -> None:
    public, get, _ = lazy("json", {"decoder": ("JSONDecoder",)})
    assert public == ["JSONDecoder"]
    assert get("JSONDecoder") is sys.modules["json"].JSONDecoder


def test_making_names_lazy_loads_nothing_that_is_slow() -> None:
    loaded = modules_after("import mistralai.client._lazy")
    assert not loaded & {"typing", "importlib.util", "pydantic", "httpx2"}
