"""The endpoints of the generated SDK, read from its own code: `tests/data/endpoints.json`.

To write them again, run this file where SDK 3.7.0 is installed:
`python tests/support/sdk_endpoints.py`. Then `make docs/reach.md` writes their table.
"""

import ast
import inspect
import json
import textwrap
from pathlib import Path

from mistralai.client import Mistral, models

ENDPOINTS = Path(__file__).parent.parent / "data" / "endpoints.json"
_PACKAGE = "mistralai.client."


def resources(sdk, path=()):
    """Yield each resource below an object of the SDK, with its path."""
    for name in type(sdk).__annotations__:
        found = None if name.startswith("_") else getattr(sdk, name)
        if hasattr(found, "sdk_configuration"):
            yield ".".join((*path, name)), found
            yield from resources(found, (*path, name))


def calls_of(tree, name):
    """Return the calls of a function or method in a piece of source."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name
    ]


def fields_of(tree, metadata):
    """Return the names on the wire of the request's fields that are sent in one way."""
    names = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("models."):
            model = getattr(models, call.func.attr)
            names += [
                field.alias or name
                for name, field in getattr(model, "model_fields", {}).items()
                if any(getattr(note, metadata, None) for note in field.metadata)
            ]
    return names


def endpoint_of(method):
    """Return what a method sends, or None if it sends nothing itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    built = calls_of(tree, "_build_request")
    if not built:
        return None
    given = {keyword.arg: keyword.value for keyword in built[0].keywords}
    body = calls_of(tree, "serialize_request_body")
    accepts = ast.unparse(given["accept_header_value"])
    returned = ast.unparse(tree.body[0].returns) if tree.body[0].returns else "None"
    return {
        "method": ast.literal_eval(given["method"]),
        # What follows "#" tells methods with one path apart, and is not sent.
        "path": ast.literal_eval(given["path"]).partition("#")[0],
        "query": fields_of(tree, "query"),
        "body": ast.literal_eval(body[0].args[3]) if body else None,
        "fields": fields_of(tree, "multipart") if body else [],
        "answers": answer_of(accepts, returned),
        "keywords": [*inspect.signature(method).parameters][1:],
    }


def answer_of(accepts, returned):
    """Return which of the raw calls reads the answer: more than one where the caller chooses."""
    if "if" in accepts:
        return ["whole", "events"]
    if "event-stream" in accepts:
        return ["events"]
    return ["pieces"] if "httpx.Response" in returned or "ndjson" in accepts else ["whole"]


def endpoints():
    """Return what each method of the SDK sends, by the path of its resource and its name."""
    found = {}
    for path, resource in resources(Mistral(api_key="key")):
        for name, method in vars(type(resource)).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                endpoint = None if name.endswith("_async") else endpoint_of(method)
                if endpoint is not None:
                    found[f"{path}.{name}"] = endpoint
    return found


if __name__ == "__main__":
    rows = [f"{json.dumps(call)}: {json.dumps(row)}" for call, row in sorted(endpoints().items())]
    ENDPOINTS.write_text("{\n" + ",\n".join(rows) + "\n}\n")
