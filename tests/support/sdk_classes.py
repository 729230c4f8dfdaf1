"""The classes to which the generated SDK's signatures lead: `tests/data/classes.json`.

Those are the classes of parameters and answers, and of their fields, as its source names them. To
write them again, run this file where SDK 3.7.0 is installed, with the resources that are typed
here: `PYTHONPATH=tests python -m support.sdk_classes chat fim ...`.
"""

import ast
import importlib
import inspect
import json
import sys
import textwrap
from functools import cache
from pathlib import Path

from mistralai.client import Mistral, models
from support.sdk_cases import store
from support.sdk_endpoints import endpoint_of, resources

CLASSES = Path(__file__).parent.parent / "data" / "classes.json"


def classes():
    """Return the names of the classes by method, `files.upload`."""
    return json.loads(CLASSES.read_bytes())


@cache
def _definitions(module):
    """Return the names that each definition of a module uses, by the name that it defines."""
    found = {}
    for node in ast.parse(inspect.getsource(importlib.import_module(module))).body:
        names = {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}
        match node:
            case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = names
            case ast.If():  # one definition for type checkers, and one for the others
                found |= dict.fromkeys(names, names)
    return found


def _lead_to(names, found):
    for name in names & {*models.__all__} - found:
        found.add(name)
        module = "mistralai.client.models" + models._dynamic_imports[name]
        _lead_to(_definitions(module)[name], found)
    return found


def classes_of(method):
    """Return the names of the classes to which a method's signature leads, in order."""
    function = ast.parse(textwrap.dedent(inspect.getsource(method))).body[0]
    signature = [function.args, *([function.returns] if function.returns else [])]
    leaves = [leaf for part in signature for leaf in ast.walk(part)]
    names = {leaf.attr for leaf in leaves if isinstance(leaf, ast.Attribute)}
    return sorted(_lead_to(names, set()))


if __name__ == "__main__":
    store(
        CLASSES,
        {
            f"{path}.{name}": found
            for path, resource in resources(Mistral(api_key="key"))
            if path in sys.argv[1:]
            for name, method in vars(type(resource)).items()
            if inspect.isfunction(method) and not name.startswith("_")
            if not name.endswith("_async") and endpoint_of(method)
            if (found := classes_of(method))
        },
    )
