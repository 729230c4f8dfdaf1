import pytest

from mistralai.client._call.urls import address
from mistralai.client.types import UNSET

ADDRESSES = [
    ("/v1/models", {}, ["provider"], "/v1/models"),
    ("/v1/models", {"provider": None, "model": UNSET}, ["provider", "model"], "/v1/models"),
    ("/v1/models", {"provider": "p q", "other": "x"}, ["provider"], "/v1/models?provider=p+q"),
    ("/v1/models/{id}", {"id": "m-1"}, [], "/v1/models/m-1"),
    ("/v1/models/{id}", {"id": "ft:org/a b?#é"}, [], "/v1/models/ft:org/a%20b%3F%23%C3%A9"),
]


def test_an_address_has_its_names_filled_in(subtests):
    for path, values, query, expected in ADDRESSES:
        with subtests.test(expected):
            assert address(path, values, query) == expected


def test_a_value_that_would_make_another_path_is_refused(subtests):
    refusal = r"^model_id is .* which is not allowed in a path"
    for value in ["", "..", "a/../b", ".", "a//b", "/a"]:
        with subtests.test(value=value), pytest.raises(ValueError, match=refusal):
            address("/v1/models/{model_id}", {"model_id": value})


def test_a_value_of_an_address_is_a_string():
    with pytest.raises(TypeError, match=r"^model_id takes a string, not 5"):
        address("/{model_id}", {"model_id": 5})
    with pytest.raises(TypeError, match=r"^provider takes a string, a number, .* not b'x'"):
        address("/", {"provider": b"x"}, ["provider"])
    for path, query in [("/{name}", []), ("/", ["name"])]:
        with pytest.raises(ValueError, match=r"^name is '\\ud800', which UTF-8 cannot hold"):
            address(path, {"name": "\ud800"}, query)
