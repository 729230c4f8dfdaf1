"""Import the modules that the arguments name, each in a thread; print how many came, and differ."""

import faulthandler
import importlib
import sys
import threading
from types import ModuleType

faulthandler.dump_traceback_later(20, exit=True)
names = sys.argv[1:]
together = threading.Barrier(len(names), timeout=10)
modules: list[ModuleType] = []


def load(name: str) -> None:
    together.wait()
    modules.append(importlib.import_module(name))


threads = [threading.Thread(target=load, args=[name]) for name in names]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(modules), len(set(modules)))
