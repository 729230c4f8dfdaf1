"""Observers of the calls of a client, to trace or count them: `Mistral(observers=[...])`."""

from ._call.observed import (
    AttributeValue,
    CallObserver,
    CallWatcher,
    ObservedCall,
    ObservedScope,
    Operation,
    Outcome,
    ScopeObserver,
    ScopeWatcher,
)
from ._stream.scope import Scope, ScopeKind

__all__ = [
    "AttributeValue",
    "CallObserver",
    "CallWatcher",
    "ObservedCall",
    "ObservedScope",
    "Operation",
    "Outcome",
    "Scope",
    "ScopeKind",
    "ScopeObserver",
    "ScopeWatcher",
]
