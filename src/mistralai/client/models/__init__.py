"""Everything that is sent and received, as pydantic models (wire-format sections 2 to 5 and 10).

Models keep fields that they do not declare, read an absent field as `None`, and
dump only what was given or received. Names are loaded when they are first used,
each with the module that has it, so that importing this package costs nothing.
The `...TypedDict` twins describe the same things written as dicts.
"""

# ruff: noqa: F403 -- each module says in `__all__` what it gives; a list here would be a third one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .chunk import *
    from .content import *
    from .contentdicts import *
    from .conversations import *
    from .embeddings import *
    from .event import *
    from .file import *
    from .formats import *
    from .guardrails import *
    from .httpvalidationerror import *
    from .logprobs import *
    from .messagedicts import *
    from .messages import *
    from .modelcards import *
    from .requestdicts import *
    from .requests import *
    from .response import *
    from .sdkerror import *
    from .toolcalls import *
    from .tools import *
    from .usage import *
    from .validationerror import *

_MODULES = {
    "chunk": (
        "CompletionChunk",
        "CompletionResponseStreamChoice",
        "CompletionResponseStreamChoiceFinishReason",
        "DeltaMessage",
        "DeltaMessageContent",
        "FinishReason",
    ),
    "content": (
        "AudioChunk",
        "BuiltInConnectors",
        "ContentChunk",
        "DocumentURLChunk",
        "FileChunk",
        "ImageDetail",
        "ImageURL",
        "ImageURLChunk",
        "ImageURLUnion",
        "Metadata",
        "ReferenceChunk",
        "ReferenceID",
        "ResourceChunk",
        "ResourceChunkContent",
        "ResourceLinkChunk",
        "TextChunk",
        "ThinkChunk",
        "Thinking",
        "ToolReferenceChunk",
        "ToolReferenceChunkTool",
        "UnknownContentChunk",
        "UnknownResourceChunkContent",
    ),
    "contentdicts": (
        "AudioChunkTypedDict",
        "ContentChunkTypedDict",
        "DocumentURLChunkTypedDict",
        "FileChunkTypedDict",
        "ImageURLChunkTypedDict",
        "ImageURLTypedDict",
        "ImageURLUnionTypedDict",
        "MetadataTypedDict",
        "ReferenceChunkTypedDict",
        "ReferenceIDTypedDict",
        "ResourceChunkContentTypedDict",
        "ResourceChunkTypedDict",
        "ResourceLinkChunkTypedDict",
        "TextChunkTypedDict",
        "ThinkChunkTypedDict",
        "ThinkingTypedDict",
        "ToolReferenceChunkToolTypedDict",
        "ToolReferenceChunkTypedDict",
    ),
    "conversations": (
        "AgentHandoffEntry",
        "CodeInterpreterTool",
        "CompletionArgs",
        "CompletionArgsStop",
        "ConversationInputs",
        "ConversationRequestTool",
        "ConversationResponse",
        "ConversationResponseOutput",
        "ConversationUsageInfo",
        "FunctionCallEntry",
        "FunctionCallEntryArguments",
        "FunctionResultEntry",
        "FunctionTool",
        "InputEntries",
        "MessageEntries",
        "MessageInputContentChunks",
        "MessageInputEntry",
        "MessageInputEntryContent",
        "MessageOutputContentChunks",
        "MessageOutputEntry",
        "MessageOutputEntryContent",
        "ToolExecutionEntry",
        "ToolExecutionEntryName",
        "ToolFileChunk",
        "ToolFileChunkTool",
        "UnknownConversationEntry",
        "UnknownConversationTool",
        "WebSearchPremiumTool",
        "WebSearchTool",
    ),
    "embeddings": (
        "EmbeddingDtype",
        "EmbeddingRequest",
        "EmbeddingRequestInputs",
        "EmbeddingResponse",
        "EmbeddingResponseData",
        "EncodingFormat",
    ),
    "event": ("CompletionEvent",),
    "file": ("File",),
    "formats": (
        "JSONSchema",
        "MistralPromptMode",
        "Prediction",
        "ReasoningEffort",
        "RequestedServiceTier",
        "ResponseFormat",
        "ResponseFormats",
    ),
    "guardrails": (
        "GuardrailConfig",
        "ModerationLLMAction",
        "ModerationLlmv1CategoryThresholds",
        "ModerationLlmv1Config",
        "ModerationLlmv2CategoryThresholds",
        "ModerationLlmv2Config",
    ),
    "httpvalidationerror": (
        "HTTPValidationError",
        "HTTPValidationErrorData",
    ),
    "logprobs": (
        "ChatCompletionResponseChoiceLogprobs",
        "ChatCompletionResponseTokenLogprobs",
        "ChatCompletionResponseTokenLogprobsTopK",
    ),
    "messagedicts": (
        "AgentsCompletionRequestMessageTypedDict",
        "AgentsCompletionStreamRequestMessageTypedDict",
        "ArgumentsTypedDict",
        "AssistantMessageContentTypedDict",
        "AssistantMessageTypedDict",
        "ChatCompletionRequestMessageTypedDict",
        "ChatCompletionStreamRequestMessageTypedDict",
        "FunctionCallTypedDict",
        "SystemMessageContentChunksTypedDict",
        "SystemMessageContentTypedDict",
        "SystemMessageTypedDict",
        "ToolCallTypedDict",
        "ToolMessageContentTypedDict",
        "ToolMessageTypedDict",
        "UserMessageContentTypedDict",
        "UserMessageTypedDict",
    ),
    "messages": (
        "AgentsCompletionRequestMessage",
        "AgentsCompletionStreamRequestMessage",
        "AssistantMessage",
        "AssistantMessageContent",
        "ChatCompletionRequestMessage",
        "ChatCompletionStreamRequestMessage",
        "SystemMessage",
        "SystemMessageContent",
        "SystemMessageContentChunks",
        "ToolMessage",
        "ToolMessageContent",
        "UserMessage",
        "UserMessageContent",
    ),
    "modelcards": (
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
    ),
    "requestdicts": (
        "APIKeyAuthTypedDict",
        "AgentsCompletionRequestToolChoiceTypedDict",
        "AgentsCompletionRequestToolTypedDict",
        "AgentsCompletionStreamRequestToolChoiceTypedDict",
        "AgentsCompletionStreamRequestToolTypedDict",
        "ChatCompletionRequestToolChoiceTypedDict",
        "ChatCompletionRequestToolTypedDict",
        "ChatCompletionStreamRequestToolChoiceTypedDict",
        "ChatCompletionStreamRequestToolTypedDict",
        "CustomConnectorAuthorizationTypedDict",
        "CustomConnectorTypedDict",
        "DocumentLibraryToolTypedDict",
        "FunctionNameTypedDict",
        "FunctionTypedDict",
        "GuardrailConfigTypedDict",
        "ImageGenerationToolTypedDict",
        "JSONSchemaTypedDict",
        "ModerationLlmv1CategoryThresholdsTypedDict",
        "ModerationLlmv1ConfigTypedDict",
        "ModerationLlmv2CategoryThresholdsTypedDict",
        "ModerationLlmv2ConfigTypedDict",
        "OAuth2TokenAuthTypedDict",
        "PredictionTypedDict",
        "ResponseFormatTypedDict",
        "ToolChoiceTypedDict",
        "ToolConfigurationTypedDict",
        "ToolTypedDict",
    ),
    "requests": (
        "AgentsCompletionRequest",
        "AgentsCompletionRequestStop",
        "AgentsCompletionStreamRequest",
        "AgentsCompletionStreamRequestStop",
        "ChatCompletionRequest",
        "ChatCompletionRequestStop",
        "ChatCompletionStreamRequest",
        "ChatCompletionStreamRequestStop",
        "FIMCompletionRequest",
        "FIMCompletionRequestStop",
        "FIMCompletionStreamRequest",
        "FIMCompletionStreamRequestStop",
    ),
    "response": (
        "ChatCompletionChoice",
        "ChatCompletionChoiceFinishReason",
        "ChatCompletionResponse",
        "FIMCompletionResponse",
    ),
    "sdkerror": ("SDKError",),
    "toolcalls": (
        "Arguments",
        "FunctionCall",
        "ToolCall",
    ),
    "tools": (
        "APIKeyAuth",
        "AgentsCompletionRequestTool",
        "AgentsCompletionRequestToolChoice",
        "AgentsCompletionStreamRequestTool",
        "AgentsCompletionStreamRequestToolChoice",
        "ChatCompletionRequestTool",
        "ChatCompletionRequestToolChoice",
        "ChatCompletionStreamRequestTool",
        "ChatCompletionStreamRequestToolChoice",
        "CustomConnector",
        "CustomConnectorAuthorization",
        "DocumentLibraryTool",
        "Function",
        "FunctionName",
        "ImageGenerationTool",
        "OAuth2TokenAuth",
        "Tool",
        "ToolChoice",
        "ToolChoiceEnum",
        "ToolConfiguration",
        "ToolTypes",
        "UnknownCustomConnectorAuthorization",
        "UnknownTool",
        "UnknownToolChoice",
    ),
    "usage": (
        "CompletionTokensDetails",
        "PromptTokensDetails",
        "UsageInfo",
    ),
    "validationerror": ("ValidationError",),
}

if not TYPE_CHECKING:
    from ..lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES)
