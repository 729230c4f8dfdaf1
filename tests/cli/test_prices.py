"""The cost of answers, by the list of prices in genai-prices."""

import sys

import pytest

from mistralai.cli.prices import estimate, shown
from mistralai.models import UsageInfo
from mistralai.simulator import Simulator
from support.commands import ask, run_cli
from support.terminal import in_terminal

SMALL = "mistral-small-latest"


def of_mistral(sim):
    """Return the environment for Mistral's address, behind a proxy that answers itself."""
    return {
        "MISTRAL_API_KEY": "key",
        "MISTRAL_SERVER_URL": "http://api.mistral.ai",
        "HTTP_PROXY": sim.url,
        "NO_PROXY": "",
        "PYTHONWARNINGS": "ignore",  # the key is sent over plain http
    }


def test_a_cost_is_known_for_known_models_of_known_servers_alone(subtests):
    used = UsageInfo(prompt_tokens=1_000_000, completion_tokens=1000)
    known = estimate("https://api.mistral.ai", SMALL, used)
    assert known is not None
    assert known > 0
    for url, model, usage, cost in [
        ("https://api.eu.mistral.ai/", SMALL, used, known),
        ("https://mistral.ai.example", SMALL, used, None),
        ("http://127.0.0.1:8000", SMALL, used, None),
        ("", SMALL, used, None),
        ("https://api.mistral.ai", "nobody", used, None),
        ("https://api.mistral.ai", None, used, None),
        ("https://api.mistral.ai", SMALL, None, None),
        ("https://api.mistral.ai", SMALL, UsageInfo(prompt_tokens=5), None),
    ]:
        with subtests.test(f"{url} {model} {usage}"):
            assert estimate(url, model, usage) == cost
    for cost, text in [("0", "0.00"), ("0.000123", "0.00012"), ("0.05", "0.050"), ("12", "12.00")]:
        with subtests.test(cost):
            assert shown(type(known)(cost)) == f"about ${text} (estimate)"


def test_without_the_extra_there_is_no_cost(monkeypatch):
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    used = UsageInfo(prompt_tokens=1000, completion_tokens=1000)
    assert estimate("https://api.mistral.ai", SMALL, used) is None


def test_statistics_have_the_cost_where_it_is_known():
    with Simulator() as sim:
        done = run_cli("chat", "--stats", "-m", SMALL, "x", **of_mistral(sim))
        assert "\ncost                 about $0.0000" in done.stderr
        assert [request.path for request in sim.requests] == ["/v1/chat/completions"]
        own = ask(sim, "--stats", "-m", SMALL, "x")
        assert "\nusage " in own.stderr
        assert "cost" not in own.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_usage_has_the_cost_of_the_answers_whose_price_is_known():
    with (
        Simulator() as sim,
        in_terminal("chat", "-m", SMALL, columns=120, **of_mistral(sim)) as term,
    ):
        term.wait_for("\n>")
        for line, reply in [
            ("one", "one\none\n>"),
            ("/usage", "1 answer; tokens: prompt "),
            ("/model nobody", "model: nobody\n>"),
            ("two", "two\ntwo\n>"),
            ("/usage", "(estimate), without 1 of unknown price\n>"),
        ]:
            term.send(f"{line}\r")
            term.wait_for(reply)
        assert "; cost: about $0.0000" in term.text
        term.exit_prompt()
