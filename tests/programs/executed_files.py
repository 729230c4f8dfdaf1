"""Import the modules that the arguments name; print each file that was executed."""

import importlib
import sys
from types import CodeType

executed: set[str] = set()


def watch(event: str, arguments: tuple[object, ...]) -> None:
    code = arguments[0] if event == "exec" else None
    if isinstance(code, CodeType):
        executed.add(code.co_filename)


sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*executed, sep="\n")
