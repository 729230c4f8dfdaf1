"""The unmodified `useChat`, and `EventSource`, in Chromium read a relay of another process."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from mistralai.simulator import Gate, Simulator
from support.chromium import CHROMIUM, open_chromium
from support.node import SOURCES, installed
from support.processes import running
from support.redisserver import binaries, redis_server
from support.webpage import says

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, and the environment .relay"),
    pytest.mark.parametrize("page_of", ["usechat", "eventsource"]),
]

ENDS = {
    "usechat": {"ended": "ready", "stopped": "ready", "truncated": "error", "lost": "error"},
    "eventsource": {},  # the words of the relay
}
TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages():
    """A folder with both pages; `useChat` is bundled as every application does it."""
    folder = installed("browser")
    for source in ("usechat.mjs", "eventsource.html"):
        shutil.copy(SOURCES / source, folder)
    site = folder / "site"
    site.mkdir(exist_ok=True)
    shutil.copy(folder / "eventsource.html", site)
    esbuild = folder / "node_modules" / ".bin" / "esbuild"
    production = '--define:process.env.NODE_ENV="production"'
    bundle = (esbuild, "usechat.mjs", "--bundle", f"--outfile={site}/usechat.js", production)
    subprocess.run([*bundle, "--log-level=error"], cwd=folder, check=True, timeout=120)
    (site / "usechat.html").write_text(
        "<!doctype html><meta charset=utf-8><body><script src=usechat.js></script>"
    )
    return site


@contextmanager
def site(pages, answer, *more):
    """Serve the pages and a relay whose model gives one answer."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    program = (sys.executable, "-m", "support.relaysite", str(pages), answer.url, *more)
    with running(*program, stdout=subprocess.PIPE, env=environment) as process:
        yield process.stdout.readline().strip(), process


@contextmanager
def visited(chromium, pages, page_of, answer):
    """Open the page of a new conversation; gives it with its process."""
    with (
        Simulator(answer) as sim,
        site(pages, sim) as (url, process),
        chromium.new_context() as context,
    ):
        page = context.new_page()
        page.goto(f"{url}/pages/{page_of}.html?id=talk")
        page.wait_for_load_state("networkidle") if page_of == "usechat" else None
        page.process = process
        yield page


def see(page, place, text):
    page.locator(f"#{place}").filter(has_text=text).wait_for(timeout=30_000)


def ends(page, page_of, status):
    see(page, "status", ENDS[page_of].get(status, status))


def answer_of(page):
    return page.locator("#answer").inner_text()


def test_a_whole_answer(chromium, pages, page_of):
    with visited(chromium, pages, page_of, says("One ", "two.")) as page:
        page.get_by_text("Ask").click()
        see(page, "answer", "One two.")
        ends(page, page_of, "ended")


def test_a_reload_in_the_middle_and_a_second_tab(chromium, pages, page_of):
    gate = Gate()
    with visited(chromium, pages, page_of, says("One ", gate, "two.")) as page:
        page.get_by_text("Ask").click()
        see(page, "answer", "One")
        page.reload()
        see(page, "answer", "One")
        second = page.context.new_page()
        second.goto(page.url)
        see(second, "answer", "One")
        gate.open()
        for tab in (page, second):
            ends(tab, page_of, "ended")
            assert answer_of(tab) == "One two."


def test_stop(chromium, pages, page_of):
    with visited(chromium, pages, page_of, says("One ", Gate())) as page:
        page.get_by_text("Ask").click()
        see(page, "answer", "One")
        page.get_by_text("Stop").click()
        ends(page, page_of, "stopped")
        assert answer_of(page).strip() == "One"


def test_a_cut_answer(chromium, pages, page_of):
    with visited(chromium, pages, page_of, says("One ", ending="cut")) as page:
        page.get_by_text("Ask").click()
        ends(page, page_of, "truncated")
        see(page, "error", "The answer broke off")
        assert answer_of(page).strip() == "One"


def test_a_server_that_is_killed(chromium, pages, page_of):
    with visited(chromium, pages, page_of, says("One ", Gate())) as page:
        page.get_by_text("Ask").click()
        see(page, "answer", "One")
        page.process.kill()
        see(page, "error", "network" if page_of == "usechat" else "reconnecting")
        assert answer_of(page).strip() == "One"


def test_a_producer_that_is_killed_while_another_process_serves_the_page(chromium, pages, page_of):
    binary = next(filter(None, binaries().values()), None)
    if binary is None:
        pytest.skip("needs a Redis server")
    with (
        redis_server(binary) as redis,
        Simulator(says("One ", Gate())) as sim,
        site(pages, sim, redis.url) as (producer, process),
        site(pages, sim, redis.url) as (other, _),
        chromium.new_context() as context,
    ):
        first = context.new_page()
        first.goto(f"{producer}/pages/{page_of}.html?id=talk")
        first.wait_for_load_state("networkidle") if page_of == "usechat" else None
        first.get_by_text("Ask").click()
        see(first, "answer", "One")
        page = context.new_page()
        page.goto(f"{other}/pages/{page_of}.html?id=talk")
        see(page, "answer", "One")
        process.kill()
        ends(page, page_of, "lost")
        see(page, "error", "The process that wrote the answer died")
        assert answer_of(page).strip() == "One"
