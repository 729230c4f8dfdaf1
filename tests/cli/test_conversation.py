"""The conversation of `mistralai chat`, as a person uses it: keys in, a screen out."""

import json
import stat
import sys

import pytest

from mistralai.cli.sessions.folder import Sessions
from mistralai.simulator import At, Reply, Scenario, Simulator, faults
from support.commands import ask
from support.terminal import in_shell, in_terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are Unix's", allow_module_level=True)

UP, ESCAPE_ENTER, CTRL_C, CTRL_D = "\x1b[A", "\x1b\r", "\x03", "\x04"


@pytest.fixture
def talk(tmp_path):
    """Start conversations with a simulator, with a history of their own."""
    terms = []

    def begin(sim, *words, **options):
        environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        environment["XDG_STATE_HOME"] = str(tmp_path / "state")
        term = in_terminal("chat", *words, **environment, **options)
        terms.append(term)
        term.wait_until(lambda now: "Ctrl-D exits.\n" in now and now.endswith("\n>"), "a prompt")
        return term

    yield begin
    for term in terms:
        with term:
            term.exit_prompt()


def say(term, text, answer=None):
    """Send a line, and wait for its answer, by default an echo."""
    shown = f"> {text}\n{answer or text}\n"
    before = term.text.count(shown)
    term.send(f"{text}\r")
    term.wait_until(lambda now: now.count(shown) > before and now.endswith(f"{shown}>"), shown)


def messages(sim):
    return [(message["role"], message["content"]) for message in sim.requests[-1].json["messages"]]


def test_each_turn_has_the_turns_before_it(sim, talk):
    term = talk(sim, "-s", "Be brief")
    say(term, "one")
    say(term, "two")
    assert messages(sim) == [
        ("system", "Be brief"),
        ("user", "one"),
        ("assistant", "one"),
        ("user", "two"),
    ]


def test_ctrl_d_exits(sim, talk):
    term = talk(sim)
    say(term, "one")
    term.send(CTRL_D)
    assert term.wait_for_end() == 0


def test_quit_exits(sim, talk):
    term = talk(sim)
    term.send("/quit\r")
    assert term.wait_for_end() == 0


def test_ctrl_c_stops_the_answer_and_keeps_the_part_received(talk):
    stalled = Scenario("poem", faults=[faults.Stall(at=At(event=5))])
    with Simulator([stalled, Scenario("echo")]) as sim:
        term = talk(sim)
        term.send("a poem\r")
        term.wait_for("A cursor blinks")
        term.send(CTRL_C)
        term.wait_for("(stopped; the partial answer is kept)")
        sim.wait_for_connections(0)
        say(term, "go on")
        assert messages(sim)[:2] == [("user", "a poem"), ("assistant", "A cursor blinks, the")]


def test_ctrl_c_at_the_prompt_clears_the_line_and_does_not_exit(sim, talk):
    term = talk(sim)
    term.send("never mind")
    term.wait_for("never mind")
    term.send(CTRL_C)
    say(term, "one")
    assert messages(sim) == [("user", "one")]


def test_input_may_have_several_lines(sim, talk):
    term = talk(sim)
    for key, first, second in [(ESCAPE_ENTER, "one", "two"), ("\\\r", "three", "four")]:
        term.send(f"{first}{key}")
        term.wait_for(f"> {first}\n.")
        term.send(f"{second}\r")
        term.wait_for(f". {second}\n{first}\n{second}\n>")
        assert messages(sim)[-1] == ("user", f"{first}\n{second}")


def test_pasted_text_may_have_several_lines(sim, talk):
    term = talk(sim)
    term.send("\x1b[200~one\r\ntwo\r\n\x1b[201~")
    term.wait_for(". two")
    term.send("three\r")
    term.wait_for("three\n>")
    assert messages(sim) == [("user", "one\ntwo\nthree")]


def test_earlier_input_is_recalled_in_the_next_conversation_too(sim, talk, tmp_path):
    first = talk(sim)
    say(first, "one")
    first.exit_prompt()  # a terminal that nobody reads does not answer its program
    term = talk(sim)
    term.send(UP)
    term.wait_for("> one")
    term.send("\r")
    term.wait_for("> one\none\n>")
    history = tmp_path / "state" / "mistralai" / "history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700


def test_retry_sends_the_last_question_again(sim, talk):
    term = talk(sim)
    say(term, "one")
    say(term, "two")
    term.send("/retry\r")
    term.wait_for("> /retry\ntwo\n>")
    assert messages(sim) == [("user", "one"), ("assistant", "one"), ("user", "two")]


def test_retry_after_a_failure_sends_the_question_again(talk):
    refused = Scenario(faults=[faults.Status(status=400, first=1)])
    with Simulator(refused) as sim:
        term = talk(sim)
        term.send("one\r")
        term.wait_for("status 400")
        term.send("/retry\r")
        term.wait_for("> /retry\none\n>")
        assert messages(sim) == [("user", "one")]


def test_undo_removes_a_question_and_its_answer(sim, talk):
    term = talk(sim)
    say(term, "one")
    say(term, "two")
    say(term, "/undo", "removed: two")
    say(term, "three")
    assert messages(sim) == [("user", "one"), ("assistant", "one"), ("user", "three")]


def test_the_model_and_the_system_can_be_changed(sim, talk):
    term = talk(sim)
    say(term, "/model", "model: mistral-large-latest")
    say(term, "/model small", "model: small")
    say(term, "/system Be brief", "system: Be brief")
    say(term, "one")
    assert sim.requests[-1].json["model"] == "small"
    assert messages(sim) == [("system", "Be brief"), ("user", "one")]
    say(term, "/system -", "system: none")
    say(term, "two")
    assert messages(sim)[0] == ("user", "one")


def test_usage_adds_up(sim, talk):
    term = talk(sim)
    say(term, "one")
    say(term, "two")
    used = sim.requests
    assert len(used) == 2
    term.send("/usage\r")
    term.wait_for("2 answers; tokens: prompt ")


def test_help_lists_the_commands(sim, talk):
    term = talk(sim)
    term.send("/help\r")
    term.wait_for("/model [NAME]", "/system [TEXT]", "/save FILE", "/retry", "/undo", "/usage")


def test_an_unknown_command_is_not_sent(sim, talk):
    term = talk(sim)
    say(term, "/nonsense", "unknown command /nonsense; /help lists the commands")
    assert sim.requests == []


def test_a_path_is_not_a_command(sim, talk):
    say(talk(sim), "/etc/hosts is what?")


def test_tab_completes_a_command(sim, talk):
    term = talk(sim)
    term.send("/us\t")
    term.wait_for("> /usage")
    term.send("\r")
    term.wait_for("0 answers; tokens: prompt unknown, completion unknown\n>")


def test_a_conversation_is_saved(sim, talk, tmp_path):
    term = talk(sim, "-s", "Be brief", columns=200)
    say(term, "naïve?")
    markdown, data = tmp_path / "chat.md", tmp_path / "chat.json"
    for path in (markdown, data, markdown, data):  # a file of this session is replaced
        say(term, f"/save {path}", f"saved 2 messages to {path}")
    saved = json.loads(data.read_text("utf-8"))
    assert [message["role"] for message in saved] == ["system", "user", "assistant"]
    parts = ("System", "Be brief"), ("You", "naïve?"), ("Assistant", "naïve?")
    expected = "\n".join(f"## {speaker}\n\n{text}\n" for speaker, text in parts)
    assert markdown.read_text("utf-8") == expected


def test_an_existing_file_is_not_overwritten(sim, talk, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("mine")
    term = talk(sim, columns=200)
    say(term, "one")
    say(term, f"/save {path}", f"{path} already exists; choose another name")
    assert path.read_text() == "mine"


def test_thinking_goes_back_to_the_model(talk):
    with Simulator([Scenario(Reply(text="Four.", thinking="Two.")), Scenario("echo")]) as sim:
        term = talk(sim)
        term.send("one\r")
        term.wait_for("Two.\n\nFour.\n>")
        say(term, "two")
        kinds = [part["type"] for part in sim.requests[-1].json["messages"][1]["content"]]
        assert kinds == ["thinking", "text"]


def test_a_failure_does_not_change_the_conversation(talk):
    with Simulator(Scenario(faults=[faults.Status(status=400, first=1)])) as sim:
        term = talk(sim)
        term.send("one\r")
        term.wait_for("status 400")
        say(term, "two")
        assert messages(sim) == [("user", "two")]


def test_answers_can_be_piped_while_the_prompt_stays_on_the_terminal(sim, tmp_path):
    path = tmp_path / "answers.txt"
    environment = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
    command = f"mistralai chat | cat > {path}"
    with in_shell(command, XDG_STATE_HOME=str(tmp_path), **environment) as term:
        term.wait_for("\n>")
        term.send("one\r")
        term.wait_for("> one\n>")
        term.send(CTRL_D)
        assert term.wait_for_end() == 0
    assert path.read_text() == "one\n"


def test_a_narrow_screen_is_enough(sim, talk):
    term = talk(sim, columns=44, rows=10)
    say(term, "one")


def test_a_conversation_is_kept_with_every_change_and_continued(sim, talk):
    first = talk(sim, "--session", "rome", "-s", "Be brief", columns=120)
    say(first, "one")
    say(first, "two")
    say(first, "/undo", "removed: two")
    say(first, "/model small", "model: small")
    say(first, "three")
    first.send("/retry\r")
    first.wait_for("> /retry\nthree\n>")
    say(first, "/system Be kind", "system: Be kind")
    first.send(CTRL_D)
    first.wait_for("(saved; `mistralai chat --session rome` continues)")
    first.wait_for_end()
    term = talk(sim, "-c", columns=120)
    assert "continuing rome with small, after: three" in term.text
    say(term, "four")
    assert sim.requests[-1].json["model"] == "small"
    assert messages(sim) == [
        ("system", "Be kind"),
        ("user", "one"),
        ("assistant", "one"),
        ("user", "three"),
        ("assistant", "three"),
        ("user", "four"),
    ]


def test_another_conversation_is_loaded(sim, talk, subtests):
    for name in ("rome", "oslo"):
        ask(sim, "--session", name, "-m", "small", f"A week in {name.title()}?")
    with Simulator(Scenario(faults=[faults.Status(status=400)])) as refusing:
        ask(refusing, "--session", "paris", "Too far?")
    (Sessions().folder / "older.jsonl").write_text('{"mistralai": "session", "format": 0}\n')
    term = talk(sim, columns=120)
    say(term, "/load", "name a conversation: /load NAME; /sessions lists them")
    say(term, "/load nowhere", "there is no session nowhere. `mistralai sessions list` lists them.")
    say(term, "hello")
    say(
        term,
        "/load rome",
        "continuing rome with small, after: A week in Rome?",
    )
    term.send("/sessions\r")
    shown = term.wait_for("  oslo  A week in Oslo?", "* rome  A week in Rome?", "hello\n>")
    assert "older  (the session older has format 0" in shown.partition("/sessions")[2]
    say(term, "And then?")
    assert sim.requests[-1].json["model"] == "small"
    assert messages(sim)[0] == ("user", "A week in Rome?")
    with subtests.test("one without an answer"):
        term.send("/load paris\r")
        term.wait_for("after: Too far?\n(it has no answer; /retry sends it again)\n>")
        term.send("/retry\r")
        term.wait_for("> /retry\nToo far?\n>")


def test_sessions_are_removed_after_a_question_on_a_terminal(sim):
    for name in ("rome", "oslo"):
        ask(sim, "--session", name, "**one**")
    with in_terminal("sessions", "list") as term:
        assert term.wait_for_end() == 0
        assert "first question" in term.text
    with in_terminal("sessions", "show", "rome") as term:
        assert term.wait_for_end() == 0
        assert "one" in term.text
        assert "**" not in term.text
    for answer, code, left in (("n", 130, ["rome", "oslo"]), ("y", 0, ["rome"])):
        with in_terminal("sessions", "rm", "oslo") as term:
            term.wait_for("Remove oslo? [y/N]:")
            term.send(f"{answer}\r")
            assert term.wait_for_end() == code
        assert Sessions().names() == left
    with in_terminal("sessions", "rm", "rome", "-y") as term:
        assert term.wait_for_end() == 0
    assert Sessions().names() == []
