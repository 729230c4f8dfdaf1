"""A child process sets the connections of its parent aside."""

import gc
import os
import weakref
from weakref import WeakSet

import pytest

from mistralai.client._http import forks
from mistralai.client._http.proxied import AsyncProxyTransport, ProxyTransport
from mistralai.client._http.transport import AsyncTransport, Transport
from support.programs import STRICT, run_program


class Connections:
    """What a holder holds."""


class Holder:
    def __init__(self) -> None:
        self.held = Connections()

    def set_aside(self) -> object:
        held, self.held = self.held, Connections()
        return held


def test_each_holder_lets_go_of_what_it_holds_and_that_is_kept_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What nobody kept would be collected, and a socket that is collected is closed."""
    holders = [Holder(), Holder()]
    monkeypatch.setattr(forks, "_holders", WeakSet(holders))
    monkeypatch.setattr(forks, "_of_the_parent", [])
    held = [weakref.ref(holder.held) for holder in holders]
    for _ in range(2):  # a child of a child too
        forks._after_fork()
    gc.collect()
    assert all(each() is not None for each in held)
    assert all(each() is not holder.held for each, holder in zip(held, holders, strict=True))
    assert len(forks._of_the_parent) == 4


def test_a_holder_is_not_kept_by_being_watched() -> None:
    holder = Holder()
    forks.watch(holder)
    assert holder in forks._holders
    known = weakref.ref(holder)
    del holder
    gc.collect()
    assert known() is None


def test_every_transport_is_watched() -> None:
    made = [
        Transport(),
        AsyncTransport(),
        ProxyTransport("http://127.0.0.1:1"),
        AsyncProxyTransport("http://127.0.0.1:1"),
    ]
    assert all(transport in forks._holders for transport in made)


PROGRAM = """
import os
from mistralai.client._http import forks

class Holder:
    times = 0

    def set_aside(self):
        self.times += 1
        return self

holder = Holder()
forks.watch(holder)

def report(who):
    print(who, holder.times, len(forks._of_the_parent), flush=True)

child = os.fork()
if not child:
    report("child")
    grandchild = os.fork()
    if not grandchild:
        report("grandchild")
        os._exit(0)
    os.waitpid(grandchild, 0)
    report("child")
    os._exit(0)
os.waitpid(child, 0)
report("parent")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_it_is_done_in_the_child_alone() -> None:
    ended = run_program(PROGRAM, *STRICT)
    assert (ended.stdout.splitlines(), ended.stderr) == (
        ["child 1 1", "grandchild 2 2", "child 1 1", "parent 0 0"],
        "",
    )
