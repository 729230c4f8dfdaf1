import logging
from collections.abc import Iterator

import pytest

from mistralai.client import utils
from mistralai.client._api.log import log_of


class Program:
    """A logger of a program's own."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def debug(self, msg: str, *args: object) -> None:
        self.lines.append(msg % args)


@pytest.fixture(autouse=True)
def logger() -> Iterator[logging.Logger]:
    """The package's logger, as a program finds it."""
    logger = logging.getLogger("mistralai")
    handlers, level = logger.handlers, logger.level
    logger.handlers = []
    logger.setLevel(logging.NOTSET)
    yield logger
    logger.handlers = handlers
    logger.setLevel(level)


@pytest.fixture
def debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", "0")  # anything will do


def test_there_is_no_log_unless_it_is_asked_for() -> None:
    assert log_of(None) is None


def test_a_logger_of_the_program_takes_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    program = Program()
    log = log_of(program)
    assert log is not None
    log("100% of {it} %s")
    assert program.lines == ["100% of {it} %s"]
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("debugging")
def test_the_programs_own_logger_wins_over_the_environment(
    capsys: pytest.CaptureFixture[str], logger: logging.Logger
) -> None:
    log = log_of(Program())
    assert log is not None
    log("a line")
    assert capsys.readouterr().err == ""
    assert logger.handlers == []


def test_the_packages_logger_takes_the_lines_where_it_is_set_to_debug(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logger.setLevel(logging.INFO)
    assert log_of(None) is None
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler())
    log = log_of(None)
    assert log is not None
    log("100% of it")
    assert capsys.readouterr().err == "100% of it\n"


def bare_root(patch: pytest.MonkeyPatch) -> logging.Logger:
    """The root logger as a program finds it, without pytest's handlers."""
    root = logging.getLogger()
    patch.setattr(root, "handlers", [])
    return root


@pytest.mark.usefixtures("debugging")
def test_the_environment_writes_to_stderr_with_time_and_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare_root(monkeypatch)
    log = log_of(None)
    assert log is not None
    log("a line")
    date, time, name, *line = capsys.readouterr().err.split()
    assert len(f"{date} {time}") == len("2025-01-01 00:00:00,000")
    assert (name, line) == ("mistralai", ["a", "line"])


@pytest.mark.usefixtures("debugging", "capsys")
def test_the_environment_adds_one_handler_for_all_calls(logger: logging.Logger) -> None:
    for _ in range(3):
        assert log_of(None) is not None
    assert len(logger.handlers) == 1


@pytest.mark.usefixtures("debugging")
def test_a_line_that_the_programs_own_handlers_take_is_written_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = bare_root(monkeypatch)
    log = log_of(None)
    assert log is not None
    for level, lines in [
        (logging.NOTSET, ["root a line"]),
        (logging.DEBUG, ["root a line"]),
        (logging.INFO, ["a line"]),  # which takes no line of this log
    ]:
        own = logging.StreamHandler()
        own.setFormatter(logging.Formatter("root %(message)s"))
        own.setLevel(level)
        root.handlers = [logging.NullHandler(), own]
        log("a line")
        written = capsys.readouterr().err.splitlines()
        assert [line[-len(end) :] for line, end in zip(written, lines, strict=True)] == lines, level


@pytest.mark.usefixtures("debugging")
def test_a_logger_that_the_program_has_set_up_is_left_alone(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    own = logging.NullHandler()
    logger.addHandler(own)
    logger.setLevel(logging.WARNING)
    assert log_of(None) is None
    assert logger.handlers == [own]
    assert capsys.readouterr().err == ""


def test_the_default_logger_is_public(
    monkeypatch: pytest.MonkeyPatch, logger: logging.Logger
) -> None:
    assert utils.get_default_logger() is logger
    assert logger.handlers == []
    monkeypatch.setenv("MISTRAL_DEBUG", "1")
    assert utils.get_default_logger() is logger
    assert logger.isEnabledFor(logging.DEBUG)
    assert len(logger.handlers) == 1


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", "")
    assert log_of(None) is None
