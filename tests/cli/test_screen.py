"""An answer on a terminal, seen through a pseudo-terminal and a model of its screen."""

import sys

import pytest

from mistralai.simulator import Answer, At, Gate, Reply, Scenario, Simulator, faults
from support.commands import tokens_a_second
from support.serving import DONE, chunk, event
from support.terminal import in_shell, in_terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are Unix's", allow_module_level=True)

CODE = "".join(f"line_{number} = {number}\n" for number in range(60))


def chat(sim, *words, **options):
    """`mistralai chat` in a terminal, against a simulator."""
    return in_terminal("chat", *words, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url, **options)


def said(text, thinking=None):
    """A simulator that says a text."""
    return Simulator(Scenario(Reply(text=text, thinking=thinking)))


def held(*pieces):
    """A simulator that waits before each piece but the first, and the gates that let it go on."""
    gates = [Gate() for _ in pieces]
    steps = [step for piece, gate in zip(pieces, gates, strict=True) for step in (piece, gate)]
    steps = [step if isinstance(step, Gate) else event(chunk(step)) for step in steps]
    return Simulator(Answer(body=[*steps, event(chunk("", "stop")), DONE])), gates


def test_markdown_is_rendered():
    with (
        said("# Title\n\nSome **strong** `code`.\n\n- one\n- two\n") as sim,
        chat(sim, "x") as term,
    ):
        assert term.wait_for_end() == 0
        assert "Title" in term.text
        assert "Some strong code." in term.text
        assert "• one" in term.text
        assert term.cell("strong").bold
        assert not term.cell("Some").bold


def test_a_block_is_rendered_while_it_grows_and_printed_once():
    sim, gates = held("The *first* bl", "ock.\n\nThe *sec", "ond* block.\n")
    with sim, chat(sim, "x") as term:
        term.wait_for("The first bl")
        gates[0].open()
        term.wait_for("The first block.", "The *sec")
        gates[1].open()
        term.wait_for("The second block.")
        gates[2].open()
        assert term.wait_for_end() == 0
        assert term.text == "The first block.\n\nThe second block."
        assert term.written.count(b"first\x1b[0m block.") == 1


def test_a_block_taller_than_the_screen_ends_up_whole_and_once():
    sim, gates = held(f"Before.\n\n```python\n{CODE}", "```\n\nAfter.\n")
    with sim, chat(sim, "x", rows=10) as term:
        term.wait_for("line_59 = 59")
        assert "line_0 = 0" not in term.text  # it has left the screen, and may not be drawn again
        gates[0].open()
        gates[1].open()
        assert term.wait_for_end() == 0
        code = "".join(f" {line}\n" for line in CODE.splitlines())
        assert term.text == f"Before.\n\n{code}\nAfter."


def test_what_stood_on_the_screen_stays_in_the_scrollback():
    with (
        said("\n\n".join(f"Paragraph {number}." for number in range(50))) as sim,
        chat(sim, "x", rows=10) as term,
    ):
        assert term.wait_for_end() == 0
        assert [line for line in term.text.splitlines() if line] == [
            f"Paragraph {number}." for number in range(50)
        ]
        assert b"\x1b[?1049h" not in term.written  # no alternate screen
        assert b"\x1b[2J" not in term.written


def test_only_lines_that_change_are_written_again():
    sim, gates = held("- one\n- two\n- three\n- fo", "ur\n")
    with sim, chat(sim, "x") as term:
        term.wait_for("• fo")
        gates[0].open()
        term.wait_for("• four")
        gates[1].open()
        term.wait_for_end()
        assert term.written.count(b"one") == 1


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (100, 30), (80, 12)])
def test_a_resize_in_the_middle_leaves_the_answer_whole(columns, rows):
    words = " ".join(f"word{number}" for number in range(30))
    sim, gates = held(f"Before.\n\n{words}", " and the end.\n")
    with sim, chat(sim, "x") as term:
        term.wait_for("word29")
        term.resize(columns, rows)
        gates[0].open()
        term.wait_for("the end.")
        gates[1].open()
        assert term.wait_for_end() == 0
        assert term.text.split() == ["Before.", *words.split(), "and", "the", "end."]
        assert max(map(len, term.rows)) < columns


def test_a_narrow_terminal_shows_all():
    words = " ".join(f"word{number}" for number in range(30))
    with said(words) as sim, chat(sim, "x", columns=20) as term:
        assert term.wait_for_end() == 0
        assert term.text.split() == words.split()


def test_thinking_is_shown_apart_and_faint():
    with said("Four.", thinking="Two and two.") as sim, chat(sim, "x") as term:
        assert term.wait_for_end() == 0
        assert term.text == "Two and two.\n\nFour."
        assert b"\x1b[2;3mTwo and two." in term.written


def test_folded_thinking_counts_its_words():
    with (
        said("Four.", thinking="Two and two make it.") as sim,
        chat(sim, "--thinking", "fold", "x") as term,
    ):
        assert term.wait_for_end() == 0
        assert term.text == "(thought 5 words)\n\nFour."


def test_hidden_thinking_is_not_shown():
    with (
        said("Four.", thinking="Two and two.") as sim,
        chat(sim, "--thinking", "hide", "x") as term,
    ):
        assert term.wait_for_end() == 0
        assert term.text == "Four."


def test_until_something_comes_a_status_is_shown_and_then_taken_away():
    gate = Gate()
    answer = Answer(body=[gate, event(chunk("Hello", "stop")), DONE])
    with Simulator(answer) as sim, chat(sim, "-m", "small", "x") as term:
        term.wait_for("small")
        gate.open()
        assert term.wait_for_end() == 0
        assert term.text == "Hello"


def test_control_characters_of_a_model_are_shown_as_escapes():
    hostile = "a\x1b]0;title\x07b\x1b[2Jc\x9b31md\x08e\rf\x00g"
    with said(hostile) as sim, chat(sim, "x") as term:
        assert term.wait_for_end() == 0
        assert term.text == r"a\x1b]0;title\x07b\x1b[2Jc\x9b31md\x08e\x0df\x00g"
        assert b"\x1b]0;" not in term.written
        assert b"\x1b[2J" not in term.written
        assert "\x9b".encode() not in term.written


def test_plain_text_is_not_rendered():
    with said("Some **strong** words.") as sim, chat(sim, "--plain", "x") as term:
        assert term.wait_for_end() == 0
        assert term.text == "Some **strong** words."


@pytest.mark.parametrize("how", ["option", "variable"])
def test_colours_can_be_switched_off(how):
    with said("`code`\n\n```python\nx = 1\n```\n") as sim:
        words = ["--no-color"] if how == "option" else []
        environment = {"NO_COLOR": "1"} if how == "variable" else {}
        with in_terminal(
            *words, "chat", "x", MISTRAL_API_KEY="k", MISTRAL_SERVER_URL=sim.url, **environment
        ) as term:
            assert term.wait_for_end() == 0
            assert term.cell("code").fg == "default"
            assert term.cell("1").fg == "default"


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_text():
    with said("Some **strong** words.") as sim, chat(sim, "x", TERM="dumb") as term:
        assert term.wait_for_end() == 0
        assert term.written == b"Some **strong** words.\r\n"


def test_a_console_without_utf8_gets_the_nearest():
    with (
        said("- naïve …\n\n---\n\n> said\n") as sim,
        chat(sim, "x", PYTHONUTF8="0", PYTHONIOENCODING="ascii") as term,
    ):
        assert term.wait_for_end() == 0
        assert "* na\\xefve ..." in term.text
        assert "-----" in term.text
        assert "said" in term.text


def test_ctrl_c_stops_the_answer_and_keeps_what_came():
    stalled = Scenario("poem", faults=[faults.Stall(at=At(event=5))])
    with Simulator(stalled) as sim, chat(sim, "x") as term:
        term.wait_for("A cursor blinks")
        term.send("\x03")
        assert term.wait_for_end() == 130
        assert term.text == "A cursor blinks, the"
        sim.wait_for_connections(0)


def test_an_answer_that_breaks_off_is_printed_before_the_error():
    with (
        Simulator(Scenario("poem", faults=[faults.Cut(at=At(event=5))])) as sim,
        chat(sim, "x") as term,
    ):
        assert term.wait_for_end() == 6
        first, second = term.text.split("\n", 1)
        assert first.startswith("A cursor blinks")
        assert second.startswith("mistralai: ")


def test_json_of_a_schema_grows_in_its_place():
    sim, gates = held('{"title": "Wal', 'den", "pages": 35', "2}")
    schema = '{"type": "object", "properties": {"pages": {"type": "integer"}}}'
    with sim, chat(sim, "--schema", schema, "x") as term:
        term.wait_for('"title": "Wal"')
        gates[0].open()
        term.wait_for('"title": "Walden"')
        gates[1].open()
        gates[2].open()
        assert term.wait_for_end() == 0
        assert term.text == '{\n  "title": "Walden",\n  "pages": 352\n}'


@pytest.mark.parametrize(("answer", "shown"), [("y", "data: {"), ("n", "not written")])
def test_raw_bytes_are_written_to_a_terminal_only_after_a_question(answer, shown):
    with said("Hello") as sim, chat(sim, "--raw", "x") as term:
        term.wait_for("Write it as it comes?")
        assert "data:" not in term.text
        term.send(f"{answer}\n")
        assert term.wait_for_end() == (0 if answer == "y" else 2)
        assert shown in term.text


def test_raw_bytes_are_not_written_to_a_terminal_where_nobody_can_be_asked():
    with in_shell("echo x | mistralai chat --simulate --raw") as term:
        assert term.wait_for_end() == 2
        assert "--raw would write what the server sends to this terminal." in term.text


def test_a_terminal_that_does_not_tell_its_size_has_80_columns_or_those_of_the_environment():
    text = (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    )
    for environment, first in [
        ({}, text.partition(" fourteen")[0]),
        ({"COLUMNS": "40"}, text.partition(" nine")[0]),
        ({"COLUMNS": "0"}, text.partition(" fourteen")[0]),
    ]:
        with said(text) as sim, chat(sim, "x", sized=False, **environment) as term:
            assert term.wait_for_end() == 0
            assert term.rows[0] == first, environment


def test_the_simulator_takes_its_time_on_a_terminal_where_no_scenario_says_otherwise(tmp_path):
    unpaced = tmp_path / "unpaced.toml"
    unpaced.write_text('reply = "poem"\n')
    for words, term, paced in [
        (["--simulate", "poem"], "xterm", True),
        (["--simulate", "poem", "--plain"], "dumb", True),
        (["--simulate", str(unpaced)], "xterm", False),
    ]:
        with in_terminal("chat", *words, "--stats", "x", TERM=term) as terminal:
            assert terminal.wait_for_end() == 0
            assert (tokens_a_second(terminal.text) < 100) == paced, words
