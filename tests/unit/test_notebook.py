"""Answers as a notebook shows them, and how often a stream is drawn."""

import sys

import pytest

from mistralai import Mistral
from mistralai.client._stream.eventstreaming import EventStream
from mistralai.client._stream.notebook import Cell, Terminal
from mistralai.client.models import ChatCompletionResponse
from mistralai.extra import ParsedChatCompletionResponse
from mistralai.simulator import Answer, Simulator
from support.chunks import chunk_of
from support.flows import DONE, ROLE, STOP, ByHand, Wait, answers, text
from support.serving import ASK

CALL = {"id": "c", "function": {"name": "weather", "arguments": '{"city": "Brest"}'}}
SHOWN_CALL = 'Tool call: <code>weather</code>\n\n```json\n{\n  "city": "Brest"\n}\n```'


def thinking(text):
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def folded(text, state=""):
    return f"<details{state}>\n<summary>Thinking</summary>\n\n{text}\n\n</details>"


def choice(content=None, finish_reason="stop", index=0, **message):
    message = {"role": "assistant", "content": content, **message}
    return {"index": index, "finish_reason": finish_reason, "message": message}


ANSWERS = {
    "text": ([choice("*Hi* <b>")], "*Hi* &lt;b>"),
    "thinking": (
        [choice([thinking("So <i>"), {"type": "text", "text": "Hi"}])],
        f"{folded('So &lt;i>')}\n\nHi",
    ),
    "thinking of other servers": (
        [choice("Hi", reasoning_content="So")],
        f"{folded('So')}\n\nHi",
    ),
    "references and text in pieces": (
        [
            choice(
                [
                    {"type": "text", "text": "`<"},
                    {"type": "text", "text": "b>`"},
                    {"type": "reference", "reference_ids": [1, "a"]},
                ]
            )
        ],
        "<code>&#60;b&#62;</code> [1, a]",
    ),
    "other content": (
        [
            choice(
                [
                    {"type": "image_url", "image_url": "https://e/a.png"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                    {"type": "document_url", "document_url": "https://e/a", "document_name": "A"},
                    {"type": "resource_link", "uri": "javascript:a()"},
                    {"type": "file", "file_id": "a"},
                    {"type": "a new one"},
                ]
            )
        ],
        (
            "[image](https://e/a.png)\n\nimage\n\n[A](https://e/a)\n\nresource\n\n*file*\n\n"
            '```json\n{\n  "type": "a new one"\n}\n```'
        ),
    ),
    "tool calls": (
        [choice("", "tool_calls", tool_calls=[CALL])],
        SHOWN_CALL,
    ),
    "arguments that are not JSON, and none": (
        [
            choice(
                finish_reason="tool_calls",
                tool_calls=[
                    {"id": "a", "function": {"name": "f<", "arguments": '{"a": '}},
                    {"id": "b", "function": {"name": "g", "arguments": ""}},
                ],
            )
        ],
        'Tool call: <code>f&#60;</code>\n\n```json\n{"a": \n```\n\nTool call: <code>g</code>',
    ),
    "two choices, one at its limit": (
        [choice("Hi"), choice("Ho", "length", 1)],
        "**Choice 0**\n\nHi\n\n**Choice 1**\n\nHo\n\n<small>finish reason: length</small>",
    ),
    "the messages of an agent": (
        [{"index": 0, "messages": [{"content": "Hi"}, {"content": "Ho"}]}],
        "Hi\n\nHo",
    ),
    "nothing": ([], None),
}


def test_an_answer_is_shown_as_markdown(subtests):
    for name, (choices, shown) in ANSWERS.items():
        with subtests.test(name):
            answer = ChatCompletionResponse.model_validate({"choices": choices})
            assert answer._repr_markdown_() == shown
            if name == "thinking":
                assert answer.choices[0].message._repr_markdown_() == shown


def test_a_parsed_answer_is_shown_as_json():
    answer = ParsedChatCompletionResponse.model_validate({"choices": [choice('{"a": 1}')]})
    shown = '```json\n{"a": 1}\n```'
    assert answer._repr_markdown_() == answer.choices[0].message._repr_markdown_() == shown


class ByNetwork:
    """A driver that carries out the steps of a call by hand."""

    def __init__(self, hand):
        self.run = hand.network.run

    def close(self):
        pass

    def abandon(self):
        pass


class Drawings:
    """A screen that notes its drawings, each of which takes a while."""

    def __init__(self, clock, size=10, takes=0.0):
        self.times = []
        self.last = None
        self._clock = clock
        self._size = size
        self._takes = takes

    def draw(self, stream):  # noqa: ARG002 - only when it is called matters
        self.times.append(self._clock())
        self._clock.now += self._takes
        return self._size

    def end(self, stream):
        self.last = stream.get_final_text()


def show(pieces, gap, screen_of):
    """Show a stream of pieces, with gaps of some seconds between them; return the screen."""
    body = [part for piece in pieces for part in (Wait(gap), text(piece))]
    hand = ByHand(answers(ROLE, *body, STOP, DONE))
    hand.network.run(hand.call.open())
    stream = EventStream(hand.call, ByNetwork(hand), None, ("", 0))
    screen = screen_of(hand.clock)
    with Cell(stream, hand.call.clock, screen) as cell, stream:
        for _ in stream:
            cell.update()
    return screen


def drawn(pieces, gap, **screen):
    """Show a stream of numbers; return the screen."""
    words = [f"{n} " for n in range(pieces)]
    screen = show(words, gap, lambda clock: Drawings(clock, **screen))
    assert screen.last == "".join(words)
    return screen


def test_a_stream_is_drawn_at_most_fifteen_times_per_second(subtests):
    cases = {
        "a piece per 10 ms": (100, 0.01, {}, 10, 15),
        "a piece per 100 ms": (10, 0.1, {}, 10, 11),
        "a burst": (100, 0.0, {}, 1, 1),
        "a long answer": (100, 0.01, {"size": 100_000}, 2, 2),
        "a slow notebook": (100, 0.01, {"takes": 0.02}, 4, 7),
    }
    for name, (pieces, gap, screen, least, most) in cases.items():
        with subtests.test(name):
            assert least <= len(drawn(pieces, gap, **screen).times) <= most


@pytest.fixture
def client():
    """A client whose answers think, speak with control characters, and call a tool."""
    parts = [
        chunk_of({"content": [thinking("Well")]}),
        chunk_of({"content": "Hi\r"}),
        chunk_of({"content": "\n\x1b[2Jthere"}),
        chunk_of({"tool_calls": [CALL]}, "tool_calls", usage={"completion_tokens": 2}),
    ]
    with Simulator(Answer.of_events(*parts)) as sim, Mistral("key", server_url=sim.url) as client:
        yield client


PRINTED = 'Hi\n\\x1b[2Jthere\nweather({"city": "Brest"})\n2 completion tokens · first token '


def test_outside_of_notebooks_the_text_is_printed(client, capsys):
    client.chat.stream(**ASK).show()
    assert capsys.readouterr().out.startswith(PRINTED)
    show(["a", "b\r", "\nc", "\r"], 0.1, lambda _: Terminal())
    assert capsys.readouterr().out.startswith("ab\nc\\x0d\nfirst token ")


@pytest.mark.anyio
async def test_the_same_holds_for_asyncio_and_trio(client, capsys):
    await client.chat.stream_async(**ASK).show()
    assert capsys.readouterr().out.startswith(PRINTED)
    async with client.chat.stream_async(**ASK) as stream:
        await stream.show()
        assert stream.end_reason == "done"


def test_without_ipython_one_sentence_names_the_extra(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)
    with client.chat.stream(**ASK) as stream:
        with pytest.raises(ModuleNotFoundError, match=r"install the extra mistralai\[notebook\]"):
            stream.show()
        assert stream.get_final_text() == "Hi\r\n\x1b[2Jthere"


def test_a_stream_is_shown_as_far_as_it_was_read(client):
    seen = iter(
        [
            "<small>nothing was read yet</small>",
            f"{folded('Well', ' open')}\n\n<small>in progress",
            f"{folded('Well')}\n\nHi\n\n\n<small>in progress",
        ]
    )
    with client.chat.stream(**ASK) as stream:
        for _ in range(3):
            assert stream._repr_markdown_().startswith(next(seen))
            next(stream)
    assert "<small>closed before its end" in stream._repr_markdown_()
    with client.chat.parse_stream(dict, **ASK) as stream:
        stream.until_done()
    assert f"\n\n{SHOWN_CALL}\n\n<small>2 completion tokens" in stream._repr_markdown_()
    assert "```json\nHi" in stream._repr_markdown_()
