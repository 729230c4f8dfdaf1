"""`--copy` and `/copy`: the clipboard, through the terminal."""

import base64
import sys

import pytest

from mistralai.simulator import Reply, Scenario, Simulator, faults
from support.commands import ask
from support.terminal import in_shell, in_terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are Unix's", allow_module_level=True)


def fills_clipboard(text):
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a".encode()


def test_an_answer_is_copied_through_any_terminal_there_is(subtests):
    text = "naïve \x1b]52;c;\a and `code`\n"
    plain = fills_clipboard(text)
    through_tmux = plain + b"\x1bPtmux;" + plain.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
    with Simulator(Scenario(Reply(text=text))) as sim:
        server = {"MISTRAL_API_KEY": "key", "MISTRAL_SERVER_URL": sim.url}
        for name, command, environment, expected in [
            ("file", "mistralai chat --copy x > /dev/null", {}, plain),
            ("tmux", "mistralai chat --copy x", {"TMUX": "/tmp/tmux,1,0"}, through_tmux),
            ("dumb", "mistralai chat --copy x", {"TERM": "dumb"}, b"(not copied: no terminal)"),
        ]:
            with subtests.test(name), in_shell(command, **server, **environment) as term:
                assert term.wait_for_end() == 0
                assert expected in term.written
                if name != "dumb":
                    assert term.written.count(b"\x1b]52;") == (2 if name == "tmux" else 1)
                    assert "(copied 26 characters)" in term.text
        with subtests.test("no terminal"):
            done = ask(sim, "--copy", "x")
            assert done.stderr == "(not copied: no terminal)\n"
            assert "\x1b" not in done.stdout
    with subtests.test("cut"), Simulator(Scenario("poem", faults=[faults.Cut()])) as sim:
        assert "copied" not in ask(sim, "--copy", "x").stderr


def test_a_conversation_copies_its_last_answer():
    with (
        Simulator("echo") as sim,
        in_terminal("chat", MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url) as term,
    ):
        term.wait_for("\n>")
        term.send("/copy\r")
        term.wait_for("(nothing to copy)\n>")
        term.send("one\r")
        term.wait_for("one\none\n>")
        term.send("/copy\r")
        term.wait_for("(copied 3 characters)\n>")
        assert fills_clipboard("one") in term.written
        term.exit_prompt()
