"""What there is to know of a model: `GET /v1/models`."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseBool, LooseFloat, LooseInt, LooseStr, NullIs
from ..types.unions import StrictOneOf, Unknown
from .answer import Answer

__all__ = [
    "ArchiveModelResponse",
    "AudioSpeechCapabilities",
    "AudioTranscriptionCapabilities",
    "BaseModelCard",
    "DeleteModelResponse",
    "FTModelCard",
    "ModelCapabilities",
    "ModelList",
    "ModelListData",
    "ResponseRetrieveModelV1ModelsModelIDGet",
    "StreamingDelayRange",
    "UnarchiveModelResponse",
    "UnknownModelListData",
    "UnknownResponseRetrieveModelV1ModelsModelIDGet",
]

_Strings: TypeAlias = Annotated[list[str] | None, Lenient()]


class ModelCapabilities(BaseModel):
    """What a model can do; `None` where the server does not say."""

    completion_chat: LooseBool = None
    function_calling: LooseBool = None
    reasoning: LooseBool = None
    completion_fim: LooseBool = None
    fine_tuning: LooseBool = None
    vision: LooseBool = None
    ocr: LooseBool = None
    classification: LooseBool = None
    moderation: LooseBool = None
    audio: LooseBool = None
    audio_transcription: LooseBool = None
    audio_transcription_realtime: LooseBool = None
    audio_speech: LooseBool = None
    unified_resources: LooseBool = None


class AudioSpeechCapabilities(BaseModel):
    """How a model speaks."""

    modes: _Strings = None
    instruction: LooseBool = None
    response_formats: _Strings = None


class StreamingDelayRange(BaseModel):
    """Delays that can be chosen, in milliseconds."""

    min: LooseInt = None
    max: LooseInt = None


class AudioTranscriptionCapabilities(BaseModel):
    """How a model transcribes."""

    modes: _Strings = None
    diarization: LooseBool = None
    context_bias: LooseBool = None
    turn_detection: LooseBool = None
    timestamp_granularities: _Strings = None
    languages: _Strings = None
    streaming_delays_ms: Annotated[list[StreamingDelayRange] | None, Lenient()] = None


class _ModelCard(Answer):
    id: LooseStr = None
    capabilities: Annotated[ModelCapabilities, NullIs(ModelCapabilities)] = Field(
        default_factory=ModelCapabilities
    )
    object: LooseStr = None
    created: LooseInt = None
    owned_by: LooseStr = None
    name: LooseStr = None
    description: LooseStr = None
    max_context_length: LooseInt = None
    aliases: _Strings = None
    deprecation: Annotated[datetime | None, Lenient()] = None
    deprecation_replacement_model: LooseStr = None
    default_model_temperature: LooseFloat = None
    internal: LooseBool = None
    billing_model_name: LooseStr = None


class BaseModelCard(_ModelCard):
    """A model of Mistral's, or any that a compatible server names.

    Attributes:
        id: What a request calls it.
        capabilities: What it can do.
        max_context_length: Tokens of prompt and answer together.
        deprecation: When it will be switched off, if that is planned.
        default_model_temperature: The `temperature` of a request without one.
    """

    type: Literal["base"] = "base"
    audio_transcription_capabilities: Annotated[
        AudioTranscriptionCapabilities | None, Lenient()
    ] = None
    audio_speech_capabilities: Annotated[AudioSpeechCapabilities | None, Lenient()] = None


class FTModelCard(_ModelCard):
    """A model that was fine-tuned.

    Attributes:
        job: The job that made it.
        root: The model it was made from.
        archived: Whether it is out of use.
    """

    job: LooseStr = None
    root: LooseStr = None
    type: Literal["fine-tuned"] = "fine-tuned"
    archived: LooseBool = None


class UnknownModelListData(Unknown):
    """A card of another type; `raw` has it."""


ModelListData: TypeAlias = Annotated[
    BaseModelCard | FTModelCard | UnknownModelListData,
    StrictOneOf(UnknownModelListData, absent="base"),
]
ResponseRetrieveModelV1ModelsModelIDGet: TypeAlias = ModelListData
UnknownResponseRetrieveModelV1ModelsModelIDGet: TypeAlias = UnknownModelListData


class ModelList(Answer):
    """The models that a key may use."""

    object: LooseStr = None
    data: Annotated[list[ModelListData], NullIs(list[ModelListData])] = Field(
        default_factory=list[ModelListData]
    )


class DeleteModelResponse(BaseModel):
    """What became of a fine-tuned model that was deleted."""

    id: LooseStr = None
    object: LooseStr = None
    deleted: LooseBool = None


class ArchiveModelResponse(BaseModel):
    """What became of a fine-tuned model that was archived."""

    id: LooseStr = None
    object: LooseStr = None
    archived: LooseBool = None


class UnarchiveModelResponse(ArchiveModelResponse):
    """What became of a fine-tuned model that was taken back into use."""
