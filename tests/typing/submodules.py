# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""The submodules that type checkers see as files, under each root. This file is never executed."""

from typing import assert_type

from mistralai.client import deltas, http, models
from mistralai.client.models.assistantmessage import AssistantMessage
from mistralai.client.models.chatcompletionresponse import ChatCompletionResponse
from mistralai.client.models.completionevent import CompletionEvent
from mistralai.client.models.embeddingresponse import EmbeddingResponse
from mistralai.client.models.file import File
from mistralai.client.models.function import Function
from mistralai.client.models.httpvalidationerror import HTTPValidationError
from mistralai.client.models.responseformat import ResponseFormat
from mistralai.client.models.sdkerror import SDKError
from mistralai.client.models.systemmessage import SystemMessage
from mistralai.client.models.thinkchunk import ThinkChunk
from mistralai.client.models.toolcall import ToolCall
from mistralai.client.models.toolmessage import ToolMessage
from mistralai.client.models.usermessage import UserMessage
from mistralai.client.models.validationerror import ValidationError
from mistralai.deltas import TextDelta as OlderTextDelta
from mistralai.http import Transport as OlderTransport
from mistralai.models.assistantmessage import AssistantMessage as OlderAssistantMessage
from mistralai.models.chatcompletionresponse import (
    ChatCompletionResponse as OlderChatCompletionResponse,
)
from mistralai.models.completionevent import CompletionEvent as OlderCompletionEvent
from mistralai.models.embeddingresponse import EmbeddingResponse as OlderEmbeddingResponse
from mistralai.models.file import File as OlderFile
from mistralai.models.function import Function as OlderFunction
from mistralai.models.httpvalidationerror import HTTPValidationError as OlderHTTPValidationError
from mistralai.models.responseformat import ResponseFormat as OlderResponseFormat
from mistralai.models.sdkerror import SDKError as OlderSDKError
from mistralai.models.systemmessage import SystemMessage as OlderSystemMessage
from mistralai.models.thinkchunk import ThinkChunk as OlderThinkChunk
from mistralai.models.toolcall import ToolCall as OlderToolCall
from mistralai.models.toolmessage import ToolMessage as OlderToolMessage
from mistralai.models.usermessage import UserMessage as OlderUserMessage
from mistralai.models.validationerror import ValidationError as OlderValidationError


def they_have_the_classes_of_the_package() -> None:
    assert_type(AssistantMessage, type[models.AssistantMessage])
    assert_type(OlderTextDelta, type[deltas.TextDelta])
    assert_type(OlderTransport, type[http.Transport])
    assert_type(OlderAssistantMessage, type[models.AssistantMessage])
    assert_type(ChatCompletionResponse, type[models.ChatCompletionResponse])
    assert_type(OlderChatCompletionResponse, type[models.ChatCompletionResponse])
    assert_type(CompletionEvent, type[models.CompletionEvent])
    assert_type(OlderCompletionEvent, type[models.CompletionEvent])
    assert_type(EmbeddingResponse, type[models.EmbeddingResponse])
    assert_type(OlderEmbeddingResponse, type[models.EmbeddingResponse])
    assert_type(File, type[models.File])
    assert_type(OlderFile, type[models.File])
    assert_type(Function, type[models.Function])
    assert_type(OlderFunction, type[models.Function])
    assert_type(HTTPValidationError, type[models.HTTPValidationError])
    assert_type(OlderHTTPValidationError, type[models.HTTPValidationError])
    assert_type(ResponseFormat, type[models.ResponseFormat])
    assert_type(OlderResponseFormat, type[models.ResponseFormat])
    assert_type(SDKError, type[models.SDKError])
    assert_type(OlderSDKError, type[models.SDKError])
    assert_type(SystemMessage, type[models.SystemMessage])
    assert_type(OlderSystemMessage, type[models.SystemMessage])
    assert_type(ThinkChunk, type[models.ThinkChunk])
    assert_type(OlderThinkChunk, type[models.ThinkChunk])
    assert_type(ToolCall, type[models.ToolCall])
    assert_type(OlderToolCall, type[models.ToolCall])
    assert_type(ToolMessage, type[models.ToolMessage])
    assert_type(OlderToolMessage, type[models.ToolMessage])
    assert_type(UserMessage, type[models.UserMessage])
    assert_type(OlderUserMessage, type[models.UserMessage])
    assert_type(ValidationError, type[models.ValidationError])
    assert_type(OlderValidationError, type[models.ValidationError])
