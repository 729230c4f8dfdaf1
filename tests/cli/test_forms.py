"""The forms of output for scripts: events as JSON, raw bytes, statistics, JSON of a schema."""

import json

import httpx2

from mistralai.simulator import Answer, At, Reply, Scenario, Simulator, faults
from support.commands import ask
from support.serving import DONE, HELLO, chunk, event

BOOK = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "pages": {"type": "integer", "minimum": 1}},
    "required": ["title", "pages"],
    "additionalProperties": False,
}


def said(text, **reply):
    return Simulator(Scenario(Reply(text=text, **reply)))


def lines_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_json_has_a_line_for_each_event_and_a_summary():
    with Simulator("poem") as sim:
        done = ask(sim, "--json", "x")
        body = httpx2.post(
            f"{sim.url}/v1/chat/completions", content=sim.requests[0].body,
            headers={"authorization": "Bearer key", "content-type": "application/json"},
        ).text  # fmt: skip
    *events, summary = lines_of(done)
    assert (done.stderr, done.returncode) == ("", 0)
    assert [line["type"] for line in events] == ["event"] * (body.count("data: ") - 1)
    text = "".join(line["data"]["choices"][0]["delta"]["content"] for line in events)
    assert summary["text"] == text
    assert summary["type"] == "summary"
    assert summary["finish_reason"] == "stop"
    assert summary["end_reason"] == "done"
    assert summary["usage"]["completion_tokens"] > 10
    assert summary["attempts"] == [{"status": 200, "reason": None, "delay": None}]
    assert summary["error"] is None
    times = [line["at"] for line in events]
    assert times == sorted(times)


def test_json_is_ascii_for_any_text():
    with said("naïve \x1b \x9b 🐍") as sim:
        done = ask(sim, "--json", "x")
    assert done.stdout.isascii()
    assert lines_of(done)[-1]["text"] == "naïve \x1b \x9b 🐍"


def test_json_of_an_incomplete_answer_has_its_text_and_the_error():
    with Simulator(Scenario("poem", faults=[faults.Cut(at=At(event=5))])) as sim:
        done = ask(sim, "--json", "x")
    summary = lines_of(done)[-1]
    assert summary["text"] == "A cursor blinks, the"
    assert summary["end_reason"] == "error"
    assert summary["error"]["exit_code"] == done.returncode == 6


def test_raw_gives_every_byte_of_the_body():
    body = b": ping\r\n\r\n" + HELLO + b"data: \x1b\n\n" + DONE
    body = body.replace(b"data: \x1b\n\n", b": \x1b[2J\xff\n\n")
    with Simulator(Answer(body=[body])) as sim:
        done = ask(sim, "--raw", "x", stdin=b"")
    assert done.stdout.encode(errors="surrogateescape") == body


def test_raw_gives_the_body_of_an_error_too():
    with Simulator(Answer.of_json({"message": "no"}, status=400)) as sim:
        done = ask(sim, "--raw", "x")
    assert json.loads(done.stdout) == {"message": "no"}
    assert done.returncode == 1


def test_statistics_are_on_standard_error():
    with Simulator("poem") as sim:
        done = ask(sim, "--stats", "x")
    assert done.stdout.startswith("A cursor blinks")
    for name in ("time to first token", "tokens per second", "total", "events", "gaps", "usage"):
        assert f"\n{name} " in f"\n{done.stderr}", name
    assert "█" in done.stderr
    assert "\nattempts             1\n" in done.stderr
    assert "\nfinish reason        stop\n" in done.stderr


def test_statistics_give_the_reason_of_a_retry():
    again = faults.Status(status=503, retry_after=0.001, form="ms", first=1)
    with Simulator(Scenario(faults=[again])) as sim:
        done = ask(sim, "--stats", "x")
    assert "attempts             2; status 503, retried after " in done.stderr


def test_values_that_the_server_leaves_out_are_unknown_and_not_zero():
    with Simulator(Answer(body=[HELLO, DONE])) as sim:
        done = ask(sim, "--stats", "x")
    assert "usage                unknown" in done.stderr
    assert "tokens per second    unknown" in done.stderr


def test_statistics_can_be_combined_with_json():
    with Simulator() as sim:
        done = ask(sim, "--json", "--stats", "x")
    assert lines_of(done)[-1]["type"] == "summary"
    assert "time to first token" in done.stderr


def test_a_schema_is_sent_and_the_answer_is_json_of_it(subtests, tmp_path):
    path = tmp_path / "my book.json"
    path.write_text(json.dumps(BOOK))
    for source, name in [(json.dumps(BOOK), "answer"), (str(path), "my_book")]:
        with subtests.test(name):
            with Simulator() as sim:
                done = ask(sim, "--schema", source, "Name a book")
                sent = sim.requests[0].json["response_format"]
            assert (done.stderr, done.returncode) == ("", 0)
            assert json.loads(done.stdout).keys() == {"title", "pages"}
            json_schema = {"name": name, "schema": BOOK, "strict": True}
            assert sent == {"type": "json_schema", "json_schema": json_schema}


INVALID = [
    ('{"title": "Emma", "pages": 0}', "at $.pages: 0 is less than the minimum of 1"),
    ('{"title": "Emma"}', "'pages' is a required property"),
    ("Emma", "the answer is not valid JSON"),
]


def test_an_answer_that_does_not_match_the_schema_is_printed_and_refused(subtests):
    for text, message in INVALID:
        with subtests.test(text):
            with said(text) as sim:
                done = ask(sim, "--schema", json.dumps(BOOK), "x")
            assert done.stdout == f"{text}\n"
            assert message in done.stderr
            assert done.returncode == 1


def test_an_answer_that_is_cut_off_before_its_json_is_complete_says_so():
    body = [event(chunk('{"title": "Em', "length")), DONE]
    with Simulator(Answer(body=body)) as sim:
        done = ask(sim, "--schema", json.dumps(BOOK), "x")
    assert "--max-tokens" in done.stderr
    assert done.returncode == 1


def test_tool_calls_are_shown():
    with Simulator("tool-call") as sim:
        done = ask(sim, "x")
    assert "(the model requests the tool call " in done.stderr
