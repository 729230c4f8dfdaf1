"""Import modules in threads while another thread begins to execute `mistralai`.

The finder of the other import paths is not installed at that moment, and Python does not make the
threads wait. No two of the arguments may have a parent in common that has to be imported. Prints
for each the name of its module, or the error.
"""

import faulthandler
import importlib
import sys
import threading
from pathlib import Path
from types import CodeType

faulthandler.dump_traceback_later(20, exit=True)
names = sys.argv[1:]
reached = {name: threading.Event() for name in names}
results: dict[str, str] = {}
threads: list[threading.Thread] = []


def load(name: str) -> None:
    try:
        results[name] = importlib.import_module(name).__name__
    except ImportError as error:
        results[name] = repr(error)
    finally:
        reached[name].set()


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Start the threads when `mistralai` is about to be executed, and wait until each is in it."""
    code = arguments[0] if event == "exec" else None
    if not isinstance(code, CodeType):
        return
    path = Path(code.co_filename)
    if threading.current_thread() in threads:
        reached[threading.current_thread().name].set()
    elif path.parts[-2:] == ("mistralai", "__init__.py") and not threads:
        for name in names:
            threads.append(threading.Thread(target=load, args=[name], name=name))
            threads[-1].start()
        for event_ in reached.values():
            event_.wait()


sys.addaudithook(watch)
importlib.import_module("mistralai")
for thread in threads:
    thread.join()
print(*(results[name] for name in names), sep="\n")
