"""Descriptions of models: `GET /v1/models`."""

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
    """The capabilities of a model; `None` if the server does not say."""

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
    """The capabilities of a model that generates speech."""

    modes: _Strings = None
    instruction: LooseBool = None
    response_formats: _Strings = None


class StreamingDelayRange(BaseModel):
    """The range of possible delays, in milliseconds."""

    min: LooseInt = None
    max: LooseInt = None


class AudioTranscriptionCapabilities(BaseModel):
    """The capabilities of a model that transcribes audio."""

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
    """A model of Mistral's, or one of a compatible server.

    Attributes:
        id: The name to use in requests.
        capabilities: The capabilities.
        max_context_length: The maximum number of tokens of prompt and answer together.
        deprecation: The time at which it will be shut down, if planned.
        default_model_temperature: The `temperature` for requests without one.
    """

    type: Literal["base"] = "base"
    audio_transcription_capabilities: Annotated[
        AudioTranscriptionCapabilities | None, Lenient()
    ] = None
    audio_speech_capabilities: Annotated[AudioSpeechCapabilities | None, Lenient()] = None


class FTModelCard(_ModelCard):
    """A fine-tuned model.

    Attributes:
        job: The job that made it.
        root: The model that was fine-tuned.
        archived: Whether it is archived.
    """

    job: LooseStr = None
    root: LooseStr = None
    type: Literal["fine-tuned"] = "fine-tuned"
    archived: LooseBool = None


class UnknownModelListData(Unknown):
    """A model of an unknown type; `raw` has its description."""


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
    """The response to the deletion of a fine-tuned model."""

    id: LooseStr = None
    object: LooseStr = None
    deleted: LooseBool = None


class ArchiveModelResponse(BaseModel):
    """The response to the archiving of a fine-tuned model."""

    id: LooseStr = None
    object: LooseStr = None
    archived: LooseBool = None


class UnarchiveModelResponse(ArchiveModelResponse):
    """The response to the unarchiving of a fine-tuned model."""
