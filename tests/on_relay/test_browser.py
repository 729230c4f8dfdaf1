"""The page of `mistralai web` in Chromium. Run by `make test-relay`."""

import os
import signal
from contextlib import contextmanager

import pytest

from mistralai.simulator import Gate, Simulator
from support.chromium import CHROMIUM, open_chromium
from support.webpage import KEY, model_that_says, says, web_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, and the environment .relay"),
]

LONG = 20_000
"""Milliseconds that a test waits for something to be seen."""


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def context(chromium):
    """A person's browser: what it complains of is a failure of the test."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(LONG)
    complaints = []
    context.on("console", lambda said: complaints.append(said.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.complaints = complaints
    yield context
    context.close()


@contextmanager
def chatting(context, *answers):
    """Open the page, with a model that gives these answers."""
    with (
        Simulator(model_that_says(answers)) as sim,
        web_page("--no-open", "--server-url", sim.url) as served,
    ):
        page = context.new_page()
        page.goto(served.url)
        page.served, page.sim = served, sim
        yield page


def ask(page, question):
    page.get_by_label("Your message").fill(question)
    page.keyboard.press("Enter")


def see(page, text):
    page.get_by_text(text, exact=False).first.wait_for()


def answer(page):
    """Return the text of the last answer."""
    return page.locator(".answer").last.inner_text()


def ended(page, turns=1):
    """Wait until the answers of as many turns have ended."""
    page.locator(".foot").nth(turns - 1).wait_for()


def test_a_whole_answer_is_shown_with_its_thinking_and_its_usage(context):
    text = "# Two\n\n1. *one*\n2. **two**\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    with chatting(context, says(*text, thinking="Let me count.")) as page:
        ask(page, "Count")
        ended(page)
        assert page.locator(".answer h3").inner_text() == "Two"
        assert page.locator(".answer li").all_inner_texts() == ["one", "two"]
        assert page.locator(".answer pre").inner_text() == "x = 1\n"
        assert page.locator(".answer tbody td").all_inner_texts() == ["1", "2"]
        assert page.locator(".meta").inner_text() == "mistral-large-latest · 5 + 7 tokens"
        assert not page.get_by_text("Let me count.").is_visible()  # folded
        page.get_by_text("Thinking · 3 words").click()
        see(page, "Let me count.")
        page.get_by_role("button", name="Copy").first.click()
        see(page, "Copied")
        assert page.evaluate("navigator.clipboard.readText()") == "x = 1\n"
        assert page.title() == "Count · mistralai"
        assert KEY not in page.content()
    assert context.complaints == []


def test_a_reload_in_the_middle_goes_on_and_a_second_tab_shows_the_same(context):
    gate = Gate()
    with chatting(context, says("Once ", gate, "upon a time."), says("The end.")) as page:
        ask(page, "Tell me a story")
        see(page, "Once")
        page.reload()
        see(page, "Once")
        second = context.new_page()
        second.goto(page.url)
        see(second, "Once")
        gate.open()
        for tab in (page, second):
            ended(tab)
            assert answer(tab) == "Once upon a time."
        ask(page, "And then?")  # the second tab shows what the first one asks
        ended(second, 2)
        assert second.locator(".question").all_inner_texts() == ["Tell me a story", "And then?"]
        assert answer(second) == "The end."
        asked = [request for request in page.sim.requests if request.method == "POST"]
        sent = [request.json["messages"] for request in asked]
        assert len(sent) == 2  # the second tab paid for nothing
        assert [message["content"] for message in sent[1]] == [
            "Tell me a story",
            "Once upon a time.",
            "And then?",
        ]
    assert context.complaints == []


SHOWN = """(shown) => {
  Object.defineProperty(document, 'hidden', { configurable: true, value: !shown })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}"""


def test_a_tab_that_was_hidden_for_a_moment_goes_on_without_waiting_for_news(context):
    gate = Gate()
    with chatting(context, says("Once ", gate, "upon a time.")) as page:
        ask(page, "Tell me a story")
        see(page, "Once")
        page.evaluate(SHOWN, False)
        with page.expect_request("**/conversations/*?version=*") as asked:
            page.evaluate(SHOWN, True)
        assert asked.value.url.endswith("?version=0")  # the server answers it immediately
        gate.open()
        ended(page)
        assert answer(page) == "Once upon a time."
    assert context.complaints == []


def test_a_tab_that_nobody_sees_does_not_read_the_answer(context):
    gate = Gate()
    with chatting(context, says("First."), says("Once ", gate, "upon a time.")) as page:
        ask(page, "Hi")
        ended(page)
        second = context.new_page()
        second.goto(page.url)
        ended(second)
        read = []
        page.on("request", lambda request: "/stream" in request.url and read.append(request.url))
        page.evaluate(SHOWN, False)
        ask(second, "Tell me a story")
        see(second, "Once")
        see(page, "Tell me a story")
        gate.open()
        ended(second, 2)
        assert read == []
        page.evaluate(SHOWN, True)
        ended(page, 2)
        assert answer(page) == "Once upon a time."
    assert context.complaints == []


def test_stop_keeps_what_came_and_try_again_asks_again(context):
    with chatting(context, says("Half an ", Gate()), says("Whole.")) as page:
        ask(page, "Say something")
        see(page, "Half an")
        page.get_by_role("button", name="Stop").click()
        ended(page)
        assert answer(page) == "Half an"
        see(page, "Stopped.")
        page.get_by_role("button", name="Try again").click()
        see(page, "Whole.")
        ended(page)
        assert answer(page) == "Whole."
    assert context.complaints == []


def test_a_cut_answer_says_so_and_goes_on_from_there(context):
    first, second = says("The room ", ending="cut"), says("The room", " is still.")
    with chatting(context, first, second) as page:
        ask(page, "Write")
        ended(page)
        see(page, "The answer is incomplete: try again.")
        page.get_by_role("button", name="Go on from here").click()
        see(page, "is still.")
        ended(page)
        assert answer(page) == "The room is still."
        assert page.locator(".problem:visible").count() == 0
        asked = page.sim.requests[-1].json["messages"][-1]
        assert asked == {"role": "assistant", "content": "The room", "prefix": True}
        page.reload()
        ended(page)
        assert answer(page) == "The room is still."
    assert context.complaints == []


def test_a_server_that_dies_is_told_and_what_was_seen_stays(context):
    with chatting(context, says("Half an ", Gate())) as page:
        ask(page, "Say something")
        see(page, "Half an")
        os.kill(page.served.process.pid, signal.SIGKILL)
        see(page, "The server on this computer does not answer.")
        assert answer(page) == "Half an"


def test_a_conversation_that_is_gone_is_told_and_another_one_begins(context):
    with chatting(context, says("Here.")) as page:
        page.goto(f"{page.served.url}#nobody-knows-it")
        see(page, "This conversation is no longer on the server")
        ask(page, "Are you there?")
        ended(page)
        assert answer(page) == "Here."
        assert not page.url.endswith("#nobody-knows-it")
        page.get_by_role("button", name="New conversation").click()
        see(page, "What would you like to ask?")
        page.go_back()
        ended(page)
        assert answer(page) == "Here."


def test_it_is_used_by_the_keyboard_alone(context):
    with chatting(context, says("One."), says("Two.", Gate()), says("Three.")) as page:
        page.keyboard.type("First line")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("second line")
        page.keyboard.press("Enter")
        ended(page)
        assert page.locator(".question").inner_text() == "First line\nsecond line"
        page.keyboard.type("Again")
        page.keyboard.press("Enter")
        see(page, "Two.")
        page.keyboard.press("Escape")  # stops
        ended(page, 2)
        names = []
        for _ in range(12):
            page.keyboard.press("Shift+Tab")
            names.append(page.evaluate("document.activeElement.textContent"))
            if names[-1] == "Try again":
                break
        assert names == ["Copy", "Try again"]
        page.keyboard.press("Enter")
        see(page, "Three.")
        ended(page, 2)
        assert page.evaluate("document.activeElement.id") == "text"
        spoken = page.locator("[aria-live]").all_inner_texts()[0].split("\n")
        assert "Three." in spoken
        assert spoken[-1] == "The answer is complete"
    assert context.complaints == []


HOSTILE = """<script>document.title='owned'</script><img src=x onerror="document.title='owned'">

[a](javascript:document.title='owned') [b](data:text/html,x) <javascript:x> [c](JaVaScRiPt:x)
[d](//example.org) ![e](https://example.org/pixel.png) [f](https://example.org/?a=(b))
[g](mailto:a@b.c)

| <b>bold</b> | [h](vbscript:x) |
|---|---|
| <svg onload=alert(1)> | <iframe src=x> |

```"><script>
<script>document.title='owned'</script>
```

\u202eright to left\u202c \u0645\u0631\u062d\u0628\u0627
"""


def test_a_hostile_answer_is_harmless(context):
    requests = []
    context.on("request", lambda request: requests.append(request.url))
    with chatting(context, says(*HOSTILE), says(HOSTILE)) as page:
        for turn in (1, 2):  # piece by piece, and whole
            ask(page, "Attack")
            ended(page, turn)
        assert "<script>document.title='owned'</script><img" in answer(page)
        links = page.locator(".answer a")
        assert {link.get_attribute("href") for link in links.all()} == {
            "https://example.org/pixel.png",
            "https://example.org/?a=(b)",
            "mailto:a@b.c",
        }
        assert {link.get_attribute("rel") for link in links.all()} == {
            "noopener noreferrer nofollow"
        }
        forbidden = ":is(script, img, svg, iframe, b, style, object, form)"
        assert page.locator(f".answer {forbidden}").count() == 0
        assert page.title() == "Attack · mistralai"
        first, second = page.locator(".answer").all()
        assert first.inner_html() == second.inner_html()
        assert all(url.startswith((page.served.url, "data:image/svg")) for url in requests)
    assert context.complaints == []


def test_huge_answers_do_not_hold_the_page_up(context):
    line = ["words and **more** words " * 200] * 200  # nearly a megabyte without a line break
    solid = ["x" * 4000] * 250
    table = ["| a | b |\n|---|---|\n", *(["| 1 | `2` |\n" * 50] * 60)]
    deep = ["> " * 2000, "- " * 2000, "[" * 20000, "**a " * 5000]
    with chatting(context, says(*line), says(*solid), says(*table), says(*deep)) as page:
        for turn, size in enumerate((len("".join(line)), 1_000_000, 3000, 20000), start=1):
            ask(page, "More")
            ended(page, turn)
            page.get_by_label("Your message").fill("still here")
            assert len(page.locator(".answer").last.inner_text()) >= size * 0.7
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert context.complaints == []
