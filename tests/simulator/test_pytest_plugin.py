"""The fixtures that the package gives to pytest."""

import subprocess
import sys

import pytest

from mistralai.simulator import Simulator

pytest_plugins = ("pytester",)

ASK = """
import json
import urllib.request

def ask(simulator, text="Hello", key="key"):
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    url = f"{simulator.url}/v1/chat/completions"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)["choices"][0]["message"]["content"]
"""


@pytest.fixture
def run(pytester, plugin_arguments):
    """Run a test module with the plugin."""
    pytester.makepyfile(asking=ASK)
    pytester.syspathinsert()

    def run(source, *arguments):
        pytester.makepyfile(test_it=source)
        return pytester.runpytest_inprocess(*plugin_arguments, "--strict-markers", *arguments)

    return run


def test_the_marker_chooses_the_scenario(run):
    run(
        """
        import pytest
        from asking import ask

        def test_default(mistral_simulator):
            assert ask(mistral_simulator) == "Hello"
            assert mistral_simulator.requests[0].json["messages"][0]["content"] == "Hello"

        @pytest.mark.mistral("poem", api_key="right", seed=5)
        def test_marked(mistral_simulator):
            assert ask(mistral_simulator, key="right").startswith("A cursor")

        @pytest.mark.mistral("echo")
        class TestClass:
            def test_class(self, mistral_simulator):
                assert ask(mistral_simulator, "x") == "x"
        """
    ).assert_outcomes(passed=3)


def test_the_client_talks_to_the_simulator(run):
    run(
        """
        def test_client(mistral_client, mistral_simulator):
            messages = [{"role": "user", "content": "Hello there"}]
            with mistral_client.chat.stream(model="m", messages=messages) as stream:
                text = "".join(event.data.choices[0].delta.content or "" for event in stream)
            assert text == "Hello there"
            assert mistral_simulator.requests[0].json["stream"] is True
        """
    ).assert_outcomes(passed=1)


RECORDED = """
import pytest
from asking import ask

@pytest.mark.parametrize("text", ["a/b", "c"])
def test_it(mistral_recorder, text):
    assert ask(mistral_recorder, text) == text
"""


def test_the_recorder_records_once_and_plays_back_without_the_server(run, pytester):
    upstream = Simulator("echo")
    with upstream:
        options = ("--mistral-record=once", f"--mistral-upstream={upstream.url}")
        run(RECORDED, *options).assert_outcomes(passed=2)
    run(RECORDED).assert_outcomes(passed=2)
    run(RECORDED, *options).assert_outcomes(passed=2)
    assert len(upstream.requests) == 2
    folders = {path.parent.name for path in pytester.path.glob("recordings/test_it/*/*.jsonl")}
    assert folders == {"test_it-a-b-", "test_it-c-"}


def test_without_a_recording_the_recorder_says_how_to_make_one(run):
    result = run(RECORDED)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*test_it-c- has no recording; run pytest --mistral-record=once"])


def test_the_plugin_imports_pytest_alone():
    program = (
        "import pytest, sys; before = set(sys.modules); import mistralai.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "mistralai.pytest_plugin" in loaded
    assert all(name.startswith("mistralai") for name in loaded)
    assert not {"mistralai.simulator", "mistralai.client.sdk"} & {*loaded}
