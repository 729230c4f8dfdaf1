"""The key is hidden in whatever a server echoes."""

import json

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError

from mistralai.client import errors
from mistralai.client._call.hiding import hidden, hide
from mistralai.client._call.request import Credential, Secret

KEY = "a-key-that-nobody-may-see"


def bearer(key: str) -> Credential:
    return Credential("Bearer", Secret(key))


BEARER = bearer(KEY)

# The text of a server, the credentials of the call, and the text that is shown.
SAID = {
    "the key": (f"no {KEY}.", [BEARER], "no (hidden)."),
    "the whole header": (f"no Bearer {KEY}", [BEARER], "no Bearer (hidden)"),
    "twice": (f"{KEY}{KEY}", [BEARER], "(hidden)(hidden)"),
    "without a scheme": (f"no {KEY}", [Credential("", Secret(KEY))], "no (hidden)"),
    "in capitals": (f"no {KEY.upper()}", [BEARER], "no (hidden)"),
    "one in another": (f"{KEY}-2 {KEY}", [bearer(KEY), bearer(f"{KEY}-2")], "(hidden) (hidden)"),
    "as JSON has it": (json.dumps('quo"ted-key'), [bearer('quo"ted-key')], '"(hidden)"'),
    "as an address has it": ("/v1/a%2Fkey%3Fof", [bearer("a/key?of")], "/v1/(hidden)"),
    "cut off at the end": (f"no {KEY[:9]}", [BEARER], "no (hidden)"),
    "cut off in the middle": (f"no {KEY[:9]}… (status 401)", [BEARER], "no (hidden)… (status 401)"),
    "cut off by pydantic": (f"no {KEY[:9]}...x", [BEARER], "no (hidden)...x"),
    "too little to tell": (f"no {KEY[:7]}", [BEARER], f"no {KEY[:7]}"),
    "another key": (f"no {KEY[:-1]}y", [BEARER], f"no {KEY[:-1]}y"),
    "a short one is a word": ("any model", [bearer("any")], "any model"),
    "a short one behind its scheme": ("no bearer  any.", [bearer("any")], "no (hidden)."),
    "a word that begins like it": ("Bearer anyone", [bearer("any")], "Bearer anyone"),
    "a short one without a scheme": ("any model", [Credential("", Secret("any"))], "any model"),
    "none": (f"no {KEY}", [], f"no {KEY}"),
}


def test_the_key_is_hidden_in_a_text_and_other_words_are_not(subtests: pytest.Subtests) -> None:
    for name, (said, credentials, left) in SAID.items():
        with subtests.test(name):
            assert hidden(said, credentials) == left


def response(**headers: str) -> httpx2.Response:
    return httpx2.Response(401, headers=headers, text=KEY)


def test_the_key_is_hidden_in_every_part_of_an_error_but_the_response() -> None:
    details = errors.ErrorDetails(KEY, KEY, KEY, KEY, 401)
    error = errors.AuthenticationError(KEY, response(echo=KEY, other="x"), KEY, error=details)
    error.request_id = KEY
    error.add_note(KEY)
    hide(error, [BEARER])
    assert KEY not in f"{error} {error!r} {vars(error)}"
    assert error.error == errors.ErrorDetails(*["(hidden)"] * 4, 401)
    assert (error.body, error.headers["Other"]) == ("(hidden)", "x")
    assert (error.raw_response.text, error.raw_response.headers["echo"]) == (KEY, KEY)


def test_headers_that_are_not_ascii_are_hidden_in_and_stay_what_they_are() -> None:
    for encoding in ("latin-1", "utf-8"):
        for said, left in ((KEY, "(hidden)"), ("no key", "no key")):
            headers = [
                (b"x-name", "\u00fc".encode(encoding)),
                (b"echo", f"{said} \u00e9".encode(encoding)),
            ]
            error = errors.SDKError("no", httpx2.Response(500, headers=headers), "")
            hide(error, [BEARER])
            assert error.headers["echo"] == f"{left} \u00e9", encoding
            assert error.headers["x-name"] == "\u00fc", encoding


def test_the_complaints_of_a_422_keep_their_structure() -> None:
    given = {"loc": ["body", KEY], "msg": KEY, "type": "x", "input": {KEY: [KEY]}, "new": KEY}
    data = errors.HTTPValidationErrorData.model_validate({"detail": [given]})
    error = errors.HTTPValidationError(data, response(), KEY)
    hide(error, [BEARER])
    assert str(error) == "(hidden) is {'(hidden)': ['(hidden)']}: (hidden)"
    assert KEY not in repr(error.data)
    assert error.data.model_dump()["detail"][0]["input"] == {"(hidden)": ["(hidden)"]}
    assert error.data.model_dump()["detail"][0]["new"] == "(hidden)"


def test_an_error_with_nothing_to_hide_stays_the_same() -> None:
    invalid = refused("no key here")
    error = errors.ResponseValidationError("What happened", response(), None, "the body")
    error.__cause__ = invalid
    before = {**vars(error)}
    hide(error, [BEARER])
    assert all(vars(error)[name] is value for name, value in before.items())
    assert error.__cause__ is invalid
    assert invalid.__traceback__ is not None


def refused(text: str) -> ValidationError:
    """Return pydantic's complaint about a text in the place of a number."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, int]).validate_python({"a": text})
    return caught.value


def test_a_cause_that_quotes_the_key_is_replaced_by_its_message(subtests: pytest.Subtests) -> None:
    for around in ["", "y" * 500]:
        with subtests.test(around=around[:1]):
            error = errors.ResponseValidationError("What happened", response(), None, "the body")
            error.__cause__ = refused(f"{around}{KEY}{around}")
            hide(error, [BEARER])
            assert type(error.cause) is ValueError
            assert str(error.cause) == (
                "a: Input should be a valid integer, unable to parse string as an integer"
            )
            assert error.cause.__traceback__ is None
