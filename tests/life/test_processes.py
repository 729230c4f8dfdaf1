"""The processes that tests start, wherever the tests themselves run."""

import os
import signal
import subprocess
import sys

import pytest

from support.processes import running, wait_until_it_sleeps

WAITS = (sys.executable, "-c", "print('ready', flush=True); input()")
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of Unix")
def test_a_program_can_be_interrupted_by_tests_that_a_script_runs_in_its_background():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts such a job
    try:
        with running(*WAITS, **PIPES, stderr=subprocess.DEVNULL) as process:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == -signal.SIGINT
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_does_not_outlive_a_test_that_fails():
    with pytest.raises(ZeroDivisionError), running(*WAITS, **PIPES) as process:
        _ = 1 / 0
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="asks Unix for the end of a process")
def test_a_program_that_has_ended_is_not_waited_for():
    with running(sys.executable, "-c", "") as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
        wait_until_it_sleeps(process.pid)
