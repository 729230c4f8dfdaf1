"""Moderation of a request's input (wire-format section 2)."""

from typing import ClassVar, Literal, TypeAlias

from ..types.basemodel import BaseModel

__all__ = [
    "GuardrailConfig",
    "ModerationLLMAction",
    "ModerationLlmv1CategoryThresholds",
    "ModerationLlmv1Config",
    "ModerationLlmv2CategoryThresholds",
    "ModerationLlmv2Config",
]

ModerationLLMAction: TypeAlias = Literal["none", "block"] | str


class _CategoryThresholds(BaseModel):
    """Scores from which a category counts as detected, 0 to 1."""

    sexual: float | None = None
    hate_and_discrimination: float | None = None
    violence_and_threats: float | None = None
    selfharm: float | None = None
    health: float | None = None
    financial: float | None = None
    law: float | None = None
    pii: float | None = None


class ModerationLlmv1CategoryThresholds(_CategoryThresholds):
    """Scores from which a category of the first moderation model is detected, 0 to 1."""

    dangerous_and_criminal_content: float | None = None


class ModerationLlmv2CategoryThresholds(_CategoryThresholds):
    """Scores from which a category of the second moderation model is detected, 0 to 1."""

    dangerous: float | None = None
    criminal: float | None = None
    jailbreaking: float | None = None


class _ModerationConfig(BaseModel):
    """The configuration of moderation.

    Attributes:
        model_name: The moderation model.
        ignore_other_categories: Whether only categories with a threshold count. False by default.
        action: The action on a request with a detected category: `"none"` or `"block"`.
    """

    model_name: str | None = None
    ignore_other_categories: bool | None = False
    action: ModerationLLMAction | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset(
        {"model_name", "ignore_other_categories", "action"}
    )


class ModerationLlmv1Config(_ModerationConfig):
    """The configuration of the first moderation model."""

    model_name: str | None = "mistral-moderation-2411"
    custom_category_thresholds: ModerationLlmv1CategoryThresholds | None = None


class ModerationLlmv2Config(_ModerationConfig):
    """The configuration of the second moderation model."""

    model_name: str | None = "mistral-moderation-2603"
    custom_category_thresholds: ModerationLlmv2CategoryThresholds | None = None


class GuardrailConfig(BaseModel):
    """A check of the input before the model sees it.

    Attributes:
        block_on_error: Whether a request is blocked if the check itself fails. False by default.
        moderation_llm_v1: Check with the first moderation model.
        moderation_llm_v2: Check with the second moderation model.
    """

    block_on_error: bool | None = False
    moderation_llm_v1: ModerationLlmv1Config | None = None
    moderation_llm_v2: ModerationLlmv2Config | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"block_on_error"})
