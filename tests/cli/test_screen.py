"""An answer on a terminal, seen through a pseudo-terminal and a model of its screen."""

import sys

import pytest

from mistralai.cli.simulation import PACE, scenario
from mistralai.simulator import Answer, At, Gate, Reply, Scenario, Simulator, Timing, faults
from support.commands import tokens_per_second
from support.serving import DONE, chunk, event
from support.terminal import in_shell, in_terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are Unix's", allow_module_level=True)

CODE = "".join(f"line_{number} = {number}\n" for number in range(60))


def chat(sim, *words, **options):
    """Run `mistralai chat` in a terminal, against a simulator."""
    return in_terminal("chat", *words, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url, **options)


def said(text, thinking=None):
    """Return a simulator that answers with a text."""
    return Simulator(Scenario(Reply(text=text, thinking=thinking)))


def held(*pieces):
    """Return a simulator that waits after each piece, and the gates that let it continue."""
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


def test_a_block_taller_than_the_screen_is_finally_shown_completely_and_once():
    sim, gates = held(f"Before.\n\n```python\n{CODE}", "```\n\nAfter.\n")
    with sim, chat(sim, "x", rows=10) as term:
        term.wait_for("line_59 = 59")
        assert "line_0 = 0" not in term.text  # it has scrolled off, and cannot be redrawn
        gates[0].open()
        gates[1].open()
        assert term.wait_for_end() == 0
        code = "".join(f" {line}\n" for line in CODE.splitlines())
        assert term.text == f"Before.\n\n{code}\nAfter."


def test_all_lines_stay_in_the_scrollback():
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


def test_a_resize_in_the_middle_keeps_the_answer_complete(subtests):
    words = " ".join(f"word{number}" for number in range(30))
    for columns, rows in [(40, 24), (100, 30), (80, 12)]:
        sim, gates = held(f"Before.\n\n{words}", " and the end.\n")
        with subtests.test(f"{columns} by {rows}"), sim, chat(sim, "x") as term:
            term.wait_for("word29")
            term.resize(columns, rows)
            gates[0].open()
            term.wait_for("the end.")
            gates[1].open()
            assert term.wait_for_end() == 0
            assert term.text.split() == ["Before.", *words.split(), "and", "the", "end."]
            assert max(map(len, term.rows)) < columns


def test_a_narrow_terminal_shows_everything():
    words = " ".join(f"word{number}" for number in range(30))
    with said(words) as sim, chat(sim, "x", columns=20) as term:
        assert term.wait_for_end() == 0
        assert term.text.split() == words.split()


def test_thinking_is_a_section_of_faint_text():
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


def test_a_spinner_is_shown_until_the_answer_begins():
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


def test_colors_can_be_switched_off(subtests):
    for words, environment in [(["--no-color"], {}), ([], {"NO_COLOR": "1"})]:
        with (
            subtests.test(f"{words} {environment}"),
            said("`code`\n\n```python\nx = 1\n```\n") as sim,
            in_terminal(
                *words, "chat", "x", MISTRAL_API_KEY="k", MISTRAL_SERVER_URL=sim.url, **environment
            ) as term,
        ):
            assert term.wait_for_end() == 0
            assert term.cell("code").fg == "default"
            assert term.cell("1").fg == "default"


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_text():
    with said("Some **strong** words.") as sim, chat(sim, "x", TERM="dumb") as term:
        assert term.wait_for_end() == 0
        assert term.written == b"Some **strong** words.\r\n"


def test_a_console_without_utf8_gets_similar_characters():
    with (
        said("- naïve …\n\n---\n\n> said\n") as sim,
        chat(sim, "x", PYTHONUTF8="0", PYTHONIOENCODING="ascii") as term,
    ):
        assert term.wait_for_end() == 0
        assert "* na\\xefve ..." in term.text
        assert "-----" in term.text
        assert "said" in term.text


def test_ctrl_c_stops_the_answer_and_keeps_the_part_received():
    stalled = Scenario("poem", faults=[faults.Stall(at=At(event=5))])
    with Simulator(stalled) as sim, chat(sim, "x") as term:
        term.wait_for("A cursor blinks")
        term.send("\x03")
        assert term.wait_for_end() == 130
        assert term.text == "A cursor blinks, the"
        sim.wait_for_connections(0)


def test_an_incomplete_answer_is_printed_before_the_error():
    with (
        Simulator(Scenario("poem", faults=[faults.Cut(at=At(event=5))])) as sim,
        chat(sim, "x") as term,
    ):
        assert term.wait_for_end() == 6
        first, second = term.text.split("\n", 1)
        assert first.startswith("A cursor blinks")
        assert second.startswith("mistralai: ")


def test_json_of_a_schema_is_redrawn_as_it_grows():
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


def test_raw_bytes_are_written_to_a_terminal_only_after_a_question(subtests):
    for answer, code, shown in [("y", 0, "data: {"), ("n", 2, "not written")]:
        with subtests.test(answer), said("Hello") as sim, chat(sim, "--raw", "x") as term:
            term.wait_for("Write it unfiltered?")
            assert "data:" not in term.text
            term.send(f"{answer}\n")
            assert term.wait_for_end() == code
            assert shown in term.text


def test_raw_bytes_are_not_written_to_a_terminal_if_the_user_cannot_be_asked():
    with in_shell("echo x | mistralai chat --simulate --raw") as term:
        assert term.wait_for_end() == 2
        assert "--raw would write unfiltered output to this terminal." in term.text


def test_a_terminal_that_does_not_report_its_size_has_80_columns_or_those_of_the_environment():
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


def test_the_simulator_answers_at_a_readable_pace_on_a_terminal():
    for words, term in [([], "xterm"), (["--plain"], "dumb")]:
        with in_terminal("chat", "--simulate", "poem", *words, "--stats", "x", TERM=term) as shown:
            assert shown.wait_for_end() == 0
            assert tokens_per_second(shown.text) < 100, term


def test_a_scenario_in_a_file_has_its_own_pace(tmp_path):
    path = tmp_path / "unpaced.toml"
    path.write_text('reply = "poem"\n')
    assert scenario(str(path), paced=True).timing == Timing()
    assert scenario("poem", paced=True).timing == PACE
    assert scenario("poem", paced=False).timing == Timing()
