"""A client for the Mistral chat API whose centre is the stream.

    from mistralai import Mistral

    with Mistral().chat.stream(model=..., messages=[...]) as stream:
        for event in stream: ...

`mistralai` and `mistralai.client` are two spellings of one package: both give
the same module objects, so that a class patched under one path is patched under
the other.
"""

TYPE_CHECKING: bool = False  # pyright: ignore[reportConstantRedefinition]  # the star below has one too
if TYPE_CHECKING:
    from .client import UNSET as UNSET
    from .client import BackoffStrategy as BackoffStrategy
    from .client import Mistral as Mistral
    from .client import RetryConfig as RetryConfig
    from .client import Timeouts as Timeouts
    from .client import __version__ as __version__
    from .client import errors as errors
    from .client import models as models
    from .client import types as types
    from .client import utils as utils
    from .client.models import *  # noqa: F403 - the models stand here too, as in SDK 1

if not TYPE_CHECKING and "_Finder" not in globals():  # once, also where this module is reloaded
    import sys

    class _Finder:
        """Lets threads that import a submodule wait until a finder of `_spellings` is loaded.

        Python does not wait for a package when another thread imports a submodule of it. The
        waiting is the loader's, because finders run under the import lock of the process.
        """

        def find_spec(self, name, _path=None, _target=None):
            waits = name.startswith("mistralai.") and not name.startswith("mistralai._")
            return type(__spec__)(name, self) if waits else None

        def create_module(self, spec):
            __import__("mistralai")  # waits for the thread that executes it
            __import__(spec.name)
            module = sys.modules[spec.name]
            spec.loader_state = module.__spec__
            return module

        def exec_module(self, module):
            module.__spec__ = module.__spec__.loader_state

    _first, _last = _Finder(), _Finder()
    sys.meta_path.insert(0, _first)  # before those that look at files
    sys.meta_path.append(_last)  # behind them, and behind those that call hooks

    from . import _spellings

    _first.find_spec, _last.find_spec = _spellings.find_alias, _spellings.find_names

if not TYPE_CHECKING:
    # Not imported here: a thread that imports `mistralai.client` at the same time would wait for
    # this module, and this one for it.

    def __getattr__(name):
        # From the table of modules: until its import is over, import hooks included, the client is
        # no attribute of this package, and `import mistralai.client as client` would ask this
        # function for it.
        __import__("mistralai.client")
        client = sys.modules["mistralai.client"]
        if name == "client":
            return client
        if name == "__all__" or name in client.__all__:
            return getattr(client, name)
        if not name.startswith("_") and name in client.models.__all__:  # as in SDK 1
            return getattr(client.models, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__getattr__("__all__")})
