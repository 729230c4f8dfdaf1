"""What a request cost (wire-format section 5)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, cast

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseInt, LooseStr

__all__ = ["CompletionTokensDetails", "PromptTokensDetails", "UsageInfo"]


class _TokensDetails(BaseModel, Mapping[str, Any]):
    """Kinds of tokens, as attributes and as a mapping, which the generated SDK has here."""

    _open: ClassVar[bool] = True

    def __getitem__(self, name: str) -> Any:
        return self.model_dump()[name]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # pydantic's gives pairs, as no mapping does
        return iter(self.model_dump())

    def __len__(self) -> int:
        return len(self.model_dump())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping) and not isinstance(other, BaseModel):
            return self.model_dump() == other
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]  # as of every model and mapping that can change


class PromptTokensDetails(_TokensDetails):
    """Kinds of prompt tokens.

    Attributes:
        cached_tokens: Those that came from the cache; they are in `prompt_tokens` too.
    """

    cached_tokens: LooseInt = None


class CompletionTokensDetails(_TokensDetails):
    """Kinds of answer tokens.

    Attributes:
        reasoning_tokens: Those of the reasoning; they are in `completion_tokens` too.
    """

    reasoning_tokens: LooseInt = None


class UsageInfo(BaseModel):
    """Tokens used; `None` where the API does not say.

    Attributes:
        prompt_tokens: In the request.
        completion_tokens: In the answer.
        total_tokens: Both.
        prompt_audio_seconds: Sound in the request.
        service_tier: The tier that served it.
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
