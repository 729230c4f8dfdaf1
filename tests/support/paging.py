"""Lists of many pages, in both colours."""

from .colours import SyncColour


def items(colour, resource, name, **params):
    """Return what yields the items of all pages, for `colour.collect`."""
    method = name if isinstance(colour, SyncColour) else f"{name}_async"
    return getattr(resource, method)(**params)
