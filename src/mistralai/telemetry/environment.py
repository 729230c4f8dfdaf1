"""The switch for content in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CAPTURE_CONTENT: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The variable that OpenTelemetry's own instrumentations of models read too."""

_ON_SPANS: Final = frozenset({"TRUE", "SPAN_ONLY", "SPAN_AND_EVENT"})


def content_wanted(environment: Mapping[str, str]) -> bool:
    """Return True if the environment asks for content in spans.

    `EVENT_ONLY` does not: this package has no events with content. Any other value means no.
    """
    return environment.get(CAPTURE_CONTENT, "").strip().upper() in _ON_SPANS
