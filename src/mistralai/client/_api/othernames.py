"""Hints for unknown names: what the names of other SDKs are called here.

Only the error about such a name loads this module.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

_TIMEOUT: Final = (
    "`timeout` is `timeouts=Timeouts(...)` here, in seconds, or `timeout_ms=`, in milliseconds"
)
_QUERY: Final = "Append the query to `server_url`"

_SETTINGS: Final[Mapping[str, str]] = {
    "async_http_client": "async_client",
    "endpoint": "server_url",
    "http_client": "client",
    "key": "api_key",
    "logger": "debug_logger",
    "max_retries": "retry_config",
    "retries": "retry_config",
    "token": "api_key",
}
"""Settings of other clients, by name, and the settings of this one."""

_SETTINGS_OTHERWISE: Final[Mapping[str, str]] = {
    "base_url": "`base_url` is `server_url` here, without `/v1` at its end",
    "default_headers": (
        "`default_headers` is `http_headers=` of a call here,"
        " or a `client` of your own that has headers"
    ),
    "default_query": _QUERY,
    "proxy": "Set HTTPS_PROXY, or pass a `client` of your own with a proxy",
    "timeout": _TIMEOUT,
    "verify": "Set SSL_CERT_FILE, or pass a `client` of your own with `verify`",
}
"""Settings that have no counterpart of one name, and the sentence that says what to do."""

_KEYWORDS: Final[Mapping[str, str]] = {
    "dimensions": "output_dimension",
    "extra_headers": "http_headers",
    "function_call": "tool_choice",
    "functions": "tools",
    "headers": "http_headers",
    "input": "inputs",
    "max_completion_tokens": "max_tokens",
    "max_new_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "max_retries": "retries",
    "safe_mode": "safe_prompt",
    "seed": "random_seed",
    "stop_sequences": "stop",
}
"""Keywords of other SDKs' calls, and the keywords of calls here."""

_KEYWORDS_OTHERWISE: Final[Mapping[str, str]] = {
    "api_key": "Pass it to the client: `Mistral(api_key=...)`",
    "base_url": _SETTINGS_OTHERWISE["base_url"],
    "extra_query": _QUERY,
    "logit_bias": "The API has no such field",
    "response_model": "`client.chat.parse(response_format=...)` takes a class",
    "store": "The API has no such field",
    "stream_options": "Leave it out: the last event of a stream always has `usage`",
    "system": 'Put it into `messages`: {"role": "system", "content": "..."}',
    "timeout": _TIMEOUT,
    "user": "The API has no such field; `metadata` takes data of your own",
}
"""Keywords that have no counterpart of one name, and the sentence that says what to do."""


_RAW_CALLS: Final[Mapping[str, str]] = {
    "audio": '"POST", "/v1/audio/transcriptions", files={"file": path}, data={"model": ...}',
    "classifiers": '"POST", "/v1/moderations", json={...}',
    "events": '"GET", "/v1/workflows/events/list", params={...}',
    "fine_tuning": '"POST", "/v1/fine_tuning/jobs", json={...}',
    "ocr": '"POST", "/v1/ocr", json={...}',
    "realtime": '"POST", "/v1/client/sessions", json={...}',
    "responses": '"POST", "/v1/responses", json={...}',
    "workflows": '"GET", "/v1/workflows", params={...}',
}
"""Resources of the generated SDK that have no methods here, and a raw call for each."""

_RAW_CALLS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "Beta": {
        "connectors": '"GET", "/v1/connectors", params={...}',
        "context": '"GET", "/v1/context/search-indexes", params={...}',
        "libraries": '"GET", "/v1/libraries", params={...}',
        "observability": '"GET", "/v1/observability/datasets", params={...}',
        "prompts": '"GET", "/v2/prompts", params={...}',
        "rag": '"GET", "/v1/rag/deployments"',
        "service_accounts": '"GET", "/v1/service-accounts", params={...}',
        "skills": '"GET", "/v2/skills", params={...}',
        "triggers": '"GET", "/v1/triggers", params={...}',
        "users": '"GET", "/v1/users/me"',
        "webhooks": '"GET", "/v1/webhooks"',
    },
    "Models": {
        "archive": '"POST", f"/v1/fine_tuning/models/{model_id}/archive"',
        "delete": '"DELETE", f"/v1/models/{model_id}"',
        "unarchive": '"DELETE", f"/v1/fine_tuning/models/{model_id}/archive"',
        "update": '"PATCH", f"/v1/fine_tuning/models/{model_id}", json={...}',
    },
}
"""The same for attributes of resources, by the class of the resource."""


def resource_hint(name: str) -> str:
    """Return the end of the message about an attribute that a client does not have.

    Args:
        name: The attribute; one that is no resource of the generated SDK either has no hint.
    """
    return _raw_call(_RAW_CALLS, name)


def method_hint(kind: str, name: str) -> str:
    """Return the end of the message about an attribute that a resource does not have.

    Args:
        kind: The name of the resource's class.
        name: The attribute; one that the generated SDK does not have either has no hint.
    """
    return _raw_call(_RAW_CALLS_OF.get(kind, {}), name)


def _raw_call(calls: Mapping[str, str], name: str) -> str:
    if name not in calls:
        return ""
    return (
        f": reach it by client.request({calls[name]})."
        " docs/reach.md has the call for each method of the generated SDK"
    )


def setting_hint(name: str, known: Iterable[str]) -> str:
    """Return the end of the message about an unknown setting of a client.

    Args:
        name: The unknown name.
        known: The names of the settings.
    """
    return _hint(name, tuple(known), _SETTINGS, _SETTINGS_OTHERWISE)


def keyword_hint(name: str, known: Iterable[str]) -> str:
    """Return the end of the message about an unknown keyword of a call.

    Args:
        name: The unknown name.
        known: The names of the keywords.
    """
    return _hint(name, tuple(known), _KEYWORDS, _KEYWORDS_OTHERWISE)


def _hint(
    name: str, known: tuple[str, ...], here: Mapping[str, str], otherwise: Mapping[str, str]
) -> str:
    if here.get(name) in known:
        return f". `{name}` is `{here[name]}` here"
    if name in otherwise:
        return f". {otherwise[name]}"
    close = get_close_matches(name, known, n=1)
    return f". Did you mean {close[0]!r}?" if close else ""
