"""curator's online processor, with its litellm backend."""

import json
import os

QUIET = {
    "CURATOR_DISABLE_RICH_DISPLAY": "1",
    "CURATOR_VIEWER": "0",
    "HF_HUB_OFFLINE": "1",
    "OPENAI_API_KEY": "key",
    "TELEMETRY_ENABLED": "false",
}


def ask_rows(url, source, target, concurrency):
    os.environ |= {**QUIET, "CURATOR_CACHE_DIR": str(target.with_suffix(""))}
    from bespokelabs import curator

    unlimited = 10**9
    language_model = curator.LLM(
        model_name="openai/gpt-4o-mini",
        backend="litellm",
        backend_params={
            "base_url": f"{url}/v1",
            "max_concurrent_requests": concurrency,
            "max_requests_per_minute": unlimited,
            "max_tokens_per_minute": unlimited,
        },
    )
    prompts = [json.loads(line)["prompt"] for line in source.read_text().splitlines()]
    return len(language_model(prompts).dataset)
