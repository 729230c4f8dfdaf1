"""OpenTelemetry for the calls of a client, from inside: spans and metrics by the GenAI conventions.

    client = Mistral(telemetry=True)  # the providers of the process
    client = Mistral(telemetry=Telemetry(tracer_provider=..., content=True))

It needs opentelemetry-api (`pip install 'mistralai[otel]'`), which is imported when a `Telemetry`
is made. docs/telemetry.md is the guide.

What a span says is decided by modules that do not know OpenTelemetry: `attributes.span_name` and
`attributes.start_attributes`, `endings.ending_of` and `endings.retry_attributes`,
`content.input_content` and `content.output_content`, with the names of `names`. Another tracer, a
`CallObserver`, can use them.
"""

from ..client.observers import (
    CallObserver,
    CallWatcher,
    ObservedCall,
    ObservedScope,
    Outcome,
    ScopeObserver,
    ScopeWatcher,
)
from .telemetry import Telemetry

__all__ = [
    "CallObserver",
    "CallWatcher",
    "ObservedCall",
    "ObservedScope",
    "Outcome",
    "ScopeObserver",
    "ScopeWatcher",
    "Telemetry",
]
