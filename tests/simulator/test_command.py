"""`python -m mistralai.simulator`."""

import signal
import ssl
import subprocess
import sys
from contextlib import ExitStack

import httpx2
import pytest

from mistralai.simulator import Simulator
from mistralai.simulator.__main__ import main
from support.processes import running
from support.raw_client import RawClient, chat


def command(*arguments):
    pipe = subprocess.PIPE
    words = (sys.executable, "-m", "mistralai.simulator", *arguments)
    return running(*words, stdout=pipe, stderr=pipe)


KEY = {"authorization": "Bearer key"}


def asked(url, client=httpx2, **fields):
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]} | fields
    return client.post(f"{url}/v1/chat/completions", json=body, headers=KEY)


@pytest.fixture
def serving():
    """Return a function that runs the command and returns its URL."""
    with ExitStack() as stack:

        def serving(*arguments):
            process = stack.enter_context(command("--port", "0", *arguments))
            return process.stdout.readline().strip()

        yield serving


def test_it_prints_its_url_serves_and_ends_on_a_signal(subtests):
    for number in [signal.SIGTERM, signal.SIGINT]:
        with subtests.test(number=number):
            with command("--port", "0", "--scenario", "poem", "--seed", "3") as process:
                url = process.stdout.readline().strip()
                answer = asked(url).json()
                process.send_signal(number)
                rest, errors = process.communicate(timeout=10)
            assert answer["choices"][0]["message"]["content"].startswith("A cursor")
            assert (process.returncode, rest, errors) == (0, "", "")


def test_a_signal_ends_it_in_the_middle_of_answers():
    with (
        command("--port", "0", "--scenario", "lorem", "--tps", "5") as process,
        ExitStack() as stack,
    ):
        url = process.stdout.readline().strip()
        clients = [stack.enter_context(RawClient(url)) for _ in range(3)]
        for client in clients:
            client.send(chat(stream=True))
            client.read()
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=10)
        assert all(not client.read_all()[0].endswith(b"0\r\n\r\n") for client in clients)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_another_process_gives_the_same_body_for_a_seed(serving):
    with Simulator("lorem", seed=7) as sim:
        here = asked(sim.url, stream=True).content
    assert asked(serving("--scenario", "lorem", "--seed", "7"), stream=True).content == here


def test_a_taken_port_is_an_error_of_one_line():
    with Simulator() as sim, command("--port", str(sim.port)) as process:
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (1, "")
    assert "Address already in use" in errors
    assert errors.count("\n") == 1


def test_faults_times_and_keys_can_be_given(serving):
    options = ("--fault", "no-done", "--fault", "duplicate-after-1", "--api-key", "key")
    times = ("--ttft", "9", "--tps", "5", "--jitter", "0.1", "--burst", "2", "--speed", "inf")
    url = serving("--scenario", "echo", *options, *times)
    body = asked(url, stream=True).text
    assert body.count("data: ") == 5
    assert "[DONE]" not in body
    assert httpx2.get(f"{url}/v1/models", headers={"authorization": "Bearer x"}).status_code == 401


def test_a_scenario_may_be_a_file(serving, tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text('faults = [{ kind = "status", status = 503 }]')
    assert asked(serving("--scenario", str(path))).status_code == 503


def test_tls_uses_a_certificate_that_is_written_to_a_file(serving, tmp_path):
    path = tmp_path / "ca.pem"
    url = serving("--ca-file", str(path))
    context = ssl.create_default_context(cafile=path)
    with httpx2.Client(verify=context) as client:
        assert asked(url, client).status_code == 200


def test_exchanges_are_recorded_and_played_back(serving, tmp_path):
    record = tmp_path / "record"
    with Simulator("echo") as upstream:
        first = asked(serving("--upstream", upstream.url, "--record", str(record))).content
    again = asked(serving("--replay", str(record))).content
    assert first == again


def test_limits_can_be_given(serving):
    url = serving("--max-request-size", "10", "--max-connections", "5")
    assert asked(url).status_code == 413


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_as_many_connections_are_served_as_the_system_allows():
    served = f"ulimit -S -n 64; exec {sys.executable} -m mistralai.simulator --port 0"
    shell = running("/bin/sh", "-c", served, stdout=subprocess.PIPE)
    with shell as process, ExitStack() as stack:
        url = process.stdout.readline().strip()
        for _ in range(100):
            client = stack.enter_context(RawClient(url))
        client.send(chat())
        assert client.read().startswith(b"HTTP/1.1 200 OK")


NOT_SERVED = [
    (["--scenario", "poen"], "'poen' is not a preset; did you mean 'poem'?"),
    (["--scenario", "none.toml"], "No such file or directory: 'none.toml'"),
    (["--replay", "none.jsonl"], "No such file or directory: 'none.jsonl'"),
    (["--upstream", "nowhere"], "'nowhere' is not a URL"),
    (["--port", "99999"], "port: 99999 is out of range; use 0 to 65535"),
    (["--speed", "nan"], "speed: nan is out of range; use more than 0"),
    (["--max-connections", "0"], "connections: 0 is out of range; use 1 or more"),
    (["--replay", "r.jsonl", "--tps", "5"], "times apply to presets only"),
    (["--scenario", "s.toml", "--fault", "cut"], "times apply to presets only"),
    (["--scenario", "guide", "--tps", "5"], "times apply to presets only"),
    (["--tps", "0"], "tokens_per_second: 0.0 is out of range; use more than 0"),
]


def test_an_error_at_the_start_is_one_line(subtests, capsys):
    for arguments, problem in NOT_SERVED:
        with subtests.test(arguments=arguments):
            assert main(["--port", "0", *arguments]) == 1
            captured = capsys.readouterr()
            assert problem in captured.err
            assert (captured.out, captured.err.count("\n")) == ("", 1)


WRONG_OPTIONS = [
    (["--fault", "nonsense"], "'nonsense' is not a fault"),
    (["--scenario", "poem", "--replay", "r.jsonl"], "not allowed with argument --scenario"),
]


def test_an_invalid_option_is_rejected(subtests, capsys):
    for arguments, problem in WRONG_OPTIONS:
        with subtests.test(arguments=arguments):
            with pytest.raises(SystemExit):
                main(arguments)
            assert problem in capsys.readouterr().err


def test_it_starts_without_the_client_and_its_libraries():
    program = "import sys, mistralai.simulator.__main__; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "httptools" in loaded
    assert not {"anyio", "pydantic", "httpx2", "mistralai.client.sdk"} & {*loaded}


def test_presets_and_faults_are_listed(capsys):
    assert main(["--list"]) == 0
    presets, scenarios, faults = capsys.readouterr().out.splitlines()
    assert presets.startswith("presets: auto, echo, poem")
    assert scenarios == "scenarios: guide"
    assert faults.startswith("faults: cut, reset")
