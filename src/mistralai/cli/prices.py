"""The cost of an answer, where genai-prices (the extra `prices`) knows the model.

It is always an estimate: the list of prices is as old as the installed release, it knows neither
discounts nor contracts, and nothing is downloaded to renew it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from decimal import Decimal

    from ..client.models import UsageInfo

_MISTRAL: Final = "mistral.ai"
_MIN_DECIMALS: Final = 2


def estimate(server_url: str, model: str | None, used: UsageInfo | None) -> Decimal | None:
    """Estimate the cost of an answer in US dollars.

    Args:
        server_url: The address of the server; the simulator and your own servers have no prices.
        model: The model's name.
        used: The token usage.

    Returns:
        The cost, or `None` if the server, the model or the usage is unknown, or genai-prices is
        not installed.
    """
    if not model or used is None or used.prompt_tokens is None or used.completion_tokens is None:
        return None
    try:
        from genai_prices import Usage, calc_price
    except ModuleNotFoundError:
        return None
    details = used.prompt_tokens_details
    tokens = Usage(
        input_tokens=used.prompt_tokens,
        output_tokens=used.completion_tokens,
        cache_read_tokens=details.cached_tokens if details else None,
    )
    host = urlsplit(server_url).hostname or ""
    try:
        if host == _MISTRAL or host.endswith(f".{_MISTRAL}"):
            return calc_price(tokens, model, provider_id="mistral").total_price
        return calc_price(tokens, model, provider_api_url=server_url).total_price
    except (LookupError, ValueError):
        return None


def shown(cost: Decimal) -> str:
    """Format a cost with two significant digits, marked as an estimate."""
    decimals = max(_MIN_DECIMALS, 1 - cost.adjusted()) if cost else _MIN_DECIMALS
    return f"about ${cost:.{decimals}f} (estimate)"
