"""A client for the Mistral chat API whose centre is the stream.

    from mistralai import Mistral

    with Mistral().chat.stream(model=..., messages=[...]) as stream:
        for event in stream: ...

`mistralai` and `mistralai.client` are two spellings of one package: both give
the same module objects, so that a class patched under one path is patched under
the other.
"""

TYPE_CHECKING = False  # pyright: ignore[reportConstantRedefinition]  # the star below has one too
if TYPE_CHECKING:
    from .client import UNSET as UNSET
    from .client import BackoffStrategy as BackoffStrategy
    from .client import DefaultAioHttpClient as DefaultAioHttpClient
    from .client import Mistral as Mistral
    from .client import RetryConfig as RetryConfig
    from .client import Timeouts as Timeouts
    from .client import __version__ as __version__
    from .client import errors as errors
    from .client import models as models
    from .client import types as types
    from .client import utils as utils
    from .client.models import *  # noqa: F403 - the models stand here too, as in SDK 1

if not TYPE_CHECKING:
    import sys

    from . import _spellings

    _spellings.install()

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
