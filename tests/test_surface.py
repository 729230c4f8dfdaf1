"""The public names: both spellings give the same objects, and each is documented."""

import ast
import importlib
import importlib.metadata
import importlib.util
import inspect
import pickle
import pkgutil
import sys
from pathlib import Path
from unittest import mock

import httpx2
import pytest

import mistralai
import mistralai.client
import mistralai.client.models.usermessage
from mistralai import _spellings
from mistralai.client import errors, models, types, utils
from support.programs import run_program

PACKAGE = Path(mistralai.__file__).parent
AZURE = PACKAGE / "azure" / "client"
STAND_INS = sorted(
    path
    for folder, aliases in [(PACKAGE, _spellings.ALIASES), (AZURE, _spellings.AZURE_ALIASES)]
    for alias in aliases
    for path in [folder / f"{alias}.py", *(folder / alias).rglob("*.py")]
    if path.exists()
)


def name_of(path):
    """The name by which a file is imported, without `mistralai.`."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def real_of(path):
    """The name of the module that a file stands for."""
    return f"mistralai.client.{name_of(path).removeprefix('azure.client.')}"


every_stand_in = pytest.mark.parametrize("path", STAND_INS, ids=name_of)


def test_the_front_door_has_these_names():
    names = [
        "BackoffStrategy",
        "DefaultAioHttpClient",
        "Mistral",
        "RetryConfig",
        "Timeouts",
        "UNSET",
        "__version__",
        "errors",
        "models",
        "types",
        "utils",
    ]
    assert sorted(mistralai.__all__) == sorted(mistralai.client.__all__) == names
    for name in names:
        assert getattr(mistralai, name) is getattr(mistralai.client, name)
        assert {name} <= {*dir(mistralai)} & {*dir(mistralai.client)}


def test_the_models_stand_at_the_front_door_too():
    for name in models.__all__:
        assert getattr(mistralai, name) is getattr(models, name)
    assert not hasattr(mistralai.client, "UserMessage")


def test_the_version_is_the_distributions():
    try:
        version = importlib.metadata.version("mistralai")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("run from a tree that is not installed")
    assert mistralai.__version__ == version


@pytest.mark.parametrize("package", [mistralai, mistralai.client, errors, models, types, utils])
def test_names_that_are_none_raise_attribute_errors(package):
    with pytest.raises(AttributeError, match=f"'{package.__name__}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018 - reading it is the test


def public_objects():
    for package in (mistralai, errors, models, types, utils):
        for name in package.__all__:
            yield f"{package.__name__}.{name}", getattr(package, name)


def own_doc(value):
    """The docstring of the object itself; a class without one shows that of a base."""
    return vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__


def test_every_public_class_function_and_module_is_documented():
    described = [
        (name, value)
        for name, value in public_objects()
        if inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value)
    ]
    assert len(described) > 100
    assert [name for name, value in described if not own_doc(value)] == []


def test_every_public_method_is_documented():
    bare = [
        f"{name}.{method}"
        for name, value in public_objects()
        if inspect.isclass(value)
        for method, member in vars(value).items()
        if not method.startswith("_")
        and (inspect.isroutine(member) or isinstance(member, property))
        if not inspect.getdoc(getattr(value, method))
    ]
    assert bare == []


def test_a_star_import_gives_what_all_says():
    for package in ("mistralai", "mistralai.client", "mistralai.models", "mistralai.errors"):
        names = {}
        exec(f"from {package} import *", names)
        del names["__builtins__"]
        assert sorted(names) == sorted(importlib.import_module(package).__all__)


@every_stand_in
def test_both_spellings_give_the_same_module(path):
    older = importlib.import_module(f"mistralai.{name_of(path)}")
    assert older is importlib.import_module(real_of(path))
    assert older.__name__ == older.__spec__.name == real_of(path)
    assert sys.modules[f"mistralai.{name_of(path)}"] is older


@every_stand_in
def test_a_stand_in_names_the_module_that_it_stands_for_and_nothing_else(path):
    docstring, guard, star, step_aside = ast.parse(path.read_text("utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(guard) == "from mistralai._spellings import step_aside"
    assert ast.unparse(star) == f"from {real_of(path)} import *"
    assert ast.unparse(step_aside) == "step_aside(__name__)"


def test_the_stand_ins_are_those_of_the_aliases():
    assert {real_of(path).split(".")[2] for path in STAND_INS} == _spellings.ALIASES
    on_azure = {path.parent.name for path in STAND_INS if path.is_relative_to(AZURE)}
    assert on_azure == _spellings.AZURE_ALIASES
    others = {module.name for module in pkgutil.iter_modules([str(PACKAGE)])} - _spellings.ALIASES
    assert not {name for name in others if (PACKAGE / "client" / f"{name}.py").exists()}


def test_stand_ins_are_never_executed():
    program = run_program(f"""
import importlib, sys

executed = set()
sys.addaudithook(lambda event, args: event == "exec" and executed.add(args[0].co_filename))
for name in {[name_of(path) for path in STAND_INS]}:
    importlib.import_module("mistralai." + name)
print(*executed, sep="\\n")
""")
    executed = {Path(line) for line in program.stdout.splitlines()}
    assert {PACKAGE / "__init__.py", PACKAGE / "client" / "chat.py"} <= executed
    assert not executed & {*STAND_INS}


def test_classes_are_the_same_and_pickle_under_either_spelling():
    from mistralai.azure.client.models.usermessage import UserMessage as Azures

    from mistralai.client.models.usermessage import UserMessage
    from mistralai.models import UserMessage as Older
    from mistralai.models.usermessage import UserMessage as Oldest

    assert UserMessage is Older is Oldest is Azures is models.UserMessage
    message = Older(content="x")
    assert pickle.loads(pickle.dumps(message)) == message
    error = mistralai.errors.SDKError("it went wrong", httpx2.Response(500))
    assert type(pickle.loads(pickle.dumps(error))) is errors.SDKError


def test_an_older_path_in_a_pickle_is_found():
    pickled = b"cmistralai.models.usermessage\nUserMessage\n."
    assert pickle.loads(pickled) is models.UserMessage


@pytest.mark.parametrize("spelling", ["mistralai.chat.Chat", "mistralai.client.chat.Chat"])
def test_what_is_patched_under_one_spelling_is_patched_under_the_other(spelling):
    client = mistralai.Mistral("key")
    with mock.patch(f"{spelling}.complete", return_value="patched"):
        assert client.chat.complete() == "patched"
        assert mistralai.client.chat.Chat.complete() == "patched"


def test_a_module_can_be_reloaded_under_either_spelling():
    """In an interpreter of its own, for a reload makes new classes."""
    program = run_program("""
import importlib
import mistralai.utils.retries as older
import mistralai.client.utils.retries as real
assert importlib.reload(older) is real is older
assert older.__spec__.name == "mistralai.client.utils.retries"
assert importlib.reload(real) is older
""")
    assert (program.stderr, program.returncode) == ("", 0)


@pytest.mark.parametrize("name", ["chat", "models", "models.usermessage", "utils.eventstreaming"])
def test_specs_and_sources_are_found_under_both_spellings(name):
    older = importlib.util.find_spec(f"mistralai.{name}")
    real = importlib.util.find_spec(f"mistralai.client.{name}")
    assert older is not None
    assert real is not None
    assert older.origin == real.origin
    module = importlib.import_module(f"mistralai.{name}")
    assert inspect.getsource(module) == Path(str(real.origin)).read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    ["nothing", "models.nothing", "client.nothing", "chats", "azure.client.models.nothing", "gcp"],
)
def test_what_is_not_there_is_not_found(name):
    assert importlib.util.find_spec(f"mistralai.{name}") is None
    with pytest.raises(ModuleNotFoundError, match=f"mistralai.{name}"):
        importlib.import_module(f"mistralai.{name}")


RACE = """
import faulthandler, importlib, threading

faulthandler.dump_traceback_later(20, exit=True)
together = threading.Barrier(len(NAMES), timeout=10)
modules = []

def load(name):
    together.wait()
    modules.append(importlib.import_module(name))

threads = [threading.Thread(target=load, args=[name]) for name in NAMES]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(modules), len(set(modules)))
"""


@pytest.mark.parametrize(
    ("names", "different"),
    [
        (["mistralai", "mistralai.client", "mistralai.client.models"], 3),
        (["mistralai.models", "mistralai.client.models"], 1),
        (["mistralai.models.usermessage", "mistralai.client.models.usermessage"], 1),
        (["mistralai.chat", "mistralai.client.chat", "mistralai.sdk", "mistralai.client.sdk"], 2),
    ],
)
def test_threads_whose_first_import_is_either_spelling_get_one_module(names, different):
    program = run_program(f"NAMES = {names * 6}\n{RACE}")
    assert (program.stderr, program.returncode) == ("", 0)
    assert program.stdout.split() == [str(len(names) * 6), str(different)]


def test_the_finder_imports_nothing(monkeypatch):
    """It runs under the import lock of the process: whatever it waited for could wait for it."""

    def refuse(name, *_):
        raise AssertionError(f"{name} is imported")

    with monkeypatch.context() as patch:
        patch.setattr("builtins.__import__", refuse)
        spec = _spellings.Finder().find_spec("mistralai.models.usermessage")
    assert spec.origin == models.usermessage.__file__


def test_the_finder_is_installed_once():
    _spellings.install()
    importlib.reload(mistralai)
    assert sum(type(f).__name__ == "Finder" for f in sys.meta_path) == 1


def test_packages_can_be_walked():
    walked = {module.name for module in pkgutil.walk_packages(mistralai.__path__, "mistralai.")}
    assert {"mistralai.models.usermessage", "mistralai.client.models.usermessage"} <= walked
