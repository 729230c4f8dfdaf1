"""Import every module of the client as the first of this package, and print its name."""

import importlib
import pkgutil
import sys

import mistralai.client

walked = pkgutil.walk_packages(mistralai.client.__path__, "mistralai.client.")
for name in [module.name for module in walked]:
    for loaded in [loaded for loaded in sys.modules if loaded.startswith("mistralai")]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(name)
