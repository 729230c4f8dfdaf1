"""The protocols: the frames of one log as each reader's bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistralai.client.deltas import FinishDelta, TextDelta, ThinkingDelta, ToolStart, UsageDelta
from mistralai.client.models import UsageInfo
from mistralai.relay import End, Frame, Gap
from mistralai.relay.protocols import PROTOCOLS, encoder
from mistralai.relay.wire import from_fields, to_fields
from support.relayed import OPENED, AGUIRules, AISDKRules, data_of, encoded, frames, logs

# --- what all have in common ---------------------------------------------------


def test_an_unknown_protocol_names_the_known_ones():
    with pytest.raises(ValueError, match=r"protocol='sse' is not known; .* events"):
        encoder("sse", "chat-7")


def test_a_reader_is_done_with_the_end(subtests):
    for protocol in PROTOCOLS:
        with subtests.test(protocol):
            reader = encoder(protocol, "chat-7")
            reader.encode(Frame(1, OPENED))
            assert not reader.done
            assert reader.encode(Frame(2, End("ended"))) or protocol == "text"
            assert reader.done
            assert reader.encode(Frame(3, TextDelta(0, "x"))) == b""


SENTENCES = {
    "stopped": "The answer was stopped.",
    "failed": "The model was busy.",
    "truncated": "The answer broke off.",
    "lost": "The process died.",
    "missing": "There is none.",
}
BROKEN = ("failed", "truncated", "lost", "missing")
FINISHED = {"type": "RUN_FINISHED", "threadId": "chat-7", "runId": "m1"}
ENDS = {
    "ai-sdk": {
        "ended": [{"type": "finish"}, "[DONE]"],
        "stopped": [{"type": "abort"}, "[DONE]"],
        **{
            status: [{"type": "error", "errorText": SENTENCES[status]}, "[DONE]"]
            for status in BROKEN
        },
    },
    "openai": {
        "ended": ["[DONE]"],
        **{
            status: [
                {
                    "error": {
                        "message": sentence,
                        "type": "relay_error",
                        "param": None,
                        "code": status,
                    }
                }
            ]
            for status, sentence in SENTENCES.items()
        },
    },
    "ag-ui": {
        "ended": [FINISHED],
        "stopped": [{**FINISHED, "outcome": {"type": "cancelled"}}],
        **{
            status: [{"type": "RUN_ERROR", "message": SENTENCES[status], "code": status}]
            for status in BROKEN
        },
    },
    "events": {
        status: [
            {
                "type": "end",
                "status": status,
                "message": SENTENCES.get(status, ""),
            }
        ]
        for status in ("ended", *SENTENCES)
    },
    "text": {status: [] for status in ("ended", *SENTENCES)},
}


def test_an_end_is_honest_in_every_protocol(subtests):
    for protocol, table in ENDS.items():
        for status, last in table.items():
            with subtests.test(protocol=protocol, status=status):
                reader = encoder(protocol, "chat-7")
                reader.encode(Frame(1, OPENED))
                end = End(status, SENTENCES.get(status, ""))
                text = reader.encode(Frame(2, end)).decode()
                assert data_of(text) == last
                assert reader.done
                assert reader.cut is (protocol == "text" and status != "ended")


def test_an_end_without_a_log_is_told_too():
    (text,) = encoded("ai-sdk", [Frame(0, End("missing"))])
    assert text.startswith('data: {"type":"error","errorText":"The answer is not complete."}')


def test_a_gap_ends_what_cannot_do_without_it(subtests):
    sentence = "The events 3 to 5 of this answer are no longer kept, so the rest cannot be shown."
    last = {
        "ai-sdk": [{"type": "error", "errorText": sentence}, "[DONE]"],
        "openai": [
            {"error": {"message": sentence, "type": "relay_error", "param": None, "code": "gap"}}
        ],
        "ag-ui": [{"type": "RUN_ERROR", "message": sentence, "code": "gap"}],
        "text": [],
    }
    for protocol, expected in last.items():
        with subtests.test(protocol):
            reader = encoder(protocol, "chat-7")
            log = frames(OPENED, TextDelta(0, "x"), Gap(3, 5))
            *_, text = [reader.encode(frame).decode() for frame in log]
            ended = ("text-end", "finish-step", "TEXT_MESSAGE_END", "STEP_FINISHED")
            found = [
                part for part in data_of(text) if part == "[DONE]" or part.get("type") not in ended
            ]
            assert found == expected
            assert reader.done
            assert reader.cut is (protocol == "text")


def test_a_gap_begins_behind_what_a_reader_has(subtests):
    for after, (first, last) in {0: (1, 5), 3: (4, 5), 4: (5, 5)}.items():
        with subtests.test(after=after):
            (text,) = encoded("events", frames(Gap(1, 5)), after=after)
            assert text == (
                f'id: 5\nevent: gap\ndata: {{"type":"gap","first":{first},"last":{last}}}\n\n'
            )
    for protocol, text in {"events": "", "text": "", "ai-sdk": "error", "openai": "gap"}.items():
        with subtests.test(protocol):
            gap, more = encoded(protocol, frames(Gap(1, 5), TextDelta(0, "x")), after=5)
            assert bool(gap) is bool(text)
            assert text in gap
            assert bool(more) is not bool(text)


def test_the_number_is_on_the_last_part_of_a_frame():
    reader = encoder("ai-sdk", "chat-7")
    reader.encode(Frame(41, OPENED))
    assert reader.encode(Frame(42, TextDelta(0, "a"))).decode() == (
        'data: {"type":"start-step"}\n\n'
        'data: {"type":"text-start","id":"42"}\n\n'
        'id: 42\ndata: {"type":"text-delta","id":"42","delta":"a"}\n\n'
    )


def test_headers_and_comments(subtests):
    for protocol in PROTOCOLS:
        with subtests.test(protocol):
            reader = encoder(protocol, "chat-7")
            plain = protocol == "text"
            assert reader.media_type == (
                "text/plain; charset=utf-8" if plain else "text/event-stream"
            )
            assert dict(reader.headers) == (
                {"x-vercel-ai-ui-message-stream": "v1"} if protocol.startswith("ai-sdk") else {}
            )
            for comment in (reader.opening, reader.heartbeat):
                assert comment == b"" if plain else comment[:1] + comment[-2:] == b":\n\n"


def test_json_has_what_python_has_and_json_does_not(subtests):
    cases = {
        '"text":"\\ud800"': TextDelta(0, "\ud800"),
        '{"x":null}': ToolStart("call", "f", {"x": float("nan")}),
    }
    for expected, event in cases.items():
        with subtests.test(expected):
            assert expected in encoded("events", frames(event))[0]


# --- one by one ----------------------------------------------------------------


def test_events_are_for_an_event_source():
    assert encoded("events", frames(OPENED, TextDelta(0, "a\nb"), End("ended"))) == [
        (
            'id: 1\nevent: opened\ndata: {"type":"opened","id":"m1","model":"mistral-small",'
            '"created":1700000000}\n\n'
        ),
        'id: 2\nevent: text\ndata: {"type":"text","choice_index":0,"text":"a\\nb"}\n\n',
        'id: 3\nevent: end\ndata: {"type":"end","status":"ended","message":""}\n\n',
    ]


def test_text_is_the_text_of_choice_0():
    events = (
        OPENED,
        ThinkingDelta(0, "hm"),
        TextDelta(0, "a"),
        TextDelta(1, "b"),
        TextDelta(0, "é"),
    )
    assert "".join(encoded("text", frames(*events, End("ended")))) == "aé"
    assert encoded("text", frames(TextDelta(0, "\ud800")))[0] == "?"


def test_values_that_a_server_made_up_break_off_no_reader(subtests):
    usage = UsageInfo.model_validate({"prompt_tokens": "many", "completion_tokens": 2})
    log = frames(OPENED, UsageDelta(usage), FinishDelta(0, ["stop"]), End("ended"))
    tokens = {
        "ai-sdk": '"usage":{"inputTokens":0,"outputTokens":2,"totalTokens":2}',
        "openai": '"usage":{"prompt_tokens":0,"completion_tokens":2,"total_tokens":2}',
        "ag-ui": '"inputTokens":0,"outputTokens":2,"totalTokens":2',
        "events": '"prompt_tokens":"many"',
    }
    for protocol in PROTOCOLS:
        with subtests.test(protocol):
            reader = encoder(protocol, "chat-7")
            text = b"".join(map(reader.encode, log)).decode()
            assert reader.done
            assert tokens.get(protocol, "") in text


# --- properties ----------------------------------------------------------------


@given(logs)
def test_any_log_keeps_the_rules_of_each_client(log):
    """Each thing begins before it grows, ends once, and one end comes last."""
    for protocol, rules in [
        ("ai-sdk", AISDKRules()),
        ("ai-sdk@6", AISDKRules()),
        ("ag-ui", AGUIRules()),
    ]:
        for part in data_of("".join(encoded(protocol, log))):
            rules.read(part)
        assert rules.last is not None


def through_json(event):
    return from_fields(json.loads(json.dumps(to_fields(event))))


@given(logs, st.data())
def test_a_reader_that_comes_back_gets_the_rest_and_nothing_else(log, data):
    """Whatever number it brings, and whether events were read from JSON, the bytes are a suffix."""
    after = data.draw(st.integers(0, len(log) - 1))
    again = [
        Frame(frame.id, from_fields(json.loads(json.dumps(to_fields(frame.event)))))
        for frame in log
    ]
    for protocol in PROTOCOLS:
        whole = encoded(protocol, log)
        assert encoded(protocol, again, after=after) == [""] * after + whole[after:]
