"""Fields of a request beside model and messages, by hand from wire-format section 2."""

NULLABLE = [
    "temperature",
    "top_p",
    "max_tokens",
    "min_tokens",
    "top_k",
    "repetition_penalty",
    "logprobs",
    "top_logprobs",
    "prompt_logprobs",
    "top_prompt_logprobs",
    "stop",
    "random_seed",
    "metadata",
    "tools",
    "presence_penalty",
    "frequency_penalty",
    "n",
    "reasoning_effort",
    "prompt_mode",
    "guardrails",
    "prompt_cache_key",
    "service_tier",
]
"""Fields whose null is sent."""

NOT_NULLABLE = [
    "stream",
    "response_format",
    "tool_choice",
    "prediction",
    "parallel_tool_calls",
    "safe_prompt",
]
"""Fields whose null is left out."""
