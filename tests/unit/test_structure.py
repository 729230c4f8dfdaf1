"""The forms of structured answers: their schemas, and their reading."""

from dataclasses import dataclass

import httpx2
import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from mistralai.client._answer.structure import Structure, closed
from mistralai.client.errors import MistralError, StructuredOutputError

RESPONSE = httpx2.Response(200)


class Author(BaseModel):
    name: str


class Book(BaseModel):
    title: str
    authors: list[Author]
    pages: int | None = Field(default=None, ge=1)


class Film(TypedDict):
    title: str


@dataclass
class Song:
    title: str


AUTHOR = {
    "properties": {"name": {"title": "Name", "type": "string"}},
    "required": ["name"],
    "title": "Author",
    "type": "object",
    "additionalProperties": False,
}


def test_a_model_is_requested_by_its_strict_schema():
    """The expected value is the request of the generated SDK, written out by hand."""
    assert Structure(Book).response_format == {
        "type": "json_schema",
        "json_schema": {
            "name": "Book",
            "strict": True,
            "schema": {
                "$defs": {"Author": AUTHOR},
                "properties": {
                    "title": {"title": "Title", "type": "string"},
                    "authors": {
                        "items": {"$ref": "#/$defs/Author"},
                        "title": "Authors",
                        "type": "array",
                    },
                    "pages": {
                        "anyOf": [{"minimum": 1, "type": "integer"}, {"type": "null"}],
                        "default": None,
                        "title": "Pages",
                    },
                },
                "required": ["title", "authors"],
                "title": "Book",
                "type": "object",
                "additionalProperties": False,
            },
        },
    }


def test_other_forms_of_an_object_have_the_same_schema(subtests):
    for form in [Film, Song]:
        with subtests.test(form.__name__):
            named = Structure(form).response_format["json_schema"]
            assert named["name"] == form.__name__
            assert named["schema"] == {
                "properties": {"title": {"title": "Title", "type": "string"}},
                "required": ["title"],
                "title": form.__name__,
                "type": "object",
                "additionalProperties": False,
            }


def test_a_list_is_requested_as_an_object_with_items():
    named = Structure(list[Author]).response_format["json_schema"]
    assert named["name"] == "Author_list"
    assert named["schema"] == {
        "$defs": {"Author": AUTHOR},
        "properties": {
            "items": {"items": {"$ref": "#/$defs/Author"}, "title": "Items", "type": "array"}
        },
        "required": ["items"],
        "title": "Items",
        "type": "object",
        "additionalProperties": False,
    }


def test_a_name_has_only_what_the_api_takes():
    class Box(BaseModel):
        pass

    Box.__name__ = "Box[é]" + "x" * 80
    assert Structure(Box).response_format["json_schema"]["name"] == "Box___" + "x" * 58


def test_a_schema_that_the_model_made_itself_is_taken():
    class Own(BaseModel):
        @classmethod
        def model_json_schema(cls):
            return {"type": "object", "title": "mine"}

    schema = Structure(Own).response_format["json_schema"]["schema"]
    assert schema == {"type": "object", "title": "mine", "additionalProperties": False}


def test_closing_a_schema_leaves_the_original_alone():
    schema = {"type": "object", "anyOf": [{"type": "object"}, {"type": "string"}, True, 1, None]}
    assert closed(schema)["anyOf"][0] == {"type": "object", "additionalProperties": False}
    assert "additionalProperties" not in schema


def test_what_is_not_a_form_is_refused(subtests):
    refusal = r"^response_format takes a pydantic model, .* not "
    for wrong in [{"type": "json_object"}, None, "Book", Book(title="", authors=[])]:
        with subtests.test(wrong=wrong), pytest.raises(TypeError, match=refusal):
            Structure(wrong)


FORMS = [
    (Author, '{"name": "x"}', Author(name="x")),
    (Film, '{"title": "x"}', {"title": "x"}),
    (Song, '{"title": "x"}', Song("x")),
    (list[Author], '{"items": [{"name": "x"}]}', [Author(name="x")]),
    (list[int], '{"items": [1, 2]}', [1, 2]),
]


def test_an_answer_is_read_into_its_form(subtests):
    for form, text, value in FORMS:
        with subtests.test(form=form):
            assert Structure(form).read(text, "stop", RESPONSE) == value


UNREADABLE = [
    ('{"name": 5}', "stop", "not of the form that was asked for: 1 validation error"),
    ('{"name": ', "stop", "not of the form that was asked for: 1 validation error"),
    ('{"name": ', "length", "ended with finish_reason 'length' before it was complete"),
    (" ", "tool_calls", r"no text \(finish_reason 'tool_calls'\)"),
]


def test_an_answer_of_another_form_is_an_error_with_its_text(subtests):
    for text, reason, message in UNREADABLE:
        with subtests.test(text=text, reason=reason):
            with pytest.raises(StructuredOutputError, match=message) as raised:
                Structure(Author).read(text, reason, RESPONSE)
            error = raised.value
            assert isinstance(error, MistralError)
            assert isinstance(error, ValueError)
            assert (error.body, error.finish_reason) == (text, reason)
            assert (error.raw_response, error.status_code) == (RESPONSE, 200)
            assert type(error.__cause__).__name__ == "ValidationError"


def test_an_answer_that_is_complete_in_spite_of_its_finish_reason_is_read():
    assert Structure(Author).read('{"name": "x"}', "length", RESPONSE) == Author(name="x")
