"""The reference in `docs/reference` has every public name once, and no other.

Its directives (`::: mistralai.client.Mistral`) are compared with `__all__` of the public modules.
`make docs` checks that the site can be built from them.
"""

import importlib
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

PAGES = sorted((Path(__file__).parent.parent / "docs" / "reference").glob("*.md"))
DIRECTIVES = [
    path
    for page in PAGES
    for path in re.findall(r"^::: (\S+)$", page.read_text("utf-8"), re.MULTILINE)
]
PUBLIC = (
    "mistralai",
    "mistralai.bulk",
    "mistralai.bulk.batch",
    "mistralai.bulk.ray",
    "mistralai.relay",
    "mistralai.tools",
    "mistralai.telemetry",
    "mistralai.azure.client",
    "mistralai.client",
    "mistralai.client.conversationstreams",
    "mistralai.client.deltas",
    "mistralai.client.errors",
    "mistralai.client.http",
    "mistralai.client.httpclient",
    "mistralai.client.models",
    "mistralai.client.raw",
    "mistralai.client.types",
    "mistralai.client.utils",
    "mistralai.client.utils.eventstreaming",
    "mistralai.client.utils.retries",
    "mistralai.extra",
    "mistralai.simulator",
    "mistralai.simulator.faults",
)
WITHOUT_ALL = {
    "mistralai.client.agents": ("Agents",),
    "mistralai.client.batch": ("Batch",),
    "mistralai.client.beta": ("Beta",),
    "mistralai.client.beta_agents": ("BetaAgents",),
    "mistralai.client.chat": ("Chat",),
    "mistralai.client.conversations": ("Conversations",),
    "mistralai.client.embeddings": ("Embeddings",),
    "mistralai.client.files": ("Files",),
    "mistralai.client.fim": ("Fim",),
    "mistralai.client.jobs": ("Jobs",),
    "mistralai.client.models_": ("Models",),
    "mistralai.client.sdkconfiguration": ("SDKConfiguration",),
    "mistralai.client.sse": ("EventTooLargeError", "SSEDecoder", "ServerSentEvent"),
    "mistralai.pytest_plugin": ("mistral_client", "mistral_recorder", "mistral_simulator"),
    "mistralai.recording": ("Exchange", "Read", "RecordingError", "load"),
}
"""Modules that are public and have no `__all__`, with their public names."""
ELSEWHERE = {"__version__"}
"""A string, which the page of the client mentions."""


def found(path):
    """Return the object that a dotted path names."""
    module, rest = path, []
    while True:
        try:
            value = importlib.import_module(module)
        except ModuleNotFoundError:
            module, _, name = module.rpartition(".")
            rest.insert(0, name)
        else:
            break
    for name in rest:
        value = getattr(value, name)
    return value


def names_of(module):
    """Return the public names of a module, without those of its submodules."""
    names = WITHOUT_ALL.get(module.__name__) or module.__all__
    return [name for name in names if not isinstance(getattr(module, name), ModuleType)]


def documented():
    """Return how often the reference has each object, by its name and identity."""
    counts = Counter()
    for path in DIRECTIVES:
        value = found(path)
        if isinstance(value, ModuleType):
            counts.update((name, id(getattr(value, name))) for name in names_of(value))
        else:
            counts[path.rpartition(".")[2], id(value)] += 1
    return counts


def test_every_directive_names_something_that_exists():
    missing = []
    for path in DIRECTIVES:
        try:
            found(path)
        except (AttributeError, ImportError):
            missing.append(path)
    assert missing == []


def test_every_public_name_is_in_the_reference_once():
    counts = documented()
    wrong = {
        f"{module}.{name}": times
        for module in (*PUBLIC, *WITHOUT_ALL)
        for name in names_of(importlib.import_module(module))
        if name not in ELSEWHERE
        if (times := counts[name, id(getattr(importlib.import_module(module), name))]) != 1
    }
    assert wrong == {}


def test_nothing_is_in_the_reference_twice():
    assert [path for path, times in Counter(DIRECTIVES).items() if times > 1] == []


def test_every_page_of_the_reference_is_in_the_navigation():
    navigation = (PAGES[0].parents[2] / "mkdocs.yml").read_text("utf-8")
    assert [page.name for page in PAGES if f"reference/{page.name}" not in navigation] == []
