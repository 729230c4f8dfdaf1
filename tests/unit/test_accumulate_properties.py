import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mistralai.client._answer.accumulate import Accumulator
from mistralai.client.models.parse import parse_chunk
from support.accumulating import TEXT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner, max_size=2),
    max_leaves=4,
)


def object_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the fields, each as it should be or any JSON."""
    optional = {name: field | JSON for name, field in fields.items()}
    return st.fixed_dictionaries({}, optional={**optional, "unknown": JSON})


PARTS = st.lists(
    JSON
    | st.just(TEXT)
    | object_of(type=st.just("text"), text=st.text("ab"))
    | object_of(
        type=st.just("thinking"), thinking=st.lists(st.just(TEXT) | JSON), closed=st.booleans()
    ),
    max_size=3,
)


PIECES = st.lists(
    object_of(
        id=st.sampled_from(["a", "b", "", "null"]),
        index=st.integers(0, 1),
        type=st.just("function"),
        function=object_of(name=st.sampled_from(["f", ""]), arguments=st.text("ab")),
    ),
    max_size=2,
)


CHOICES = st.lists(
    object_of(
        index=st.integers(0, 1),
        finish_reason=st.sampled_from(["stop", None]),
        delta=object_of(
            role=st.just("assistant"), content=st.text("ab") | PARTS, tool_calls=PIECES
        ),
        logprobs=object_of(content=st.lists(object_of(token=st.text("ab")), max_size=2)),
        messages=JSON,
        message=JSON,
    ),
    max_size=2,
)


CHUNKS = st.lists(
    object_of(id=st.text("ab"), choices=CHOICES, usage=object_of(total_tokens=st.integers())),
    max_size=4,
)


@given(CHUNKS)
def test_any_chunks_that_can_be_read_add_up(chunks: list[dict[str, Any]]) -> None:
    """Any sequence of events that parse adds up to a snapshot, which dumps without a warning.

    The accumulated text is all text that the events have as strings and as text chunks.
    """
    accumulator = Accumulator()
    text: dict[int, str] = {}
    for each in chunks:
        try:
            event = parse_chunk(json.dumps(each).encode())
        except ValidationError:
            continue
        for one, sent in zip(event.choices, each.get("choices") or [], strict=True):
            content = (sent.get("delta") or {}).get("content")
            text[one.index] = text.get(one.index, "") + text_in(content)
        accumulator.add(event)
        accumulator.snapshot().model_dump_json()
    assert {choice.index: choice.text for choice in accumulator.choices} == text


def text_in(content: Any) -> str:
    """Return the text in a delta's content, as the wire has it."""
    return "".join(map(text_of, content if isinstance(content, list) else [content]))


def text_of(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
    return text if isinstance(text, str) else ""
