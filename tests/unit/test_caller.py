import sys
from _thread import start_new_thread
from queue import SimpleQueue

import pytest

from mistralai.client._stream.caller import Caller, caller_of


def called_in(*modules: str) -> Caller:
    """Return what `caller_of` finds in the last of the modules, each of which calls the next.

    Each module is a file of its own, whose second line has the call.
    """
    source = "def call(rest):\n    return rest[0](rest[1:]) if rest else caller_of()\n"
    calls = []
    for name in modules:
        namespace = {"__name__": name, "caller_of": caller_of}
        exec(compile(source, f"{name}.py", "exec"), namespace)
        calls.append(namespace["call"])
    return calls[0](calls[1:])


def test_a_call_from_outside_is_found_at_its_line() -> None:
    line = sys._getframe().f_lineno
    assert caller_of() == (__file__, line + 1)


def test_frames_of_this_package_are_skipped(subtests: pytest.Subtests) -> None:
    for inside in [["mistralai"], ["mistralai.client.chat", "mistralai.x"]]:
        with subtests.test(inside=inside):
            assert called_in("program", *inside) == ("program.py", 2)


def test_a_package_whose_name_only_begins_alike_is_not_this_one() -> None:
    assert called_in("program", "mistralai_extras", "mistralai.client") == (
        "mistralai_extras.py",
        2,
    )


def test_where_all_lines_are_of_this_package_the_outermost_counts() -> None:
    found: SimpleQueue[Caller] = SimpleQueue()
    source = "def call():\n    found.put(caller_of())\n"
    namespace = {"__name__": "mistralai.work", "caller_of": caller_of, "found": found}
    exec(compile(source, "work.py", "exec"), namespace)
    start_new_thread(namespace["call"], ())  # `threading` would have lines of its own
    assert found.get(timeout=10) == ("work.py", 2)


def test_the_innermost_line_outside_counts() -> None:
    assert called_in("program", "mistralai.a", "hook", "mistralai.b") == ("hook.py", 2)
