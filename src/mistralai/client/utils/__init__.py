"""Public helpers. Names are loaded when they are first used."""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from .logger import Logger as Logger
    from .logger import get_default_logger as get_default_logger
    from .retries import BackoffStrategy as BackoffStrategy
    from .retries import RetryConfig as RetryConfig

_MODULES = {
    "logger": ("Logger", "get_default_logger"),
    "retries": ("BackoffStrategy", "RetryConfig"),
}

if not TYPE_CHECKING:
    from .._lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES)
