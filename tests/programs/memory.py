"""Measure the memory that a client holds."""

import gc
import tracemalloc


def held() -> int:
    """Return how many bytes are held of those that were allocated since tracing began."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
