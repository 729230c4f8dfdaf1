"""Streams that nobody closes: each is closed when it is collected, or with its loop or program.

What is written to stderr is a warning for each that was dropped, with the line of its call.
"""

from contextlib import ExitStack

import pytest

from support.fault_table import packed
from support.life import KINDS, SILENT, serving
from support.programs import PROGRAMS

WHILE_IT_RUNS = ["unread", "read", "in_a_cycle", "by_another_thread"]
AT_THE_END = [
    "open at the end of its loop",
    "dropped as its loop ends",
    "blocked at the end of its loop",
]
COMPRESSED = packed(*SILENT.body, end=b"", ending="hang")
SERVERS = {"plain": (SILENT, False), "over TLS": (SILENT, True), "compressed": (COMPRESSED, False)}
"""Servers whose streams fall silent after their first event, and which of them are behind TLS."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_that_nobody_closes_is_closed(start, monkeypatch, subtests, kind):
    program = PROGRAMS / ("collected.py" if kind == "sync" else "collected_async.py")
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(serving(answer, monkeypatch, tls=tls))
            for name, (answer, tls) in SERVERS.items()
        }
        urls = [sim.url for sim in servers.values()]
        running = start(program.name, kind, *urls, flags=("-X", "dev"))
        ways = WHILE_IT_RUNS if kind == "sync" else WHILE_IT_RUNS + AT_THE_END
        for name, sim in servers.items():
            for number, way in enumerate(ways):
                with subtests.test(f"{way}, {name}"):
                    assert running.says() == way
                    sim.requests[number].closed.wait()
                running.go_on()
        lines, stderr, status = running.end()
        assert (lines, status) == ([], 0)
        for sim in servers.values():
            sim.wait_for_connections()
    lines = [
        number
        for number, line in enumerate(program.read_text().splitlines(), 1)
        if line.endswith("# is dropped")
    ]
    if kind == "sync":  # those that are open at the end of the program are so for each server
        *lines, last = lines
        dropped = lines * len(servers) + [last] * len(servers)
    else:
        dropped = lines * len(servers)
    # Newer Pythons print the line itself as well, after blanks.
    assert [line for line in stderr.splitlines() if not line.startswith(" ")] == [
        f"{program}:{number}: ResourceWarning: a stream was dropped before its end;"
        " close it, or read it inside `with`"
        for number in dropped
    ]
