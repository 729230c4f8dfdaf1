"""Answers whose text is parsed into objects."""

from typing import TYPE_CHECKING, Generic

from mistralai.client._answer.structure import Structure
from mistralai.client.errors import StructuredOutputError
from mistralai.client.models import (
    AssistantMessage,
    ChatCompletionChoice,
    ChatCompletionResponse,
    TextChunk,
)
from mistralai.client.models.markdown import markdown_of_answer, markdown_of_message
from mistralai.client.types import BaseModel

from .utils.response_format import CustomPydanticModel

if TYPE_CHECKING:
    import httpx2


class ParsedAssistantMessage(AssistantMessage, Generic[CustomPydanticModel]):
    """A message with its parsed text.

    Attributes:
        parsed: The object; `None` if the message has no text.
    """

    parsed: CustomPydanticModel | None = None

    def _repr_markdown_(self) -> str | None:
        return markdown_of_message(self, "json") or None


class ParsedChatCompletionChoice(ChatCompletionChoice, Generic[CustomPydanticModel]):
    """A choice whose message is parsed."""

    message: ParsedAssistantMessage[CustomPydanticModel] | None = None  # pyright: ignore[reportIncompatibleVariableOverride]  # narrower, as in the generated SDK


class ParsedChatCompletionResponse(ChatCompletionResponse, Generic[CustomPydanticModel]):
    """A complete answer whose messages are parsed."""

    choices: list[ParsedChatCompletionChoice[CustomPydanticModel]]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]  # narrower, as in the generated SDK

    def _repr_markdown_(self) -> str | None:
        return markdown_of_answer(self, language="json") or None


def convert_to_parsed_chat_completion_response(
    response: ChatCompletionResponse, response_format: type[CustomPydanticModel]
) -> ParsedChatCompletionResponse[CustomPydanticModel]:
    """Parse the text of each choice.

    Args:
        response: A complete answer.
        response_format: The type of its text.

    Raises:
        StructuredOutputError: A text cannot be parsed as this type.
    """
    return parsed_response(response, Structure(response_format))


def parsed_response(
    response: ChatCompletionResponse,
    structure: Structure[CustomPydanticModel],
    raw_response: "httpx2.Response | None" = None,
) -> ParsedChatCompletionResponse[CustomPydanticModel]:
    """Parse the text of each choice with a prepared `Structure`.

    Args:
        response: A complete answer.
        structure: The type of its text.
        raw_response: The HTTP response that errors carry; by default one with the same headers.
    """
    if raw_response is None:  # the caller built or copied the answer
        import httpx2

        raw_response = httpx2.Response(200, headers=response.headers)
    choices = [_choice(choice, response, structure, raw_response) for choice in response.choices]
    parsed = ParsedChatCompletionResponse[CustomPydanticModel].model_validate(
        _fields(response, choices=choices)
    )
    return parsed.attach_response(response.headers, response.request_id)


def _choice(
    choice: ChatCompletionChoice,
    response: ChatCompletionResponse,
    structure: Structure[CustomPydanticModel],
    raw_response: "httpx2.Response",
) -> ParsedChatCompletionChoice[CustomPydanticModel]:
    message = choice.message
    if message is None:
        return ParsedChatCompletionChoice[CustomPydanticModel].model_validate(_fields(choice))
    text = _text(message)
    parsed = None
    if text or (isinstance(message.content, str) and not message.tool_calls):
        try:
            parsed = structure.read(text, choice.finish_reason, raw_response)
        except StructuredOutputError as error:
            error.partial = response
            raise
    parsed_message = ParsedAssistantMessage[CustomPydanticModel].model_validate(
        _fields(message, parsed=parsed)
    )
    return ParsedChatCompletionChoice[CustomPydanticModel].model_validate(
        _fields(choice, message=parsed_message)
    )


def _text(message: AssistantMessage) -> str:
    content = message.content
    if isinstance(content, list):
        return "".join(chunk.text for chunk in content if isinstance(chunk, TextChunk))
    return content or ""


def _fields(model: BaseModel, **changed: object) -> dict[str, object]:
    """Return the fields that were set, so that a dump of the copy has no others."""
    return {name: getattr(model, name) for name in model.model_fields_set} | changed
