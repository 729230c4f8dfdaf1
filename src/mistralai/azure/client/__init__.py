"""`MistralAzure`, and the models, errors and types of `mistralai.client`.

    from mistralai.azure.client import MistralAzure

    client = MistralAzure(api_key=..., server_url="https://NAME.services.ai.azure.com")

Names are loaded when they are first used.
"""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from mistralai.client import UNSET as UNSET
    from mistralai.client import RetryConfig as RetryConfig
    from mistralai.client import __version__ as __version__
    from mistralai.client import errors as errors
    from mistralai.client import models as models
    from mistralai.client import types as types
    from mistralai.client import utils as utils

    from .sdk import MistralAzure as MistralAzure

__all__ = ["UNSET", "MistralAzure", "RetryConfig", "errors", "models", "types", "utils"]

if not TYPE_CHECKING:
    # Wait for a thread that is executing `mistralai`: its finder serves this package too.
    __import__("mistralai")

    def __getattr__(name):
        if name == "MistralAzure":
            from .sdk import MistralAzure

            return MistralAzure
        if name in __all__ or name == "__version__":
            import mistralai.client

            return getattr(mistralai.client, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__, "__version__"})
