"""Tests of `GET /v1/models` and `POST /v1/embeddings`."""

import base64
import math
import struct

import pytest


def test_models_are_listed(auto, http):
    answer = http.get(f"{auto.url}/v1/models").json()
    assert answer["object"] == "list"
    assert {"mistral-large-latest", "codestral-latest"} <= {card["id"] for card in answer["data"]}
    assert all(card["type"] == "base" and card["capabilities"] for card in answer["data"])


def test_a_model_is_found_by_name_and_alias(subtests, auto, http):
    for name in ["mistral-small-latest", "mistral-small"]:
        with subtests.test(name):
            card = http.get(f"{auto.url}/v1/models/{name}").json()
            assert (card["id"], card["object"]) == ("mistral-small-latest", "model")
    with subtests.test("unknown"):
        assert http.get(f"{auto.url}/v1/models/none").status_code == 404


def test_models_need_a_key_and_the_method_get(auto, http):
    url = f"{auto.url}/v1/models"
    assert http.get(url, headers={"authorization": ""}).status_code == 401
    assert http.post(url).headers["allow"] == "GET"


@pytest.fixture
def embed(auto, http):
    def embed(**fields):
        response = http.post(f"{auto.url}/v1/embeddings", json={"model": "e"} | fields)
        assert response.status_code == 200
        return response.json()

    return embed


def test_each_text_has_a_direction_of_its_own(embed):
    answer = embed(input=["a b", "c"])
    assert [item["index"] for item in answer["data"]] == [0, 1]
    one, other = (item["embedding"] for item in answer["data"])
    assert len(one) == len(other) == 1024
    assert one != other
    assert math.isclose(math.hypot(*one), 1, abs_tol=1e-6)
    assert answer["usage"] == {"prompt_tokens": 3, "total_tokens": 3, "completion_tokens": 0}


def test_one_text_needs_no_list_and_its_embedding_is_stable(embed):
    first, second = embed(input="a"), embed(input=["a"])
    assert first["data"] == second["data"]


DTYPES = [
    ("float", -1, 1, 16),
    ("int8", -128, 127, 16),
    ("uint8", 0, 255, 16),
    ("binary", -128, 127, 2),
    ("ubinary", 0, 255, 2),
]


def test_an_embedding_has_the_requested_type_and_size(subtests, embed):
    for dtype, low, high, length in DTYPES:
        with subtests.test(dtype=dtype):
            [item] = embed(input="a", output_dtype=dtype, output_dimension=16)["data"]
            assert len(item["embedding"]) == length
            assert all(low <= value <= high for value in item["embedding"])


def test_an_embedding_may_be_packed(embed):
    plain = embed(input="a", output_dimension=4)["data"][0]["embedding"]
    packed = embed(input="a", output_dimension=4, encoding_format="base64")["data"][0]["embedding"]
    assert struct.unpack("<4f", base64.b64decode(packed)) == pytest.approx(plain)
