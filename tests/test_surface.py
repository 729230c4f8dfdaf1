"""The public names: both paths lead to the same objects, and each is documented."""

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
import mistralai.httpclient
from mistralai import _spellings
from mistralai.azure.client import MistralAzure
from mistralai.client import errors, models, types, utils
from support.programs import PROGRAMS, run_program

PACKAGE = Path(mistralai.__file__).parent
AZURE = PACKAGE / "azure" / "client"
STAND_INS = sorted(
    path
    for folder, aliases in [(PACKAGE, _spellings.ALIASES), (AZURE, _spellings.AZURE_ALIASES)]
    for alias in aliases
    for path in [folder / f"{alias}.py", *(folder / alias).rglob("*.py")]
    if path.exists()
)


WITHOUT_A_FILE = [
    (f"{root}{name}", f"mistralai.client.{name}")
    for root, names in {
        "": [
            "models.security",
            "errors.httpvalidationerror",
            "errors.mistralerror",
            "errors.no_response_error",
            "errors.responsevalidationerror",
            "errors.sdkerror",
            "types.basemodel",
            "utils.logger",
            "utils.retries",
        ],
        "azure.client.": ["httpclient"],
    }.items()
    for name in names
]
"""Modules that are found under another path, where no file stands in for them."""


def name_of(path):
    """Return the name under which a file is imported, without `mistralai.`."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def real_of(path):
    """Return the name of the module that a file stands in for."""
    return f"mistralai.client.{name_of(path).removeprefix('azure.client.')}"


def is_of(folder, path):
    """Return whether a file is a stand-in below this folder; Azure's folder is in the package's."""
    return (AZURE in path.parents) == (folder == AZURE)


def imported_by_typing_tests():
    """Return the modules that `tests/typing` imports from."""
    return {
        node.module
        for path in (Path(__file__).parent / "typing").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    }


def test_the_front_door_has_these_names():
    names = [
        "BackoffStrategy",
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


def test_the_models_are_at_the_front_door_too():
    for name in models.__all__:
        assert getattr(mistralai, name) is getattr(models, name)
    assert not hasattr(mistralai.client, "UserMessage")


def test_the_version_is_the_distributions():
    try:
        version = importlib.metadata.version("mistralai")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("run from a tree that is not installed")
    assert mistralai.__version__ == version


def test_unknown_names_raise_attribute_errors(subtests):
    for package in (mistralai, mistralai.client, errors, models, types, utils):
        message = f"'{package.__name__}' has no attribute 'nothing'"
        with subtests.test(package.__name__), pytest.raises(AttributeError, match=message):
            package.nothing  # noqa: B018 - reading it is the test


def public_objects():
    for package in (mistralai, errors, models, types, utils):
        for name in package.__all__:
            yield f"{package.__name__}.{name}", getattr(package, name)


def own_doc(value):
    """Return the docstring of the object itself, not one inherited from a base class."""
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


def test_help_on_a_client_shows_each_of_its_settings():
    """`help` and `Mistral?` show the docstring of the class first, and some editors it alone."""
    for client in (mistralai.Mistral, MistralAzure):
        described = inspect.getdoc(client)
        settings = inspect.signature(client).parameters
        assert len(settings) > 4
        assert [name for name in settings if f"\n    {name}: " not in described] == []


def test_a_star_import_has_the_names_of_all():
    for package in ("mistralai", "mistralai.client", "mistralai.models", "mistralai.errors"):
        names = {}
        exec(f"from {package} import *", names)
        del names["__builtins__"]
        assert sorted(names) == sorted(importlib.import_module(package).__all__)


def test_both_spellings_give_the_same_module(subtests):
    for name, real in [*((name_of(path), real_of(path)) for path in STAND_INS), *WITHOUT_A_FILE]:
        with subtests.test(name):
            older = importlib.import_module(f"mistralai.{name}")
            assert older is importlib.import_module(real)
            assert older.__name__ == older.__spec__.name == real
            assert sys.modules[f"mistralai.{name}"] is older


def test_a_stand_in_names_its_module_and_nothing_else(subtests):
    for path in STAND_INS:
        with subtests.test(name_of(path)):
            docstring, guard, star, step_aside = ast.parse(path.read_text("utf-8")).body
            assert isinstance(docstring, ast.Expr)
            assert ast.unparse(guard) == "from mistralai._spellings import step_aside"
            assert ast.unparse(star) == f"from {real_of(path)} import *"
            assert ast.unparse(step_aside) == "step_aside(__name__)"


def test_the_stand_ins_are_those_of_the_aliases():
    """Each alias of `mistralai` needs its file: a thread may import it before the finder exists."""
    of_front_door = {name_of(path).partition(".")[0] for path in STAND_INS if is_of(PACKAGE, path)}
    assert of_front_door == _spellings.ALIASES
    on_azure = {path.relative_to(AZURE).parts[0] for path in STAND_INS if is_of(AZURE, path)}
    assert on_azure <= _spellings.AZURE_ALIASES
    others = {module.name for module in pkgutil.iter_modules([str(PACKAGE)])} - _spellings.ALIASES
    assert not {name for name in others if (PACKAGE / "client" / f"{name}.py").exists()}


def test_the_typing_tests_import_each_stand_in_that_no_thread_needs():
    """Type checkers see files alone. Without them the finder would do below a package."""
    typed = imported_by_typing_tests()
    below = {name_of(path) for path in STAND_INS if path.parent not in {PACKAGE, AZURE}}
    packages = {name for name in below if (PACKAGE / name.replace(".", "/")).is_dir()}
    assert len(below - packages) > 15
    assert {name for name in below - packages if f"mistralai.{name}" not in typed} == set()


def test_stand_ins_are_never_executed():
    names = [f"mistralai.{name_of(path)}" for path in STAND_INS]
    program = run_program(PROGRAMS / "executed_files.py", arguments=names)
    assert program.stderr == ""
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


def test_the_names_of_a_clients_parts_are_at_the_paths_that_programs_import():
    for module, names in {
        "httpclient": ["AsyncHttpClient", "HttpClient"],
        "models": ["Security", "SecurityTypedDict"],
        "models.security": ["Security", "SecurityTypedDict"],
        "utils": ["Logger", "get_default_logger"],
        "utils.logger": ["Logger", "get_default_logger"],
    }.items():
        for root in ("mistralai.client", "mistralai", "mistralai.azure.client"):
            found = importlib.import_module(f"{root}.{module}")
            assert [name for name in names if not hasattr(found, name)] == [], found
    for client, protocol in [
        (httpx2.Client, mistralai.httpclient.HttpClient),
        (httpx2.AsyncClient, mistralai.httpclient.AsyncHttpClient),
    ]:
        assert issubclass(client, protocol), protocol
        assert not issubclass(object, protocol), protocol


def test_an_older_path_in_a_pickle_is_found():
    pickled = b"cmistralai.models.usermessage\nUserMessage\n."
    assert pickle.loads(pickled) is models.UserMessage


def test_a_class_patched_under_one_spelling_is_patched_under_the_other(subtests):
    for spelling in ("mistralai.chat.Chat", "mistralai.client.chat.Chat"):
        client = mistralai.Mistral("key")
        with (
            subtests.test(spelling),
            mock.patch(f"{spelling}.complete", return_value="patched"),
        ):
            assert client.chat.complete() == "patched"
            assert mistralai.client.chat.Chat.complete() == "patched"


def test_a_module_can_be_reloaded_under_either_spelling():
    """In a separate interpreter, because a reload creates new classes."""
    program = run_program("""
import importlib
import mistralai.utils.retries as older
import mistralai.client.utils.retries as real
assert importlib.reload(older) is real is older
assert older.__spec__.name == "mistralai.client.utils.retries"
assert importlib.reload(real) is older
""")
    assert (program.stderr, program.returncode) == ("", 0)


def test_specs_and_sources_are_found_under_both_spellings(subtests):
    for name in ("chat", "models", "models.content", "utils.eventstreaming"):
        with subtests.test(name):
            older = importlib.util.find_spec(f"mistralai.{name}")
            real = importlib.util.find_spec(f"mistralai.client.{name}")
            assert older is not None
            assert real is not None
            assert older.origin == real.origin
            module = importlib.import_module(f"mistralai.{name}")
            assert inspect.getsource(module) == Path(str(real.origin)).read_text("utf-8")


def test_modules_that_do_not_exist_are_not_found(subtests):
    absent = ["nothing", "models.nothing", "client.nothing", "chats", "gcp"]
    for name in [*absent, "azure.client.models.nothing"]:
        with subtests.test(name):
            assert importlib.util.find_spec(f"mistralai.{name}") is None
            with pytest.raises(ModuleNotFoundError, match=f"mistralai.{name}"):
                importlib.import_module(f"mistralai.{name}")


RACES = [
    (["mistralai", "mistralai.client", "mistralai.client.models"], 3),
    (["mistralai.models", "mistralai.client.models"], 1),
    (["mistralai.models.usermessage", "mistralai.client.models.usermessage"], 1),
    (["mistralai.chat", "mistralai.client.chat", "mistralai.sdk", "mistralai.client.sdk"], 2),
]
"""Names that threads import at the same time, and how many modules they are."""


def test_threads_whose_first_import_is_either_spelling_get_one_module(subtests):
    for names, different in RACES:
        with subtests.test(" ".join(names)):
            program = run_program(PROGRAMS / "imports_in_threads.py", arguments=names * 6)
            assert (program.stderr, program.returncode) == ("", 0)
            assert program.stdout.split() == [str(len(names) * 6), str(different)]


def test_a_thread_that_imports_an_alias_before_the_finder_exists_gets_the_module(subtests):
    """Paths below an alias need no file: importing them begins with the alias."""
    for names in (
        sorted(_spellings.ALIASES),
        ["errors.sdkerror", "models.tool", "utils.retries", "azure.client.httpclient"],
        ["azure.client.errors"],
    ):
        with subtests.test(" ".join(names)):
            arguments = [f"mistralai.{name}" for name in names]
            program = run_program(PROGRAMS / "imports_before_the_finder.py", arguments=arguments)
            assert (program.stderr, program.returncode) == ("", 0)
            assert program.stdout.split() == [
                f"mistralai.client.{name.removeprefix('azure.client.')}" for name in names
            ]


def test_the_finder_imports_nothing(monkeypatch):
    """It runs under the import lock of the process: waiting for an import could be a deadlock."""

    def refuse(name, *_):
        raise AssertionError(f"{name} is imported")

    with monkeypatch.context() as patch:
        patch.setattr("builtins.__import__", refuse)
        spec = _spellings.find_alias("mistralai.models.messages")
    assert spec.origin == models.messages.__file__


def test_the_finder_is_installed_once():
    before = [*sys.meta_path]
    importlib.reload(mistralai)
    assert sys.meta_path == before


def test_a_thread_that_imports_a_submodule_waits_for_the_finder():
    """Without that it would be told that there is no such module."""
    program = run_program(PROGRAMS / "imports_while_the_finder_loads.py")
    assert (program.stderr, program.returncode) == ("", 0)
    assert program.stdout.splitlines() == [
        "('mistralai.models.tool', [True, True])",
        "('mistralai.client', [True, True])",
        "('mistralai._submodules', [False, False])",
        "('other', [False, False])",
        "True 3",
        "mistralai.client.models names of mistralai.client.models",
    ]


def test_packages_can_be_walked():
    walked = {module.name for module in pkgutil.walk_packages(mistralai.__path__, "mistralai.")}
    assert {"mistralai.models.usermessage", "mistralai.client.models.usermessage"} <= walked
