"""Helpers that programs import from here. Names are loaded when they are first used."""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from .retries import BackoffStrategy as BackoffStrategy
    from .retries import RetryConfig as RetryConfig

_MODULES = {"retries": ("BackoffStrategy", "RetryConfig")}

if not TYPE_CHECKING:
    from ..lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES)
