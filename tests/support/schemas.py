"""The schemas that pydantic-ai makes of `tests/programs/signatures.py`, and the known differences.

`tests/data/schemas.json` has what release 2.68.0 makes with pydantic 2.14.4. `make ecosystem` makes
them again and compares.
"""

import json
import re
from pathlib import Path

STORED = Path(__file__).parents[1] / "data" / "schemas.json"


def stored():
    """Return the description and the parameters of each function."""
    return json.loads(STORED.read_text("utf-8"))


def as_ours(name, tool):
    """Return what pydantic-ai makes of a function, without the differences of docs/tools.md."""
    description, parameters = tool["description"], tool["parameters"]
    # It repeats what is returned, in tags.
    if found := re.fullmatch(r"<summary>(.*)</summary>\n<returns>.*", description, re.DOTALL):
        description = found[1]
    # It keeps the ends of lines within a description.
    for field in parameters.get("properties", {}).values():
        if "description" in field:
            field["description"] = field["description"].replace("\n", " ")
    # It takes the fields of a lone model for the function's parameters.
    if name.startswith("only_a_"):
        kind = parameters.pop("title")
        [parameter] = {"Town": ["town"], "Point": ["point"], "Entry": ["entry"]}[kind]
        reference = {"$ref": f"#/$defs/{kind}"}
        parameters = {
            "$defs": {kind: {**parameters, "title": kind}},
            "additionalProperties": False,
            "properties": {parameter: reference},
            "required": [parameter],
            "type": "object",
        }
    # A parameter whose default is a `Field` without one is required here.
    if name == "field_as_default":
        parameters["required"] = ["a"]
    # A text in `Annotated` is a description here.
    if name == "note_as_text":
        parameters["properties"]["city"]["description"] = "Name of a town"
    # It drops the titles of fields, but not those of a `NamedTuple`.
    if name == "tuples":
        parameters = json.loads(re.sub(r'"title": "[^"]*", ', "", json.dumps(parameters)))
    return {"description": description, "parameters": parameters}
