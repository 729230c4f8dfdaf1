"""The submodules of `mistralai.client.models` that only re-export names.

A submodule of the generated SDK exists here if one of its classes does, with those of its names
that exist here: as a file, which type checkers and editors see, or as a row of this table, from
which `_spellings` makes the module.
"""

# Strings load in half the time of tuples.
SUBMODULES = {
    "agentconversation": (
        "AgentConversation AgentConversationAgentVersion AgentConversationAgentVersionTypedDict"
    ),
    "agenthandoffdoneevent": "AgentHandoffDoneEvent",
    "agenthandoffentry": "AgentHandoffEntry",
    "agenthandoffstartedevent": "AgentHandoffStartedEvent",
    "agents_api_v1_conversations_getop": "ResponseV1ConversationsGet",
    "agentscompletionrequest": (
        "AgentsCompletionRequest AgentsCompletionRequestMessage "
        "AgentsCompletionRequestMessageTypedDict AgentsCompletionRequestStop "
        "AgentsCompletionRequestStopTypedDict AgentsCompletionRequestTool "
        "AgentsCompletionRequestToolChoice AgentsCompletionRequestToolChoiceTypedDict "
        "AgentsCompletionRequestToolTypedDict"
    ),
    "agentscompletionstreamrequest": (
        "AgentsCompletionStreamRequest AgentsCompletionStreamRequestMessage "
        "AgentsCompletionStreamRequestMessageTypedDict AgentsCompletionStreamRequestStop "
        "AgentsCompletionStreamRequestStopTypedDict AgentsCompletionStreamRequestTool "
        "AgentsCompletionStreamRequestToolChoice "
        "AgentsCompletionStreamRequestToolChoiceTypedDict "
        "AgentsCompletionStreamRequestToolTypedDict"
    ),
    "apikeyauth": "APIKeyAuth APIKeyAuthTypedDict",
    "archivemodelresponse": "ArchiveModelResponse",
    "audiochunk": "AudioChunk AudioChunkTypedDict",
    "audiospeechcapabilities": "AudioSpeechCapabilities",
    "audiotranscriptioncapabilities": "AudioTranscriptionCapabilities",
    "basemodelcard": "BaseModelCard",
    "builtinconnectors": "BuiltInConnectors",
    "chatcompletionchoice": "ChatCompletionChoice ChatCompletionChoiceFinishReason FinishReason",
    "chatcompletionrequest": (
        "ChatCompletionRequest ChatCompletionRequestMessage "
        "ChatCompletionRequestMessageTypedDict ChatCompletionRequestStop "
        "ChatCompletionRequestStopTypedDict ChatCompletionRequestTool "
        "ChatCompletionRequestToolChoice ChatCompletionRequestToolChoiceTypedDict "
        "ChatCompletionRequestToolTypedDict"
    ),
    "chatcompletionresponsechoicelogprobs": "ChatCompletionResponseChoiceLogprobs",
    "chatcompletionresponsetokenlogprobs": "ChatCompletionResponseTokenLogprobs",
    "chatcompletionresponsetokenlogprobstopk": "ChatCompletionResponseTokenLogprobsTopK",
    "chatcompletionstreamrequest": (
        "ChatCompletionStreamRequest ChatCompletionStreamRequestMessage "
        "ChatCompletionStreamRequestMessageTypedDict ChatCompletionStreamRequestStop "
        "ChatCompletionStreamRequestStopTypedDict ChatCompletionStreamRequestTool "
        "ChatCompletionStreamRequestToolChoice ChatCompletionStreamRequestToolChoiceTypedDict "
        "ChatCompletionStreamRequestToolTypedDict"
    ),
    "codeinterpretertool": "CodeInterpreterTool",
    "completionargs": "CompletionArgs",
    "completionargsstop": "CompletionArgsStop CompletionArgsStopTypedDict",
    "completionchunk": "CompletionChunk",
    "completionresponsestreamchoice": (
        "CompletionResponseStreamChoice CompletionResponseStreamChoiceFinishReason"
    ),
    "contentchunk": "ContentChunk ContentChunkTypedDict UnknownContentChunk",
    "conversationappendrequest": (
        "ConversationAppendRequest ConversationAppendRequestHandoffExecution"
    ),
    "conversationappendstreamrequest": (
        "ConversationAppendStreamRequest ConversationAppendStreamRequestHandoffExecution"
    ),
    "conversationhistory": "ConversationHistory Entry",
    "conversationinputs": "ConversationInputs",
    "conversationmessages": "ConversationMessages",
    "conversationrequest": (
        "ConversationRequest ConversationRequestAgentVersion "
        "ConversationRequestAgentVersionTypedDict ConversationRequestHandoffExecution "
        "ConversationRequestTool"
    ),
    "conversationresponse": "ConversationResponse ConversationResponseOutput",
    "conversationrestartrequest": (
        "ConversationRestartRequest ConversationRestartRequestAgentVersion "
        "ConversationRestartRequestAgentVersionTypedDict "
        "ConversationRestartRequestHandoffExecution"
    ),
    "conversationrestartstreamrequest": (
        "ConversationRestartStreamRequest ConversationRestartStreamRequestAgentVersion "
        "ConversationRestartStreamRequestAgentVersionTypedDict "
        "ConversationRestartStreamRequestHandoffExecution"
    ),
    "conversationstreamrequest": (
        "ConversationStreamRequest ConversationStreamRequestAgentVersion "
        "ConversationStreamRequestAgentVersionTypedDict "
        "ConversationStreamRequestHandoffExecution ConversationStreamRequestTool"
    ),
    "conversationusageinfo": "ConversationUsageInfo",
    "customconnector": (
        "CustomConnector CustomConnectorAuthorization CustomConnectorAuthorizationTypedDict "
        "CustomConnectorTypedDict UnknownCustomConnectorAuthorization"
    ),
    "deletemodelresponse": "DeleteModelResponse",
    "deltamessage": "DeltaMessage DeltaMessageContent",
    "documentlibrarytool": "DocumentLibraryTool DocumentLibraryToolTypedDict",
    "documenturlchunk": "DocumentURLChunk DocumentURLChunkTypedDict",
    "embeddingdtype": "EmbeddingDtype",
    "embeddingrequest": "EmbeddingRequest EmbeddingRequestInputs EmbeddingRequestInputsTypedDict",
    "embeddingresponsedata": "EmbeddingResponseData",
    "encodingformat": "EncodingFormat",
    "filechunk": "FileChunk FileChunkTypedDict",
    "fimcompletionrequest": (
        "FIMCompletionRequest FIMCompletionRequestStop FIMCompletionRequestStopTypedDict"
    ),
    "fimcompletionresponse": "FIMCompletionResponse",
    "fimcompletionstreamrequest": (
        "FIMCompletionStreamRequest FIMCompletionStreamRequestStop "
        "FIMCompletionStreamRequestStopTypedDict"
    ),
    "ftmodelcard": "FTModelCard",
    "functioncall": "Arguments ArgumentsTypedDict FunctionCall FunctionCallTypedDict",
    "functioncallentry": "FunctionCallEntry FunctionCallEntryConfirmationStatus",
    "functioncallentryarguments": "FunctionCallEntryArguments FunctionCallEntryArgumentsTypedDict",
    "functioncallevent": "FunctionCallEvent FunctionCallEventConfirmationStatus",
    "functionname": "FunctionName FunctionNameTypedDict",
    "functionresultentry": "FunctionResultEntry",
    "functiontool": "FunctionTool",
    "guardrailconfig": "GuardrailConfig GuardrailConfigTypedDict",
    "imagedetail": "ImageDetail",
    "imagegenerationtool": "ImageGenerationTool ImageGenerationToolTypedDict",
    "imageurl": "ImageURL ImageURLTypedDict",
    "imageurlchunk": "ImageURLChunk ImageURLChunkTypedDict ImageURLUnion ImageURLUnionTypedDict",
    "inputentries": "InputEntries",
    "jsonschema": "JSONSchema JSONSchemaTypedDict",
    "messageentries": "MessageEntries",
    "messageinputcontentchunks": "MessageInputContentChunks",
    "messageinputentry": "MessageInputEntry MessageInputEntryContent MessageInputEntryRole",
    "messageoutputcontentchunks": "MessageOutputContentChunks",
    "messageoutputentry": "MessageOutputEntry MessageOutputEntryContent",
    "messageoutputevent": "MessageOutputEvent MessageOutputEventContent",
    "mistralpromptmode": "MistralPromptMode",
    "modelcapabilities": "ModelCapabilities",
    "modelconversation": "ModelConversation ModelConversationTool UnknownModelConversationTool",
    "modellist": "ModelList ModelListData UnknownModelListData",
    "moderationllmaction": "ModerationLLMAction",
    "moderationllmv1categorythresholds": (
        "ModerationLlmv1CategoryThresholds ModerationLlmv1CategoryThresholdsTypedDict"
    ),
    "moderationllmv1config": "ModerationLlmv1Config ModerationLlmv1ConfigTypedDict",
    "moderationllmv2categorythresholds": (
        "ModerationLlmv2CategoryThresholds ModerationLlmv2CategoryThresholdsTypedDict"
    ),
    "moderationllmv2config": "ModerationLlmv2Config ModerationLlmv2ConfigTypedDict",
    "oauth2tokenauth": "OAuth2TokenAuth OAuth2TokenAuthTypedDict",
    "outputcontentchunks": "OutputContentChunks",
    "prediction": "Prediction PredictionTypedDict",
    "reasoningeffort": "ReasoningEffort",
    "referencechunk": "ReferenceChunk ReferenceChunkTypedDict ReferenceID ReferenceIDTypedDict",
    "requestedservicetier": "RequestedServiceTier",
    "resourcechunk": (
        "ResourceChunk ResourceChunkContent ResourceChunkContentTypedDict "
        "ResourceChunkTypedDict UnknownResourceChunkContent"
    ),
    "resourcelinkchunk": "Metadata MetadataTypedDict ResourceLinkChunk ResourceLinkChunkTypedDict",
    "responsedoneevent": "ResponseDoneEvent",
    "responseerrorevent": "ResponseErrorEvent",
    "responseformats": "ResponseFormats",
    "responsestartedevent": "ResponseStartedEvent",
    "retrieve_model_v1_models_model_id_getop": (
        "ResponseRetrieveModelV1ModelsModelIDGet UnknownResponseRetrieveModelV1ModelsModelIDGet"
    ),
    "ssetypes": "SSETypes",
    "streamingdelayrange": "StreamingDelayRange",
    "systemmessagecontentchunks": "SystemMessageContentChunks SystemMessageContentChunksTypedDict",
    "textchunk": "TextChunk TextChunkTypedDict",
    "tool": "Tool ToolTypedDict",
    "toolcallconfirmation": "Confirmation ToolCallConfirmation",
    "toolchoice": "ToolChoice ToolChoiceTypedDict",
    "toolchoiceenum": "ToolChoiceEnum",
    "toolconfiguration": "ToolConfiguration ToolConfigurationTypedDict",
    "toolexecutiondeltaevent": (
        "ToolExecutionDeltaEvent ToolExecutionDeltaEventName ToolExecutionDeltaEventNameTypedDict"
    ),
    "toolexecutiondoneevent": (
        "ToolExecutionDoneEvent ToolExecutionDoneEventName ToolExecutionDoneEventNameTypedDict"
    ),
    "toolexecutionentry": (
        "ToolExecutionEntry ToolExecutionEntryName ToolExecutionEntryNameTypedDict"
    ),
    "toolexecutionstartedevent": (
        "ToolExecutionStartedEvent ToolExecutionStartedEventName "
        "ToolExecutionStartedEventNameTypedDict"
    ),
    "toolfilechunk": "ToolFileChunk ToolFileChunkTool ToolFileChunkToolTypedDict",
    "toolreferencechunk": (
        "ToolReferenceChunk ToolReferenceChunkTool ToolReferenceChunkToolTypedDict "
        "ToolReferenceChunkTypedDict"
    ),
    "tooltypes": "ToolTypes",
    "unarchivemodelresponse": "UnarchiveModelResponse",
    "usageinfo": "UsageInfo",
    "websearchpremiumtool": "WebSearchPremiumTool",
    "websearchtool": "WebSearchTool",
}
