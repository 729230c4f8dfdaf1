"""The tokens used by a request (wire-format section 5)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, cast

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseInt, LooseStr

__all__ = ["CompletionTokensDetails", "PromptTokensDetails", "UsageInfo"]


class _TokensDetails(BaseModel, Mapping[str, Any]):
    """Kinds of tokens, as attributes and as a mapping, as in the generated SDK."""

    _open: ClassVar[bool] = True

    def __getitem__(self, name: str) -> Any:
        return self.model_dump()[name]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # pydantic's yields pairs
        return iter(self.model_dump())

    def __len__(self) -> int:
        return len(self.model_dump())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping) and not isinstance(other, BaseModel):
            return self.model_dump() == other
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]  # like every model and mapping that can change


class PromptTokensDetails(_TokensDetails):
    """Kinds of prompt tokens.

    Attributes:
        cached_tokens: Tokens from the cache of prompts; `prompt_tokens` includes them.
    """

    cached_tokens: LooseInt = None


class CompletionTokensDetails(_TokensDetails):
    """Kinds of answer tokens.

    Attributes:
        reasoning_tokens: Tokens of the reasoning; `completion_tokens` includes them.
    """

    reasoning_tokens: LooseInt = None


class UsageInfo(BaseModel):
    """The tokens used; `None` if the API does not say.

    Attributes:
        prompt_tokens: Tokens of the request.
        completion_tokens: Tokens of the answer.
        total_tokens: The sum of both.
        prompt_audio_seconds: Seconds of audio in the request.
        service_tier: The tier that served the request.
        prompt_tokens_details: Kinds of prompt tokens.
        completion_tokens_details: Kinds of answer tokens.
    """

    prompt_tokens: LooseInt = None
    completion_tokens: LooseInt = None
    total_tokens: LooseInt = None
    prompt_audio_seconds: LooseInt = None
    service_tier: LooseStr = None
    prompt_tokens_details: Annotated[PromptTokensDetails | None, Lenient()] = None
    completion_tokens_details: Annotated[CompletionTokensDetails | None, Lenient()] = None

    _open: ClassVar[bool] = True

    @property
    def additional_properties(self) -> dict[str, Any]:
        """The fields that this class does not declare."""
        return cast("dict[str, Any]", self.__pydantic_extra__)

    @additional_properties.setter
    def additional_properties(self, value: dict[str, Any]) -> None:
        self.__pydantic_extra__ = value
