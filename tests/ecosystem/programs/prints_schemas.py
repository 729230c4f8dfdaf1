"""Print the descriptions and the schemas that pydantic-ai makes of the functions of a file."""

import importlib.util
import json
import sys

from pydantic_ai import Tool

spec = importlib.util.spec_from_file_location("signatures", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["signatures"] = module
spec.loader.exec_module(module)


def described(function):
    definition = Tool(function).tool_def
    return {
        "description": definition.description or "",
        "parameters": definition.parameters_json_schema,
    }


made = {function.__name__: described(function) for function in module.ALL}
print(json.dumps(made, indent=1, sort_keys=True))
