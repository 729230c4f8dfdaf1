"""The log: its lines, where they go, and secrets that are never in it."""

import logging

import pytest

from mistralai import BackoffStrategy, RetryConfig
from mistralai.client import errors
from mistralai.simulator import Answer, Simulator, Wire
from support.colours import ask
from support.logs import Lines
from support.programs import PROGRAMS, STRICT, run_program
from support.serving import ASK, DONE, HELLO, chunk, event

AT_ONCE = RetryConfig("backoff", BackoffStrategy(1, 1, 1, 60_000, jitter_ms=0), True)
ANSWER = Answer(body=[HELLO, DONE], headers={"mistral-correlation-id": "some-id"})


def logged(colour, answers, *, whole=False):
    """The lines of one call."""
    lines = Lines()
    with Simulator(answers) as sim:
        client = colour.client(
            api_key="secret-key", server_url=sim.url, debug_logger=lines, retry_config=AT_ONCE
        )
        ask(colour, client, whole=whole, **ASK)
    return lines, sim


def test_a_call_is_logged_from_its_request_to_its_end(colour):
    lines, sim = logged(colour, ANSWER)
    request, status, end = lines
    assert request.endswith(f"POST {sim.url}/v1/chat/completions")
    assert "status 200 after" in status
    assert "end (done): headers " in end
    assert "first content" in end
    assert "2 events" in end


def test_a_whole_answer_is_logged_too(colour):
    lines, _ = logged(colour, "echo", whole=True)
    assert ["POST" in lines[0], "status 200" in lines[1], "end (answered)" in lines[2]] == [
        True
    ] * 3


def test_the_request_id_is_on_every_line_once_it_is_known(colour):
    lines, _ = logged(colour, ANSWER)
    assert lines[0].startswith("[no request id yet] ")
    assert all(line.startswith("[some-id] ") for line in lines[1:])


def test_every_retry_is_logged_with_its_reason(colour):
    again = {"mistral-correlation-id": "first-id"}
    answers = [Answer(status=503, headers=again), Wire([], "cut"), Answer(status=429), ANSWER]
    lines, sim = logged(colour, answers)
    retries = [line for line in lines if "retrying in" in line]
    assert len(sim.requests) == 4
    assert len(retries) == 3
    assert "status 503" in retries[0]
    assert "[first-id]" in retries[0]
    assert "RemoteProtocolError" in retries[1]
    assert "status 429" in retries[2]
    requests = [line for line in lines if "POST" in line]
    assert all(line.startswith("[no request id yet]") for line in requests)


def test_what_a_dict_has_beyond_the_api_is_named_in_one_line(colour):
    lines = Lines()
    stray = {"role": "user", "content": "x", "timestamp": 1, "name": "ann"}
    with Simulator(["echo", "echo"]) as sim:
        client = colour.client(server_url=sim.url, debug_logger=lines)
        colour.complete(client, model="m", messages=[stray, *ASK["messages"], stray])
        [line] = [line for line in lines if "not sent" in line]
        colour.complete(client, **ASK)
        assert [line for line in lines if "not sent" in line] == [line]
    assert line.endswith(": messages.timestamp, messages.name")


def test_a_failure_is_logged_as_the_end(colour):
    lines = Lines()
    with Simulator(Answer(body=[event(chunk("Hel"))])) as sim:
        client = colour.client(server_url=sim.url, debug_logger=lines)
        with pytest.raises(errors.StreamTruncatedError):
            colour.collect(colour.open(client, **ASK))
    assert "end (truncated)" in lines[-1]


def test_a_stream_that_is_closed_is_logged_as_closed(colour):
    lines = Lines()
    with Simulator(Answer(body=[event(chunk("Hel"))], ending="hang")) as sim:
        stream = colour.open(colour.client(server_url=sim.url, debug_logger=lines), **ASK)
        colour.next(stream)
        colour.close(stream)
        colour.close(stream)
    assert [line for line in lines if "end (" in line] == [lines[-1]]
    assert "end (closed)" in lines[-1]


def test_neither_the_key_nor_a_prompt_nor_an_answer_is_logged(colour, subtests):
    answers = [Answer.of_json({"message": "try again"}, status=500), "echo"]
    for way, whole in {"stream": False, "complete": True}.items():
        with subtests.test(way):
            lines, _ = logged(colour, answers, whole=whole)
            text = "\n".join(lines)
            assert not [word for word in ("secret-key", "Bearer", "Hello", "there") if word in text]


def test_a_key_that_is_part_of_the_address_is_in_no_line_not_even_the_first(colour):
    lines = Lines()
    with Simulator(ANSWER) as sim:
        address = f"{sim.url}/secret-key"
        client = colour.client(api_key="secret-key", server_url=address, debug_logger=lines)
        ask(colour, client, whole=False, **ASK)
    assert lines[0].endswith(f"POST {sim.url}/(hidden)/v1/chat/completions")
    assert "secret-key" not in "".join(lines)


def test_a_logger_of_the_standard_library_gets_the_lines(colour, caplog):
    logger = logging.getLogger("a.programs.own")
    with caplog.at_level(logging.DEBUG, logger.name), Simulator(ANSWER) as sim:
        client = colour.client(server_url=sim.url, debug_logger=logger)
        colour.collect(colour.open(client, **ASK))
    assert [record.name for record in caplog.records] == [logger.name] * 3


def test_a_program_that_sets_the_logger_up_gets_the_lines(colour, caplog):
    with caplog.at_level(logging.DEBUG, "mistralai"), Simulator(ANSWER) as sim:
        colour.collect(colour.open(colour.client(server_url=sim.url), **ASK))
    assert [record.name for record in caplog.records] == ["mistralai"] * 3


def test_by_default_nothing_is_logged(colour, caplog):
    with Simulator(ANSWER) as sim:
        colour.collect(colour.open(colour.client(server_url=sim.url), **ASK))
    assert [record for record in caplog.records if record.name.startswith("mistralai")] == []


@pytest.fixture
def run():
    """Run `logs.py` against a simulator, and return the lines that it wrote to stderr."""

    def run(set_up="nothing", **environment):
        with Simulator(ANSWER) as sim:
            done = run_program(
                PROGRAMS / "logs.py",
                *STRICT,
                arguments=("sync", set_up),
                MISTRAL_API_KEY="secret-key",
                MISTRAL_SERVER_URL=sim.url,
                **environment,
            )
        assert (done.returncode, done.stdout) == (0, "")
        return done.stderr.splitlines()

    return run


def test_by_default_nothing_is_written(run):
    assert run() == []


def test_with_mistral_debug_set_to_anything_the_log_goes_to_stderr(run, subtests):
    for value in ("1", "0", "please"):
        with subtests.test(value):
            lines = run(MISTRAL_DEBUG=value)
            assert len(lines) == 6
            assert all(" mistralai [" in line for line in lines)
            assert sum("[some-id]" in line for line in lines) == 4
            assert not any("secret-key" in line for line in lines)


def test_a_logger_that_is_set_up_already_is_not_given_another_handler(run):
    assert run("a handler", MISTRAL_DEBUG="1") == []


def test_with_a_root_logger_that_is_set_up_each_line_is_written_once(run, subtests):
    for set_up in ("the root before", "the root later"):
        with subtests.test(set_up):
            lines = run(set_up, MISTRAL_DEBUG="1")
            ends = [line for line in lines if "end (done)" in line]
            assert len(ends) == 2
            assert ends[1].startswith("DEBUG:mistralai:[some-id]")
