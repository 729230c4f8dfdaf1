"""A client for the Mistral chat API, built around streaming.

    from mistralai import Mistral

    with Mistral().chat.stream(model=..., messages=[...]) as stream:
        for event in stream: ...

`mistralai` and `mistralai.client` are two paths to one package: both give the
same module objects, so that a class patched under one path is patched under the
other.
"""

TYPE_CHECKING: bool = False  # pyright: ignore[reportConstantRedefinition]  # also in the star import
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
    from .client.models import *  # noqa: F403 - models are importable from here, as in SDK 1

if not TYPE_CHECKING and "_Finder" not in globals():  # once, even if this module is reloaded
    import sys

    class _Finder:
        """A finder that makes threads wait until the finders of `_spellings` are loaded.

        A thread that imports a submodule does not wait for another that is still executing the
        package. The loader waits, because finders run under the import lock of the process.
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
    sys.meta_path.insert(0, _first)  # before the finders that read files
    sys.meta_path.append(_last)  # after them, and after those that call hooks

    from . import _spellings

    _first.find_spec, _last.find_spec = _spellings.find_alias, _spellings.find_names

if not TYPE_CHECKING:
    # The client is not imported here: a thread that imports `mistralai.client` at the same time
    # would wait for this module, and this module for that thread.

    def __getattr__(name):
        # From `sys.modules`: the client becomes an attribute of this package when its import ends,
        # import hooks included. Until then `import mistralai.client as client` calls this function.
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
