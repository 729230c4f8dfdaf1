"""The checks, from the key to the first token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ...client._call.urls import surplus_path
from ..failure import AUTHENTICATION
from ..request_options import RequestOptions
from ..sinks.stats import duration
from .finding import Finding, State
from .network import check_dns, check_proxy, check_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .target import Target


def run_checks(target: Target) -> Iterator[Finding]:
    """Run all checks, skipping those that need one that failed."""
    for name, (check, needs) in _CHECKS.items():
        failed = needs & target.failed
        if failed:
            finding = Finding(name, State.SKIPPED, f"skipped, see {', '.join(sorted(failed))}")
        else:
            finding = check(target)
        if finding.state in {State.FAILED, State.SKIPPED}:
            target.failed.add(name)
        yield finding


def _key(target: Target) -> Finding:
    key = os.environ.get("MISTRAL_API_KEY", "")
    if target.simulated:
        return Finding("key", State.OK, "not needed for the simulator")
    if key.strip():
        return _format_of(key)
    if target.printed_key:
        message = f"api_key_command prints a key of {len(target.printed_key)} characters"
        return Finding("key", State.OK, message)
    if target.own_server:
        return Finding("key", State.NOTE, "MISTRAL_API_KEY is not set; your server may not need it")
    message = (
        "MISTRAL_API_KEY is not set. Create a key at https://console.mistral.ai and export it."
    )
    return Finding("key", State.FAILED, message, AUTHENTICATION)


def _format_of(key: str) -> Finding:
    """Check the format of the key, and report only its length."""
    if key.strip().strip("\"'") != key:
        message = "MISTRAL_API_KEY is surrounded by spaces or quotes. Export it without them."
        return Finding("key", State.FAILED, message, AUTHENTICATION)
    return Finding("key", State.OK, f"MISTRAL_API_KEY is set, {len(key)} characters")


def _server(target: Target) -> Finding:
    address = f"{target.scheme}://{target.host}:{target.port}{urlsplit(target.url).path}"
    surplus = surplus_path(target.url)
    if surplus is None:
        return Finding("server", State.OK, address)
    message = f"{address} ends in {surplus}, which each request adds. Give it without {surplus}."
    return Finding("server", State.NOTE, message)


def _models(target: Target) -> Finding:
    from ...client.errors import MistralClientError

    try:
        found = target.client.models.list(retries=None).data
    except (MistralClientError, ValueError) as error:
        return Finding.of("models", error)
    names = {getattr(card, "id", None) for card in found}
    if target.model not in names and names:
        message = f"{len(names)} models, but not {target.model}. Choose another with -m."
        return Finding("models", State.NOTE, message)
    return Finding("models", State.OK, f"{len(names)} models")


def _stream(target: Target) -> Finding:
    from ...client.errors import MistralClientError

    request = RequestOptions(model=target.model, max_tokens=1)
    try:
        with request.chat(target.client, [{"role": "user", "content": "Hi"}]) as stream:
            stream.until_done()
    except (MistralClientError, ValueError) as error:
        return Finding.of("stream", error)
    first = duration(stream.timing.first_content)
    return Finding("stream", State.OK, f"{target.model}, first token after {first}")


_CHECKS: Final[dict[str, tuple[Callable[[Target], Finding], frozenset[str]]]] = {
    "key": (_key, frozenset()),
    "server": (_server, frozenset()),
    "proxy": (check_proxy, frozenset()),
    "DNS": (check_dns, frozenset({"proxy"})),
    "TLS": (check_tls, frozenset({"proxy", "DNS"})),
    "models": (_models, frozenset({"key", "proxy", "DNS", "TLS"})),
    "stream": (_stream, frozenset({"key", "proxy", "DNS", "TLS"})),
}
"""The checks by name, each with those that it needs."""
