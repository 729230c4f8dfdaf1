"""Lines of the input, parsed one by one."""

import pytest

from mistralai.bulk.rows import BadRowError, parse, with_defaults

HELLO = [{"role": "user", "content": "Hello"}]
URL = "/v1/chat/completions"

GOOD = {
    b"Hello": (None, {"messages": HELLO}),
    b"  Hello \r\n": (None, {"messages": HELLO}),
    b'"Hello"': (None, {"messages": [{"role": "user", "content": '"Hello"'}]}),
    b'{"prompt": "Hello"}': (None, {"messages": HELLO}),
    b'{"prompt": "Hello", "id": 7, "top_p": 0.5}': ("7", {"messages": HELLO, "top_p": 0.5}),
    b'{"prompt": "", "custom_id": ""}': ("", {"messages": [{"role": "user", "content": ""}]}),
    b'{"custom_id": "a", "messages": [{"role": "user", "content": "Hello"}], "model": "m"}': (
        "a",
        {"messages": HELLO, "model": "m"},
    ),
    b'{"custom_id": 3, "body": {"messages": [{"role": "user", "content": "Hello"}], "n": 2}}': (
        "3",
        {"messages": HELLO, "n": 2},
    ),
    b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": '
    b'[{"role": "user", "content": "Hello"}], "stream": true}}': ("a", {"messages": HELLO}),
}

BAD = {
    b"\xff": "is not valid UTF-8",
    b'{"prompt": "Hello"': "begins with a brace and is not valid JSON",
    b'{"prompt": NaN}': "NaN is not a value of JSON",
    b"{" * 100_000: "not valid JSON",
    b'{"prompt": 5}': "'prompt' is 5; give a text",
    b'{"prompt": "Hello", "messages": []}': "has both 'prompt' and 'messages'",
    b'{"question": "Hello"}': "has none of 'prompt', 'messages' and 'body'",
    b'{"messages": []}': "'messages' is []; give a list of messages",
    b'{"messages": "Hello"}': "'messages' is 'Hello'; give a list",
    b'{"messages": ["Hello"]}': "'messages' contains 'Hello'; give objects",
    b'{"prompt": "Hello", "id": 1.5}': "'id' is 1.5; give a text or a whole number",
    b'{"prompt": "Hello", "custom_id": true}': "'custom_id' is True; give a text",
    b'{"prompt": "Hello", "model": 5}': "'model' is 5; give a name",
    b'{"prompt": %b}' % (b"[" * 120 + b"]" * 120): "is nested more than 100 levels deep",
    b'{"prompt": "Hello", "x": %b}' % (b'{"a":' * 900 + b"1" + b"}" * 900): "more than 100 levels",
    b'{"body": "Hello"}': "'body' is 'Hello'; give an object",
    b'{"body": {}, "top_p": 1}': "has 'top_p' beside 'body'; put it into the body",
    b'{"body": {}, "method": "GET"}': "'method' is 'GET'; only POST is possible",
    b'{"body": {}, "url": "/v1/embeddings"}': "'url' is '/v1/embeddings'; only chat completions",
}


def test_lines_are_told_apart(subtests):
    for line, (row_id, body) in GOOD.items():
        with subtests.test(line):
            fields = parse(line, {})
            assert (fields.id, fields.body) == (row_id, body)


def test_a_bad_line_says_what_is_wrong(subtests):
    for line, message in BAD.items():
        with subtests.test(line[:60]):
            with pytest.raises(BadRowError) as raised:
                parse(line, {})
            assert message in str(raised.value)


def test_a_bad_line_keeps_its_id():
    deep = b"[" * 900 + b"]" * 900
    for line in (
        b'{"custom_id": "a", "body": 5}',
        b'{"id": "a", "prompt": "Hello", "x": %b}' % deep,
    ):
        with pytest.raises(BadRowError) as raised:
            parse(line, {})
        assert raised.value.id == "a"


def test_an_item_of_another_kind_is_a_bad_row(subtests):
    for item in (5, None, ["Hello"], [{"role": "user", "content": "Hello"}]):
        with subtests.test(item), pytest.raises(BadRowError, match="give a text or a dict"):
            parse(item, {})


def test_fields_can_have_other_names():
    fields = parse('{"question": "Hello", "key": 5}', {"prompt": "question", "custom_id": "key"})
    assert (fields.id, fields.body) == ("5", {"messages": HELLO})
    with pytest.raises(BadRowError, match="has no 'question', which is mapped to 'prompt'"):
        parse({"prompt": "Hello"}, {"prompt": "question"})


def test_defaults_give_way_to_a_row():
    polite = {"role": "system", "content": "Be polite."}
    brief = {"role": "system", "content": "Be brief."}
    defaults = {"model": "m", "top_p": 0.5, "messages": [polite]}
    assert with_defaults({"messages": HELLO, "top_p": 1}, defaults) == {
        "model": "m",
        "top_p": 1,
        "messages": [polite, *HELLO],
    }
    merged = with_defaults({"messages": [brief, *HELLO]}, defaults)
    assert merged["messages"] == [brief, *HELLO]
