"""The submodules of `mistralai.client.models` that only re-export names.

A submodule of the generated SDK exists here if one of its classes does, with those of its names
that exist here: as a file, which type checkers and editors see, or as a row of this table, from
which `_spellings` makes the module.
"""

# Strings load in half the time of tuples.
SUBMODULES = {
    "agent": "Agent AgentTool AgentToolTypedDict UnknownAgentTool",
    "agentaliasresponse": "AgentAliasResponse",
    "agentconversation": (
        "AgentConversation AgentConversationAgentVersion AgentConversationAgentVersionTypedDict"
    ),
    "agenthandoffdoneevent": "AgentHandoffDoneEvent",
    "agenthandoffentry": "AgentHandoffEntry AgentHandoffEntryTypedDict",
    "agenthandoffstartedevent": "AgentHandoffStartedEvent",
    "agentlistpage": "AgentListPage",
    "agents_api_v1_agents_getop": (
        "AgentsAPIV1AgentsGetAgentVersion AgentsAPIV1AgentsGetAgentVersionTypedDict"
    ),
    "agents_api_v1_agents_list_pagesop": "AgentsAPIV1AgentsListPagesResponse",
    "agents_api_v1_conversations_getop": "ResponseV1ConversationsGet",
    "agents_api_v1_conversations_listop": "AgentsAPIV1ConversationsListResponse",
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
    "apiendpoint": "APIEndpoint",
    "apikeyauth": "APIKeyAuth APIKeyAuthTypedDict",
    "archivemodelresponse": "ArchiveModelResponse",
    "audiochunk": "AudioChunk AudioChunkTypedDict",
    "audiospeechcapabilities": "AudioSpeechCapabilities",
    "audiotranscriptioncapabilities": "AudioTranscriptionCapabilities",
    "basemodelcard": "BaseModelCard",
    "batcherror": "BatchError",
    "batchjob": "BatchJob",
    "batchjobstatus": "BatchJobStatus",
    "batchrequest": "BatchRequest BatchRequestTypedDict",
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
    "codeinterpretertool": "CodeInterpreterTool CodeInterpreterToolTypedDict",
    "completionargs": "CompletionArgs CompletionArgsTypedDict",
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
    "conversationinputs": "ConversationInputs ConversationInputsTypedDict",
    "conversationmessages": "ConversationMessages",
    "conversationrequest": (
        "ConversationRequest ConversationRequestAgentVersion "
        "ConversationRequestAgentVersionTypedDict ConversationRequestHandoffExecution "
        "ConversationRequestTool ConversationRequestToolTypedDict"
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
        "ConversationStreamRequestHandoffExecution ConversationStreamRequestTool "
        "ConversationStreamRequestToolTypedDict"
    ),
    "conversationusageinfo": "ConversationUsageInfo",
    "createagentrequest": (
        "CreateAgentRequest CreateAgentRequestTool CreateAgentRequestToolTypedDict"
    ),
    "createbatchjobrequest": "CreateBatchJobRequest",
    "createfileresponse": "CreateFileResponse",
    "customconnector": (
        "CustomConnector CustomConnectorAuthorization CustomConnectorAuthorizationTypedDict "
        "CustomConnectorTypedDict UnknownCustomConnectorAuthorization"
    ),
    "deletebatchjobresponse": "DeleteBatchJobResponse",
    "deletefileresponse": "DeleteFileResponse",
    "deletemodelresponse": "DeleteModelResponse",
    "deltamessage": "DeltaMessage DeltaMessageContent",
    "documentlibrarytool": "DocumentLibraryTool DocumentLibraryToolTypedDict",
    "documenturlchunk": "DocumentURLChunk DocumentURLChunkTypedDict",
    "embeddingdtype": "EmbeddingDtype",
    "embeddingrequest": "EmbeddingRequest EmbeddingRequestInputs EmbeddingRequestInputsTypedDict",
    "embeddingresponsedata": "EmbeddingResponseData",
    "encodingformat": "EncodingFormat",
    "filechunk": "FileChunk FileChunkTypedDict",
    "filepurpose": "FilePurpose",
    "files_api_routes_upload_fileop": "FilesAPIRoutesUploadFileFileVisibility MultiPartBodyParams",
    "fileschema": "FileSchema",
    "filevisibility": "FileVisibility",
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
    "functioncallentry": (
        "FunctionCallEntry FunctionCallEntryConfirmationStatus FunctionCallEntryTypedDict"
    ),
    "functioncallentryarguments": "FunctionCallEntryArguments FunctionCallEntryArgumentsTypedDict",
    "functioncallevent": "FunctionCallEvent FunctionCallEventConfirmationStatus",
    "functionname": "FunctionName FunctionNameTypedDict",
    "functionresultentry": "FunctionResultEntry FunctionResultEntryTypedDict",
    "functiontool": "FunctionTool FunctionToolTypedDict",
    "getfileresponse": "GetFileResponse",
    "getsignedurlresponse": "GetSignedURLResponse",
    "guardrailconfig": "GuardrailConfig GuardrailConfigTypedDict",
    "imagedetail": "ImageDetail",
    "imagegenerationtool": "ImageGenerationTool ImageGenerationToolTypedDict",
    "imageurl": "ImageURL ImageURLTypedDict",
    "imageurlchunk": "ImageURLChunk ImageURLChunkTypedDict ImageURLUnion ImageURLUnionTypedDict",
    "inputentries": "InputEntries InputEntriesTypedDict",
    "jobs_api_routes_batch_get_batch_jobsop": "JobsAPIRoutesBatchGetBatchJobsOrderBy",
    "jsonschema": "JSONSchema JSONSchemaTypedDict",
    "listbatchjobsresponse": "ListBatchJobsResponse",
    "listfilesresponse": "ListFilesResponse",
    "messageentries": "MessageEntries",
    "messageinputcontentchunks": "MessageInputContentChunks MessageInputContentChunksTypedDict",
    "messageinputentry": (
        "MessageInputEntry MessageInputEntryContent MessageInputEntryContentTypedDict "
        "MessageInputEntryRole MessageInputEntryTypedDict"
    ),
    "messageoutputcontentchunks": "MessageOutputContentChunks MessageOutputContentChunksTypedDict",
    "messageoutputentry": (
        "MessageOutputEntry MessageOutputEntryContent MessageOutputEntryContentTypedDict "
        "MessageOutputEntryTypedDict"
    ),
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
    "requestsource": "RequestSource",
    "resourcechunk": (
        "ResourceChunk ResourceChunkContent ResourceChunkContentTypedDict ResourceChunkTypedDict "
        "UnknownResourceChunkContent"
    ),
    "resourcelinkchunk": "Metadata MetadataTypedDict ResourceLinkChunk ResourceLinkChunkTypedDict",
    "responsedoneevent": "ResponseDoneEvent",
    "responseerrorevent": "ResponseErrorEvent",
    "responseformats": "ResponseFormats",
    "responsestartedevent": "ResponseStartedEvent",
    "retrieve_model_v1_models_model_id_getop": (
        "ResponseRetrieveModelV1ModelsModelIDGet UnknownResponseRetrieveModelV1ModelsModelIDGet"
    ),
    "sampletype": "SampleType",
    "source": "Source",
    "ssetypes": "SSETypes",
    "streamingdelayrange": "StreamingDelayRange",
    "systemmessagecontentchunks": "SystemMessageContentChunks SystemMessageContentChunksTypedDict",
    "textchunk": "TextChunk TextChunkTypedDict",
    "tool": "Tool ToolTypedDict",
    "toolcallconfirmation": "Confirmation ToolCallConfirmation ToolCallConfirmationTypedDict",
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
        "ToolExecutionEntry ToolExecutionEntryName ToolExecutionEntryNameTypedDict "
        "ToolExecutionEntryTypedDict"
    ),
    "toolexecutionstartedevent": (
        "ToolExecutionStartedEvent ToolExecutionStartedEventName "
        "ToolExecutionStartedEventNameTypedDict"
    ),
    "toolfilechunk": (
        "ToolFileChunk ToolFileChunkTool ToolFileChunkToolTypedDict ToolFileChunkTypedDict"
    ),
    "toolreferencechunk": (
        "ToolReferenceChunk ToolReferenceChunkTool ToolReferenceChunkToolTypedDict "
        "ToolReferenceChunkTypedDict"
    ),
    "tooltypes": "ToolTypes",
    "unarchivemodelresponse": "UnarchiveModelResponse",
    "updateagentrequest": (
        "UpdateAgentRequest UpdateAgentRequestTool UpdateAgentRequestToolTypedDict"
    ),
    "usageinfo": "UsageInfo",
    "websearchpremiumtool": "WebSearchPremiumTool WebSearchPremiumToolTypedDict",
    "websearchtool": "WebSearchTool WebSearchToolTypedDict",
}
