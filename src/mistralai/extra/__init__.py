"""Structured output: a pydantic model as the schema of a request and the type of an answer."""

TYPE_CHECKING: bool = False
if TYPE_CHECKING:
    from .struct_chat import ParsedAssistantMessage as ParsedAssistantMessage
    from .struct_chat import ParsedChatCompletionChoice as ParsedChatCompletionChoice
    from .struct_chat import ParsedChatCompletionResponse as ParsedChatCompletionResponse
    from .struct_chat import (
        convert_to_parsed_chat_completion_response as convert_to_parsed_chat_completion_response,
    )
    from .utils.response_format import CustomPydanticModel as CustomPydanticModel
    from .utils.response_format import (
        response_format_from_pydantic_model as response_format_from_pydantic_model,
    )

_MODULES = {
    "struct_chat": (
        "ParsedAssistantMessage",
        "ParsedChatCompletionChoice",
        "ParsedChatCompletionResponse",
        "convert_to_parsed_chat_completion_response",
    ),
    "utils.response_format": ("CustomPydanticModel", "response_format_from_pydantic_model"),
}

if not TYPE_CHECKING:
    from mistralai.client._lazy import lazy

    __all__, __getattr__, __dir__ = lazy(__name__, _MODULES)
