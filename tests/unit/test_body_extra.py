import json

import pytest

from mistralai.client._api.body import build_body
from mistralai.client._api.params import ChatBody
from mistralai.client.models import Prediction
from mistralai.client.types import UNSET
from support.built import HI

EXTRA_BODIES = [
    {"stream_options": {"include_usage": True}},
    {"model": "other", "temperature": None},
    {"messages": [], "new": {"é": [1.5, None, "x"]}},
]


def test_an_extra_body_is_merged_over_the_rest_whatever_it_has(subtests: pytest.Subtests) -> None:
    for extra in EXTRA_BODIES:
        with subtests.test(extra=extra):
            fields = {"model": "m", "messages": HI, "temperature": 1.0}
            body = build_body(ChatBody, fields, stream=True, extra_body=extra)
            assert json.loads(body) == {**fields, "stream": True, **extra}
            assert b" " not in body
            assert b"\\u" not in body


def test_an_extra_body_may_hold_models_and_unset() -> None:
    extra = {"prediction": Prediction(content="x"), "left_out": UNSET}
    body = build_body(ChatBody, {"model": "m", "messages": HI}, extra_body=extra)
    assert json.loads(body)["prediction"] == {"type": "content", "content": "x"}
    assert "left_out" not in json.loads(body)


def test_not_a_number_goes_out_as_null_with_and_without_an_extra_body() -> None:
    fields = {"model": "m", "messages": HI, "temperature": float("nan")}
    assert json.loads(build_body(ChatBody, fields))["temperature"] is None
    extra = {"x": float("inf")}
    assert json.loads(build_body(ChatBody, fields, extra_body=extra))["x"] is None
