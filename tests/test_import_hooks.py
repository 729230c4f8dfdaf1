"""Hooks that run after a module of this package is imported, as tracing libraries install them."""

import pytest

from support.programs import PROGRAMS, run_program


@pytest.mark.timeout(180)  # 144 cases, each of which imports this package
def test_every_import_works_inside_a_hook():
    """Each import that loads a module calls the module's hook, and every import works inside it."""
    program = run_program(PROGRAMS / "imports_inside_hooks.py", timeout=150)
    assert program.stderr == ""
    done, *wrong = program.stdout.splitlines()
    assert wrong == []
    assert int(done) > 50


def test_another_spelling_is_found_without_a_hooks_finder():
    """It imports `mistralai.client`, under a lock that another thread's import of it needs."""
    program = run_program(PROGRAMS / "finds_without_hooks.py")
    assert (program.stdout, program.stderr) == ("False\n", "")
