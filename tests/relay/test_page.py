"""`mistralai web`: who may use the page, what it answers, how it ends. Browsers: tests/on_relay."""

import base64
import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistralai.relay import Relay
from mistralai.relay.frames import End
from mistralai.relay.page import Page
from mistralai.relay.page import conversations as kept
from mistralai.relay.page.echo import Echo
from mistralai.simulator import Gate, Scenario, Simulator
from support.asgi import visit
from support.commands import run_here
from support.webpage import KEY, counting, page_here, says, web_page

GATE = Gate()
ANSWERS = {
    "Hi": says("Hello ", "there."),
    "cut": says("Half an ", ending="cut"),
    "Half an": says("Half an", " answer."),
    "think": says("Yes.", thinking="Is it?"),
    "counts": counting(1, 2, 3),
    "counts in words": counting("three"),
    "wrong key": Scenario(faults="status-401"),
    "wait": says("One ", GATE, "two."),
}


@pytest.fixture(scope="module")
def page():
    """The page, and a client that sends what a browser sends."""

    def model(request):
        return ANSWERS[request.json["messages"][-1]["content"]] if request.body else "auto"

    with (
        Simulator(model) as sim,
        page_here(sim.url) as url,
        httpx2.Client(base_url=url, headers={"origin": url.rstrip("/")}) as client,
    ):
        client.sim = sim
        yield client


def post(page, path, **fields):
    return page.post(path, json={"model": "m", **fields})


def begun(page, text):
    """Ask a question; return the address of its conversation."""
    return f"conversations/{post(page, 'conversations', text=text).json()['id']}"


def ended(page, address):
    """Return the turns of a conversation whose last answer has ended."""
    version = 0
    while True:
        state = page.get(address, params={"version": version}).json()
        version = state["version"]
        if state["turns"][-1]["status"] != "running":
            return state["turns"]


def test_the_page_is_one_small_file_that_runs_nothing_else(page):
    answer = page.get("/")
    policy = answer.headers["content-security-policy"]
    assert len(answer.content) < 40_000
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert not re.search(r"\son\w+=|\sstyle=|innerHTML|https?://(?!www\.w3\.org)", answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert KEY not in answer.text


FOREIGN = {
    "another name for this machine": {"host": "evil.example:{port}"},
    "another port": {"host": "127.0.0.1:1"},
    "a page of another site": {"origin": "https://evil.example"},
    "a page without an address": {"origin": "null"},
    "another server on this machine": {"origin": "http://127.0.0.1:1"},
    "a script of another site": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    "a form of another site": {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate"},
}


def test_other_sites_are_refused(page, subtests):
    port = page.base_url.port
    key = post(page, "conversations", text="Hi").json()["id"]
    paths = ("about", f"conversations/{key}", f"answers/{key}-1/stream")
    for name, headers in FOREIGN.items():
        sent = {field: value.format(port=port) for field, value in headers.items()}
        with subtests.test(name):
            assert [page.get(path, headers=sent).status_code for path in paths] == [403, 403, 403]
            assert post_with(page, sent).status_code == 403
    with subtests.test("no origin"), httpx2.Client(base_url=page.base_url) as bare:
        assert bare.get("about").status_code == 200
        assert post(bare, "conversations", text="Hi").status_code == 403
    with subtests.test("a link"):
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        with httpx2.Client(base_url=page.base_url, headers=link) as bare:
            assert bare.get("/").status_code == 200
            assert bare.get("about").status_code == 403
    with subtests.test("other names of this machine"):
        for host in (f"localhost:{port}", f"[::1]:{port}"):
            assert page.get("/", headers={"host": host}).status_code == 200


def post_with(page, headers):
    return page.post("conversations", json={"model": "m", "text": "Hi"}, headers=headers)


def test_an_answer_is_kept_and_is_part_of_the_next_question(page):
    address = begun(page, "think")
    (turn,) = ended(page, address)
    assert (turn["text"], turn["thinking"], turn["status"]) == ("Yes.", "Is it?", "ended")
    assert turn["usage"] == {"prompt": 5, "completion": 7}
    assert post(page, f"{address}/questions", text="Hi", turns=1).status_code == 201
    assert ended(page, address)[1]["text"] == "Hello there."
    messages = page.sim.requests[-1].json["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert [chunk["type"] for chunk in messages[1]["content"]] == ["thinking", "text"]


def test_usage_that_a_server_sends_with_each_event_counts_once(page, subtests):
    for question, tokens in (("counts", 3), ("counts in words", 0)):
        with subtests.test(question):
            (turn,) = ended(page, begun(page, question))
            assert turn["usage"] == {"prompt": 5, "completion": tokens}


def test_a_running_answer_is_followed_from_any_number_and_stopped(page):
    address = begun(page, "wait")
    GATE.reached.wait()
    state = page.get(address).json()
    key = state["turns"][0]["stream"]
    assert post(page, f"{address}/questions", text="Hi", turns=1).status_code == 409
    assert post(page, f"{address}/retry", turn=0).status_code == 409
    with page.stream("GET", f"answers/{key}/stream", params={"after": 1}) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("data")) == (
            'data: {"type":"text","choice_index":0,"text":"One "}'
        )
        assert page.post(f"answers/{key}/stop").json() == {"status": "stopped"}
        assert [line for line in lines if line.startswith("event")] == ["event: end"]
    (turn,) = ended(page, address)
    assert (turn["text"], turn["status"], turn["error"]) == ("One ", "stopped", "")


def test_a_cut_answer_is_worded_as_in_the_terminal_and_goes_on(page):
    address = begun(page, "cut")
    (turn,) = ended(page, address)
    environment = {"MISTRAL_API_KEY": KEY, "MISTRAL_SERVER_URL": page.sim.url}
    said = run_here("chat", "--no-save", "cut", **environment).stderr
    assert (turn["text"], turn["status"]) == ("Half an ", "truncated")
    assert said == f"mistralai: {turn['error']}\n"
    assert post(page, f"{address}/continue", turn=0).status_code == 200
    (turn,) = ended(page, address)
    assert (turn["text"], turn["status"], turn["error"]) == ("Half an answer.", "ended", "")
    assert page.sim.requests[-1].json["messages"][-1] == {
        "role": "assistant",
        "content": "Half an",
        "prefix": True,
    }


REFUSED = {
    "no such conversation": ("GET", "conversations/none", None, 404, "no longer on the server"),
    "no text": ("POST", "conversations", {"model": "m"}, 422, "text: Field required"),
    "no JSON": ("POST", "conversations", None, 422, "Invalid JSON"),
    "too large": ("POST", "conversations", {"text": "x" * 2_000_000}, 413, "1,048,576 bytes"),
    "no such place": ("GET", "nothing", None, 404, "Not Found"),
    "another method": ("GET", "conversations", None, 405, "Method Not Allowed"),
}


def test_wrong_requests_are_refused_with_a_sentence(page, subtests):
    for name, (method, path, body, status, sentence) in REFUSED.items():
        with subtests.test(name):
            answer = page.request(method, path, json=body) if body else page.request(method, path)
            assert (answer.status_code, sentence in answer.json()["error"]) == (status, True)
    with subtests.test("go on without a text"):
        address = begun(page, "wrong key")
        (turn,) = ended(page, address)
        assert turn["error"].startswith("Unauthorized (status 401). Set MISTRAL_API_KEY")
        assert "no text to go on from" in post(page, f"{address}/continue", turn=0).text
    with subtests.test("models"):
        assert "mistral-large-latest" in page.get("models").json()["models"]


def test_ctrl_c_ends_answers_first_and_the_key_is_nowhere():
    gate = Gate()
    with (
        Simulator(says("One ", gate)) as sim,
        web_page("--no-open", "-s", "Be brief.", "--debug", "--server-url", sim.url) as served,
        httpx2.Client(base_url=served.url, headers={"origin": served.origin}) as client,
    ):
        address = begun(client, "Hi")
        gate.reached.wait()
        system = sim.requests[-1].json["messages"][0]
        key = client.get(address).json()["turns"][0]["stream"]
        with client.stream("GET", f"answers/{key}/stream") as stream:
            lines = stream.iter_lines()
            next(line for line in lines if "One" in line)
            served.process.send_signal(signal.SIGINT)
            last = [line for line in lines if line.startswith("data")][-1]
        out, err = served.process.communicate(timeout=30)
    assert json.loads(last.removeprefix("data: "))["status"] == "stopped"
    assert system == {"role": "system", "content": "Be brief."}
    assert (served.process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert KEY not in err


@pytest.mark.anyio
async def test_a_question_in_the_moment_of_the_end_ends_with_the_rest():
    relay = Relay()

    @asynccontextmanager
    async def ask(_model, _messages):
        tasks.start_soon(relay.aclose)
        await anyio.sleep_forever()
        yield

    page = Page(relay, ask, model="m", models=list)
    host = {"host": "127.0.0.1:8000"}
    headers = {**host, "origin": "http://127.0.0.1:8000"}
    body = {"model": "m", "text": "Hi"}
    async with page.running(), anyio.create_task_group() as tasks:
        asked = await visit(page, "POST", "/conversations", body, headers)
        address = f"/conversations/{json.loads(asked.text)['id']}?version=2"
        state = json.loads((await visit(page, "GET", address, b"", host)).text)
    assert state["turns"][0]["status"] in {"failed", "stopped"}  # whichever was first


@contextmanager
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_the_command_says_what_is_wrong(subtests):
    with taken() as port, subtests.test("a port that is taken"):
        done = run_here("web", "--simulate", "--no-open", "--port", port)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"port {port} cannot be used" in done.stderr
        assert "--port 0 takes a free one" in done.stderr
    with subtests.test("no key"):
        done = run_here("web", "--no-open", "--port", "0", MISTRAL_API_KEY="")
        assert (done.returncode, done.stdout) == (3, "")
        assert "--simulate, which needs none" in done.stderr
    with subtests.test("a port that is none"):
        assert run_here("web", "--port", "70000").returncode == 2
    with subtests.test("a package that is missing"):
        program = "import sys; sys.modules['uvicorn'] = None; import mistralai.cli as c; c.main()"
        done = subprocess.run(
            [sys.executable, "-c", program, "web"], capture_output=True, text=True, check=False
        )
        assert "the page needs uvicorn: pip install 'mistralai[web]'" in done.stderr
    with subtests.test("help"):
        assert "--no-open" in run_here("web", "--help").stdout


def test_it_opens_the_browser_and_says_that_it_is_simulated(tmp_path):
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}.part && mv {seen}.part {seen}\n')
    browser.chmod(0o755)
    with web_page("--simulate", BROWSER=str(browser)) as served:
        about = httpx2.get(f"{served.url}about").json()
        assert (about["simulated"], about["model"]) == (True, "mistral-large-latest")
        while not seen.exists():
            httpx2.get(f"{served.url}about")
        assert seen.read_text().strip() == served.url
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == -signal.SIGTERM


def test_the_page_names_its_server_without_a_password():
    with web_page("--no-open", "--server-url", "http://user:s3cret@127.0.0.1:9") as served:
        assert httpx2.get(f"{served.url}about").json()["server"] == "127.0.0.1:9"


ECHOES = {
    "in one piece": ("Half an ", ["Half an answer"], "answer"),
    "in several": ("Half an ", ["Ha", "lf", " an", " ", "answer"], "answer"),
    "without the whitespace": ("Half an\n\n", ["Half an", "answer"], "answer"),
    "not at all": ("Half an ", ["answer"], "answer"),
    "only its beginning": ("Half an ", ["Ha", "ppy"], "Happy"),
    "cut in the middle": ("Half an ", ["Half"], ""),
    "nothing to repeat": ("", ["answer"], "answer"),
    "other whitespace": ("Half an \n", ["Half an", " answer"], "answer"),
}


def test_what_an_answer_repeats_is_left_out(subtests):
    for name, (text, pieces, new) in ECHOES.items():
        with subtests.test(name):
            echo = Echo(text)
            assert "".join(map(echo.new, pieces)) == new


@given(st.text("ab \n"), st.text("abc \n"), st.lists(st.integers(1, 9)))
def test_a_repeated_text_is_left_out_wherever_it_is_split(text, new, sizes):
    """An answer that repeats the text leaves only the new text, however it is split."""
    echo, whole, pieces = Echo(text), text + new, []
    for size in [*sizes, len(whole)]:
        pieces.append(whole[:size])
        whole = whole[size:]
    assert "".join(map(echo.new, pieces)) == new


def test_old_conversations_are_forgotten_but_none_that_runs(monkeypatch):
    monkeypatch.setattr(kept, "MAX_CONVERSATIONS", 2)
    monkeypatch.setattr(kept, "MAX_CHARACTERS", 100)
    conversations = kept.Conversations()
    running, used, idle = (conversations.create() for _ in range(3))
    assert list(conversations) == [used, idle]  # the bound is on what ended
    running = conversations.create()
    running.turns.append(kept.Turn("?", "m"))
    long = conversations.create()
    long.turns.append(kept.Turn("x" * 200, "m"))
    long.turns[0].end(End("ended"), "")
    newest = conversations.create()
    assert list(conversations) == [running, newest]
    assert conversations.get(long.id) is None
