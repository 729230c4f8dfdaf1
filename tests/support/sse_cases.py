r"""The rules of event streams as data: bytes, their events, and the unfinished rest.

Every case follows from the WHATWG HTML standard; the comments name the rule. "9.2.5" is its
section "Parsing an event stream" (what a line is), "9.2.6" its section "Interpreting an event
stream" (what a line does). Nothing here is particular to one decoder.
"""

from typing import NamedTuple

from support.naive_sse import Event


class Case(NamedTuple):
    """A stream and all that a decoder must have made of it after the last byte."""

    name: str
    body: bytes
    events: list[Event]
    last_event_id: str = ""
    retry: int | None = None
    unfinished: bytes = b""  # the lines of an event that was not ended, with LF as line end


def message(
    data: str, *, event: str = "message", last_id: str = "", retry: int | None = None
) -> Event:
    return Event(event, data, last_id, retry)


X = message("x")
BOM = b"\xef\xbb\xbf"

# 9.2.6: the stream is decoded by "UTF-8 decode", which drops one byte-order mark at its start.
BYTE_ORDER_MARK = [
    Case("a mark at the start is dropped", BOM + b"data: x\n\n", [X]),
    Case("a mark before a blank line leaves a blank line", BOM + b"\ndata: x\n\n", [X]),
    Case("a mark before a comment", BOM + b": hello\ndata: x\n\n", [X]),
    Case("a mark before CR is not part of the line", BOM + b"\rdata: x\r\r", [X]),
    Case("a mark alone", BOM, []),
    Case("a second mark is a part of the field's name", BOM + BOM + b"data: x\n\n", []),
    Case("a mark after the first event is not special", b"data: x\n\n" + BOM + b"data: y\n\n", [X]),
    Case("a mark on the second line is not special", b"data: x\n" + BOM + b"data: y\n\n", [X]),
    Case("a mark after a blank line is not special", b"\n" + BOM + b"data: x\n\n", []),
    Case(
        "a mark on a line of its own is a field",
        b"data: x\n" + BOM + b"\ndata: y\n\n",
        [message("x\ny")],
    ),
    Case("a mark in data stays", b"data: " + BOM + b"x\n\n", [message("\ufeffx")]),
    Case("a mark that is all the data stays", b"data:" + BOM + b"\n\n", [message("\ufeff")]),
    Case(
        "a mark at the start of a later data line stays",
        b"data:a\ndata:" + BOM + b"b\n\n",
        [message("a\n\ufeffb")],
    ),
    Case("two of the three bytes of a mark are bad UTF-8 in a name", BOM[:2] + b"data: x\n\n", []),
    Case("a mark begun and not ended keeps the next event", BOM[:2] + b"\ndata: x\n\n", [X]),
    Case("the mark of UTF-16 is bad UTF-8", b"\xff\xfedata: x\n\n", []),
]

# 9.2.5: a line ends at CRLF, LF or CR, in any mixture.
LINE_ENDS = [
    Case("LF", b"data: a\ndata: b\n\n", [message("a\nb")]),
    Case("CR", b"data: a\rdata: b\r\r", [message("a\nb")]),
    Case("CRLF", b"data: a\r\ndata: b\r\n\r\n", [message("a\nb")]),
    Case("LF then CRLF", b"data: x\n\r\n", [X]),
    Case("CRLF then LF", b"data: x\r\n\n", [X]),
    Case("LF then CR", b"data: x\n\r", [X]),
    Case("CR then CRLF", b"data: x\r\r\n", [X]),
    Case("CRLF then CR", b"data: x\r\n\r", [X]),
    Case(
        "CR then LF is one line end, so the event continues",
        b"data: a\r\ndata: b\n\n",
        [message("a\nb")],
    ),
    Case("LF then CR are two line ends", b"data: a\n\rdata: b\n\n", [message("a"), message("b")]),
    Case("all three in one event", b"data: a\rdata: b\r\ndata: c\n\r\n", [message("a\nb\nc")]),
    Case(
        "a CR event, then a CRLF event", b"data: a\r\rdata: b\r\n\r\n", [message("a"), message("b")]
    ),
    Case(
        "CRLF ends the blank line of a CR event",
        b"data: a\r\r\ndata: b\r\r\n",
        [message("a"), message("b")],
    ),
    Case("vertical tab and form feed are data", b"data: a\x0bb\x0cc\n\n", [message("a\x0bb\x0cc")]),
    Case(
        "the file, group, record and unit separators are data",
        b"data: a\x1cb\x1dc\x1ed\x1fe\n\n",
        [message("a\x1cb\x1dc\x1ed\x1fe")],
    ),
    Case(
        "U+0085, U+2028 and U+2029 are data",
        "data: a\u0085b\u2028c\u2029d\n\n".encode(),
        [message("a\u0085b\u2028c\u2029d")],
    ),
    Case("the byte 85 alone is bad UTF-8", b"data: a\x85b\n\n", [message("a\ufffdb")]),
    Case(
        "LF and CR written as JSON escapes are data",
        rb'data: "a\nb\r\n"' + b"\n\n",
        [message(r'"a\nb\r\n"')],
    ),
]

# 9.2.6: a blank line dispatches the event; without data there is none.
BLANK_LINES = [
    Case("nothing", b"", []),
    Case("blank lines alone", b"\n\n\n\r\r\r\n\r\n\n", []),
    Case("blank lines before", b"\n\r\n\rdata: x\n\n", [X]),
    Case(
        "one blank line more between",
        b"data: a\n\n\ndata: b\n\n\n\ndata: c\n\n",
        [message("a"), message("b"), message("c")],
    ),
    Case(
        "many blank lines between",
        b"data: a\n" + b"\n" * 40 + b"data: b\r" + b"\r\n" * 40 + b"data: c\n\n",
        [message("a"), message("b"), message("c")],
    ),
    Case("an event with a type and no data is none", b"event: a\n\ndata: x\n\n", [X]),
    Case(
        "an event with an id alone sets the id",
        b"id: 7\n\ndata: x\n\n",
        [message("x", last_id="7")],
        last_event_id="7",
    ),
    Case("an event with retry alone sets the time", b"retry: 7\n\ndata: x\n\n", [X], retry=7),
    Case("an event of comments and unknown fields is none", b": a\nfoo: b\n\ndata: x\n\n", [X]),
    Case(
        "a line of one blank is a field, not a blank line",
        b"data: a\n \ndata: b\n\n",
        [message("a\nb")],
    ),
    Case(
        "a line of one tab is a field, not a blank line",
        b"data: a\n\t\ndata: b\n\n",
        [message("a\nb")],
    ),
    Case(
        "a line of one colon is a comment, not a blank line",
        b"data: a\n:\ndata: b\n\n",
        [message("a\nb")],
    ),
    Case(
        "a line of one NUL is a field, not a blank line",
        b"data: a\n\0\ndata: b\n\n",
        [message("a\nb")],
    ),
]

# 9.2.6: at the end of the file, an event without its blank line is dropped.
ENDS = [
    Case(
        "the last event lacks its blank line", b"data: x\n\ndata: y\n", [X], unfinished=b"data: y\n"
    ),
    Case("the last event lacks its line end", b"data: x\n\ndata: y", [X], unfinished=b"data: y"),
    Case("the last event has one CR", b"data: x\r\rdata: y\r", [X], unfinished=b"data: y\n"),
    Case(
        "the last event has one CRLF", b"data: x\r\n\r\ndata: y\r\n", [X], unfinished=b"data: y\n"
    ),
    Case(
        "the only event lacks its blank line",
        b"event: a\ndata: y\n",
        [],
        unfinished=b"event: a\ndata: y\n",
    ),
    Case(
        "the last [DONE] lacks its blank line",
        b"data: x\n\ndata: [DONE]\n",
        [X],
        unfinished=b"data: [DONE]\n",
    ),
    Case(
        "the last [DONE] lacks its line end",
        b"data: x\n\ndata: [DONE]",
        [X],
        unfinished=b"data: [DONE]",
    ),
    Case("a lone [DONE] after a mark", BOM + b"data: [DONE]", [], unfinished=b"data: [DONE]"),
    Case(
        "two lines of the last event",
        b"data: x\n\nid: 1\ndata: y",
        [X],
        unfinished=b"id: 1\ndata: y",
    ),
    Case("the last event is cut in a name", b"data: x\n\nda", [X], unfinished=b"da"),
    Case(
        "the last event is cut in a character",
        b"data: x\n\ndata: \xf0\x9f",
        [X],
        unfinished=b"data: \xf0\x9f",
    ),
    # The last event id changes when an event is dispatched, so that a client never asks to
    # continue after an event that it did not get. The reconnection time changes with its line.
    Case(
        "an id of an event that was not ended does not count",
        b"id: 1\ndata: x\n\nid: 2\n",
        [message("x", last_id="1")],
        last_event_id="1",
        unfinished=b"id: 2\n",
    ),
    Case(
        "retry of an event that was not ended counts from its line end on",
        b"retry: 9\n",
        [],
        retry=9,
        unfinished=b"retry: 9\n",
    ),
    Case("retry without a line end does not count", b"retry: 9", [], unfinished=b"retry: 9"),
]

# 9.2.6: each data field appends its value and LF; the last LF is taken off at the dispatch.
DATA = [
    Case("no blank after the colon", b"data:x\n\n", [X]),
    Case("one blank after the colon is dropped", b"data: x\n\n", [X]),
    Case("a second blank stays", b"data:  x\n\n", [message(" x")]),
    Case("a tab stays", b"data:\tx\n\n", [message("\tx")]),
    Case("a no-break space stays", "data:\u00a0x\n\n".encode(), [message("\u00a0x")]),
    Case("trailing blanks stay", b"data: x \t \n\n", [message("x \t ")]),
    Case("colons after the first are data", b"data: a:b::c\n\n", [message("a:b::c")]),
    Case("data that begins with a colon", b"data::x\n\n", [message(":x")]),
    Case("data: with nothing is an event with empty data", b"data:\n\n", [message("")]),
    Case("data: with one blank is an event with empty data", b"data: \n\n", [message("")]),
    Case("data: with two blanks is an event with one", b"data:  \n\n", [message(" ")]),
    Case("data without a colon is an event with empty data", b"data\n\n", [message("")]),
    Case("two data without a colon are one LF", b"data\ndata\n\n", [message("\n")]),
    Case("three empty data lines are two LF", b"data:\ndata: \ndata\n\n", [message("\n\n")]),
    Case("data lines are joined by LF", b"data: a\ndata: b\ndata: c\n\n", [message("a\nb\nc")]),
    Case("an empty line between", b"data: a\ndata:\ndata: b\n\n", [message("a\n\nb")]),
    Case("an empty line before", b"data\ndata: x\n\n", [message("\nx")]),
    Case("an empty line after", b"data: x\ndata\n\n", [message("x\n")]),
    Case(
        "other fields between data lines",
        b"data: a\nevent: e\n: c\nid: 1\ndata: b\n\n",
        [message("a\nb", event="e", last_id="1")],
        last_event_id="1",
    ),
    Case("NUL in data stays", b"data: a\0b\n\n", [message("a\0b")]),
    Case(
        "data of the first event is not in the second",
        b"data: a\n\ndata: b\n\n",
        [message("a"), message("b")],
    ),
    Case(
        "data: [DONE] in a JSON string",
        b'data: {"text":"data: [DONE]"}\n\ndata: [DONE]\n\n',
        [message('{"text":"data: [DONE]"}'), message("[DONE]")],
    ),
    Case("data: {} in data", b"data: data: {}\n\n", [message("data: {}")]),
    Case("null as data", b"data: null\n\n", [message("null")]),
    Case("a long line", b"data: " + b"0123456789" * 100 + b"\n\n", [message("0123456789" * 100)]),
    Case("many lines", b"data: line\n" * 100 + b"\n", [message("\n".join(["line"] * 100))]),
]

# 9.2.6: field names are compared literally; other fields and comments are ignored.
NAMES = [
    Case("a capital", b"Data: x\n\nDATA: x\n\n", []),
    Case("a blank before", b" data: x\n\n", []),
    Case("a tab before", b"\tdata: x\n\n", []),
    Case("a blank before the colon", b"data : x\n\n", []),
    Case("a name with more letters", b"datax: x\n\ndata-x\n\nxdata: x\n\n", []),
    Case("a name with fewer letters", b"dat: x\n\nd\n\ndat\n\n", []),
    Case("a name with NUL", b"data\0: x\n\n", []),
    Case("names of other case", b"Event: a\nID: 1\nRetry: 5\ndata: x\n\n", [X]),
    Case("an unknown field", b"foo: bar\ndata: x\nbaz\n\n", [X]),
    Case("an unknown field without a colon", b"{}\ndata: x\n\n", [X]),
    Case("a comment", b": c\ndata: x\n\n", [X]),
    Case("comments around", b":\n:c\ndata: x\n: data: y\n\n: c\n\n", [X]),
    Case("a field in a comment", b":data: x\n:id: 1\n\n", []),
    Case("comments between events", b": ping\n\ndata: x\n\n: ping\n\n: ping\n\n", [X]),
    Case("comments of bad UTF-8", b":\xff\xfe\ndata: x\n\n", [X]),
]

# 9.2.6: the event type is the last `event` field of the event; an empty one is "message".
TYPES = [
    Case("a type", b"event: ping\ndata: x\n\n", [message("x", event="ping")]),
    Case("a type after the data", b"data: x\nevent: ping\n\n", [message("x", event="ping")]),
    Case("a type without a blank", b"event:ping\ndata: x\n\n", [message("x", event="ping")]),
    Case(
        "only one blank of a type is dropped",
        b"event:  a b \ndata: x\n\n",
        [message("x", event=" a b ")],
    ),
    Case("the last type wins", b"event: a\nevent: b\ndata: x\n\n", [message("x", event="b")]),
    Case("an empty type takes the first back", b"event: a\nevent:\ndata: x\n\n", [X]),
    Case("a type without a colon", b"event: a\nevent\ndata: x\n\n", [X]),
    Case(
        "a type lasts for one event",
        b"event: a\ndata: x\n\ndata: y\n\n",
        [message("x", event="a"), message("y")],
    ),
    Case(
        "a type goes with an event without data",
        b"event: a\nid: 1\n\ndata: x\n\n",
        [message("x", last_id="1")],
        last_event_id="1",
    ),
    Case("NUL in a type", b"event: a\0\ndata: x\n\n", [message("x", event="a\0")]),
]

# 9.2.6: an id stays until another one is given; one with NUL is ignored.
IDS = [
    Case("an id", b"id: 1\ndata: x\n\n", [message("x", last_id="1")], last_event_id="1"),
    Case(
        "an id after the data",
        b"data: x\nid: 1\n\n",
        [message("x", last_id="1")],
        last_event_id="1",
    ),
    Case(
        "an id stays",
        b"id: 1\ndata: x\n\ndata: y\n\n",
        [message("x", last_id="1"), message("y", last_id="1")],
        last_event_id="1",
    ),
    Case(
        "the last id wins",
        b"id: 1\nid: 2\ndata: x\n\n",
        [message("x", last_id="2")],
        last_event_id="2",
    ),
    Case(
        "an empty id resets",
        b"id: 1\ndata: x\n\nid:\ndata: y\n\n",
        [message("x", last_id="1"), message("y")],
    ),
    Case(
        "an id without a colon resets",
        b"id: 1\ndata: x\n\nid\ndata: y\n\n",
        [message("x", last_id="1"), message("y")],
    ),
    Case(
        "an empty id resets without data too",
        b"id: 1\ndata: x\n\nid\n\n",
        [message("x", last_id="1")],
    ),
    Case(
        "an id of one event does not change the events before",
        b"data: x\n\nid: 1\ndata: y\n\n",
        [X, message("y", last_id="1")],
        last_event_id="1",
    ),
    Case(
        "an id with NUL at its end is ignored",
        b"id: 1\nid: 2\0\ndata: x\n\n",
        [message("x", last_id="1")],
        last_event_id="1",
    ),
    Case("an id with NUL at its start is ignored", b"id: \x002\ndata: x\n\n", [X]),
    Case(
        "an id of NUL is ignored",
        b"id: 1\n\nid:\0\ndata: x\n\n",
        [message("x", last_id="1")],
        last_event_id="1",
    ),
    Case(
        "an id after one with NUL counts",
        b"id: 1\0\nid: 2\ndata: x\n\n",
        [message("x", last_id="2")],
        last_event_id="2",
    ),
    Case(
        "only one blank of an id is dropped",
        b"id:  1 \ndata: x\n\n",
        [message("x", last_id=" 1 ")],
        last_event_id=" 1 ",
    ),
    Case(
        "an id is text, not a number",
        "id: é-\U0001f600\ndata: x\n\n".encode(),
        [message("x", last_id="é-\U0001f600")],
        last_event_id="é-\U0001f600",
    ),
]

# 9.2.6: retry counts if its value consists of only ASCII digits.
RETRIES = [
    Case("retry", b"retry: 3000\ndata: x\n\n", [message("x", retry=3000)], retry=3000),
    Case(
        "retry without a blank", b"retry:3000\ndata: x\n\n", [message("x", retry=3000)], retry=3000
    ),
    Case(
        "retry is of one event",
        b"retry: 1\ndata: x\n\ndata: y\n\n",
        [message("x", retry=1), message("y")],
        retry=1,
    ),
    Case("retry after the data", b"data: x\nretry: 1\n\n", [message("x", retry=1)], retry=1),
    Case(
        "retry of an event without data is not of the next",
        b"retry: 1\n\ndata: x\n\n",
        [X],
        retry=1,
    ),
    Case("zero", b"retry: 0\ndata: x\n\n", [message("x", retry=0)], retry=0),
    Case("zeros before", b"retry: 0070\ndata: x\n\n", [message("x", retry=70)], retry=70),
    Case(
        "more digits than a machine word",
        b"retry: 123456789012345678901234567890\ndata: x\n\n",
        [message("x", retry=123456789012345678901234567890)],
        retry=123456789012345678901234567890,
    ),
    Case(
        "the last retry wins", b"retry: 1\nretry: 2\ndata: x\n\n", [message("x", retry=2)], retry=2
    ),
    Case(
        "a bad retry does not take back a good one",
        b"retry: 1\nretry: 2s\ndata: x\n\n",
        [message("x", retry=1)],
        retry=1,
    ),
    *[
        Case(f"retry of {value!r} is ignored", b"retry:" + value.encode() + b"\ndata: x\n\n", [X])
        for value in (
            "",
            " ",
            " +5",
            " -1",
            "  5",
            " 5 ",
            "\t5",
            " 5\t",
            " 1_000",
            " 1,000",
            " 1.5",
            " 1e3",
            " 0x10",
            " 5ms",
            " \u0663",
            " \uff15",
            " \u00b2",
            " \u0967",
            " 1\u0663",
            " 5\0",
            " \ufeff5",
        )
    ],
    Case("retry without a colon is ignored", b"retry\ndata: x\n\n", [X]),
    Case("retry of bad UTF-8 is ignored", b"retry: 5\xff\ndata: x\n\n", [X]),
]

# 9.2.6: UTF-8 decode never fails; each maximal part of a broken sequence becomes one U+FFFD.
ENCODING = [
    Case(
        "characters of two, three and four bytes",
        "data: é€\U0001f600\U0010ffff\n\n".encode(),
        [message("é€\U0001f600\U0010ffff")],
    ),
    Case(
        "a joined emoji",
        "data: \U0001f468\u200d\U0001f469\u200d\U0001f467\n\n".encode(),
        [message("\U0001f468\u200d\U0001f469\u200d\U0001f467")],
    ),
    Case("bytes that are in no character", b"data: a\xffb\xc0c\n\n", [message("a\ufffdb\ufffdc")]),
    Case("a continuation alone", b"data: \x80\xbf\n\n", [message("\ufffd\ufffd")]),
    Case("a character cut by a letter", b"data: \xf0\x9f\x98x\n\n", [message("\ufffdx")]),
    Case("a character cut by LF", b"data: \xe2\x82\ndata: \xac\n\n", [message("\ufffd\n\ufffd")]),
    Case("a character cut by CR", b"data: \xe2\x82\r\r", [message("\ufffd")]),
    Case("a surrogate", b"data: \xed\xa0\x80\n\n", [message("\ufffd\ufffd\ufffd")]),
    Case("an overlong slash", b"data: \xc0\xaf\n\n", [message("\ufffd\ufffd")]),
    Case("past the last code point", b"data: \xf4\x90\x80\x80\n\n", [message("\ufffd" * 4)]),
    Case("bad UTF-8 in a type", b"event: \xff\ndata: x\n\n", [message("x", event="\ufffd")]),
    Case(
        "bad UTF-8 in an id",
        b"id: 1\xff\ndata: x\n\n",
        [message("x", last_id="1\ufffd")],
        last_event_id="1\ufffd",
    ),
    Case("bad UTF-8 in a name", b"da\xffta: x\n\n\xffdata: x\n\n", []),
    Case(
        "after bad UTF-8 decoding continues", b"data: \xff\n\ndata: x\n\n", [message("\ufffd"), X]
    ),
]

CASES = [
    *BYTE_ORDER_MARK,
    *LINE_ENDS,
    *BLANK_LINES,
    *ENDS,
    *DATA,
    *NAMES,
    *TYPES,
    *IDS,
    *RETRIES,
    *ENCODING,
]
