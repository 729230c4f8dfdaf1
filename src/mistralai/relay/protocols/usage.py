"""The tokens of a log, whose answers are several if tools run between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistralai.client.models import UsageInfo


@dataclass(frozen=True, slots=True)
class UsageSum:
    """Tokens of the answers so far.

    Within one answer a later usage replaces an earlier one; those of several answers are added.

    Attributes:
        prompt: Tokens of the requests.
        completion: Tokens of the answers.
        total: The sum of both, as the server counts.
        before: The three of the answers before the current one.
    """

    prompt: int = 0
    completion: int = 0
    total: int = 0
    before: tuple[int, int, int] = (0, 0, 0)

    def of_answer(self, usage: UsageInfo) -> UsageSum:
        """Return the sum with the usage of the current answer, as it is known now."""
        prompt, completion = _number(usage.prompt_tokens), _number(usage.completion_tokens)
        total = _number(usage.total_tokens) or prompt + completion
        before = self.before
        return UsageSum(before[0] + prompt, before[1] + completion, before[2] + total, before)

    def before_answer(self) -> UsageSum:
        """Return the sum as the next answer begins."""
        return replace(self, before=(self.prompt, self.completion, self.total))


def _number(tokens: int | None) -> int:
    """Return a number of tokens; 0 where a server sent none, or something that is not a number."""
    return tokens if isinstance(tokens, int) else 0
