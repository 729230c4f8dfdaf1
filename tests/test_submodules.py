"""The submodules of the generated SDK: each exists if one of its classes does, and has them."""

import ast
import importlib
import importlib.util
import pickle
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

import mistralai
from mistralai import _submodules
from mistralai.client import errors, models, types, utils
from support.interpreter import modules_after

HERE = Path(__file__).parent
MODELS = Path(models.__file__).parent
PACKAGES = {"errors": errors, "models": models, "types": types, "utils": utils}
ROOTS = ("mistralai.client", "mistralai", "mistralai.azure.client")
FACTS = {}  # the names that each submodule defines in that SDK
for line in (HERE / "data" / "submodules.txt").read_text("utf-8").splitlines():
    if line and not line.startswith("#"):
        submodule, _, names = line.partition(": ")
        FACTS[submodule] = sorted({*FACTS.get(submodule, ()), *names.split()})

ABSENT = {
    # parameters of a path or a query
    "models.agents_api_v1_agents_create_or_update_aliasop",
    "models.agents_api_v1_agents_delete_aliasop",
    "models.agents_api_v1_agents_deleteop",
    "models.agents_api_v1_agents_get_versionop",
    "models.agents_api_v1_agents_list_version_aliasesop",
    "models.agents_api_v1_agents_list_versionsop",
    "models.agents_api_v1_agents_listop",
    "models.agents_api_v1_agents_update_versionop",
    "models.agents_api_v1_agents_updateop",
    "models.agents_api_v1_conversations_append_streamop",
    "models.agents_api_v1_conversations_appendop",
    "models.agents_api_v1_conversations_deleteop",
    "models.agents_api_v1_conversations_historyop",
    "models.agents_api_v1_conversations_messagesop",
    "models.agents_api_v1_conversations_restart_streamop",
    "models.agents_api_v1_conversations_restartop",
    "models.files_api_routes_delete_fileop",
    "models.files_api_routes_download_fileop",
    "models.files_api_routes_get_signed_urlop",
    "models.files_api_routes_list_filesop",
    "models.files_api_routes_retrieve_fileop",
    "models.jobs_api_routes_batch_cancel_batch_jobop",
    "models.jobs_api_routes_batch_delete_batch_jobop",
    "models.jobs_api_routes_batch_get_batch_jobop",
    "models.list_models_v1_models_getop",
    # other parts of the API
    "errors.observabilityerror",
    "types.base64fileinput",
    # the machinery of generated code
    "utils.annotations",
    "utils.datetimes",
    "utils.dynamic_imports",
    "utils.enums",
    "utils.forms",
    "utils.headers",
    "utils.jsonl",
    "utils.metadata",
    "utils.queryparams",
    "utils.requestbodies",
    "utils.security",
    "utils.serializers",
    "utils.unions",
    "utils.unmarshal_json_response",
    "utils.url",
    "utils.values",
}
"""Submodules of the generated SDK that are absent on purpose: none of their classes is here."""

NOT_COVERED = re.compile(
    "AgentsAPIV1Agents.*Request|FilesAPIRoutes.*Request|JobsAPIRoutes.*Request"
    "|AgentsAPIV1Conversations.*|ListModelsV1.*|RetrieveModelV1.*"  # as `ABSENT` has them
    "|Security|Context"  # one value each
)
"""Models of the generated SDK that are absent on purpose, besides their `TypedDict` variants."""

OWN = {"CompletionTokensDetails", "PromptTokensDetails"} | {
    f"Unknown{kind}" for kind in ("ConversationEntry", "ConversationTool", "Tool", "ToolChoice")
}
"""Models of this package that are not in the generated SDK."""


def here(submodule):
    """Return the names of a submodule that exist in this package."""
    package = PACKAGES[submodule.partition(".")[0]]
    return [name for name in FACTS[submodule] if name in package.__all__]


def is_found(submodule):
    return importlib.util.find_spec(f"mistralai.client.{submodule}") is not None


def test_a_submodule_exists_if_one_of_its_classes_does_and_has_them_under_every_root():
    wrong = []
    for submodule in FACTS:
        names = here(submodule)
        package = PACKAGES[submodule.partition(".")[0]]
        if not is_found(submodule):
            wrong += [f"{submodule} is not found, and has {names}"] if names else []
            continue
        found = [importlib.import_module(f"{root}.{submodule}") for root in ROOTS]
        if len({*found}) != 1:
            wrong.append(f"{submodule} is {found}")
        for name in names:
            if getattr(found[0], name, None) is not getattr(package, name):
                wrong.append(f"{submodule} lacks the {name} of the package")
        listed = {*getattr(found[0], "__all__", names)}
        if not {*names} <= listed <= {*dir(found[0])}:
            wrong.append(f"{submodule} lists {listed}, has {names}")
    assert wrong == []
    assert sum(name.startswith("models.") for name in FACTS) > 130


def test_absent_submodules_are_absent_on_purpose():
    """A submodule such as `models.security` is expected once one of its classes exists."""
    assert {*FACTS} >= ABSENT
    assert {name for name in ABSENT if here(name) or is_found(name)} == set()
    others = {name for name in FACTS if not is_found(name)} - ABSENT
    assert {name for name in others if here(name)} == set()


def test_every_model_is_in_a_submodule_of_the_generated_sdk():
    """A new model needs a line in `data/submodules.txt`, or is listed in `OWN`."""
    known = {name for submodule in FACTS for name in here(submodule)}
    assert {*models.__all__} - known == OWN


def is_made_of_models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(is_made_of_models(part) for part in get_args(annotation))


def test_absent_models_are_not_covered_or_typed_dicts_of_models():
    """The `TypedDict` variant of a union of plain values is that union, and exists."""
    facts = {name for submodule in FACTS if "models." in submodule for name in FACTS[submodule]}
    absent = {name for name in facts - {*models.__all__} if not name.isupper()}
    wrong = set()
    for name in absent:
        one = name.removesuffix("TypedDict")
        is_twin_of_model = one in models.__all__ and is_made_of_models(getattr(models, one))
        if not is_twin_of_model and not NOT_COVERED.fullmatch(one):
            wrong.add(name)
    assert wrong == set()
    assert len(absent) > 80


def test_the_table_has_all_names_of_the_submodules_that_are_not_files():
    wrong = {}
    for submodule, names in _submodules.SUBMODULES.items():
        expected = here(f"models.{submodule}") if f"models.{submodule}" in FACTS else []
        if names.split() != expected:
            wrong[submodule] = f"{names}, not {expected}"
        if (MODELS / f"{submodule}.py").exists():
            wrong[submodule] = "is a file"
    assert wrong == {}


def test_the_typing_tests_import_the_submodules_that_are_files_for_type_checkers_alone():
    """Files that define nothing, under both roots: without type checkers a row would be enough."""
    typed = {
        node.module
        for path in (HERE / "typing").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    files = []
    for path in MODELS.glob("[!_]*.py"):
        _docstring, *imports, _all = ast.parse(path.read_text("utf-8")).body
        if all(isinstance(node, ast.ImportFrom) for node in imports):
            files += [f"mistralai.{root}models.{path.stem}" for root in ("", "client.")]
    assert len(files) > 20
    assert [name for name in files if name not in typed] == []


def test_a_submodule_has_the_names_that_the_generated_one_imports_and_no_others():
    from mistralai.models.chatcompletionresponse import ChatCompletionChoice, UsageInfo

    assert (ChatCompletionChoice, UsageInfo) == (models.ChatCompletionChoice, models.UsageInfo)
    module = importlib.import_module("mistralai.models.chatcompletionresponse")
    with pytest.raises(
        AttributeError, match=r"models\.chatcompletionresponse' has no attribute 'x'"
    ):
        module.x  # noqa: B018 - reading it is the test


def test_a_submodule_is_an_attribute_of_its_package():
    from mistralai.client.models import imageurlchunk
    from mistralai.models import imageurlchunk as older

    assert imageurlchunk is older is models.imageurlchunk is mistralai.models.imageurlchunk
    assert imageurlchunk.__name__ == "mistralai.client.models.imageurlchunk"
    assert (
        repr(imageurlchunk)
        == f"<module {imageurlchunk.__name__!r} (names of mistralai.client.models)>"
    )
    assert imageurlchunk.__doc__
    names = {}
    exec("from mistralai.models.imageurlchunk import *", names)
    assert names.keys() - {"__builtins__"} == {*imageurlchunk.__all__}


def test_a_class_keeps_its_own_module_and_pickles_under_every_path():
    module = importlib.import_module("mistralai.models.tool")
    assert module.Tool.__module__ == "mistralai.client.models.tools"
    assert b"mistralai.client.models.tools" in pickle.dumps(module.Tool)
    assert pickle.loads(b"cmistralai.models.tool\nTool\n.") is models.Tool


def test_a_submodule_can_be_reloaded_under_every_root():
    module = importlib.import_module("mistralai.client.models.toolchoice")
    for root in ROOTS:
        older = importlib.import_module(f"{root}.models.toolchoice")
        del older.ToolChoice
        assert importlib.reload(older) is module
        assert module.ToolChoice is models.ToolChoice


def test_importing_the_package_loads_no_submodule_of_models():
    for package in ("mistralai", "mistralai.client", "mistralai.client.models"):
        loaded = modules_after(f"import {package}")
        assert not {name for name in loaded if name.startswith("mistralai.client.models.")}, package
