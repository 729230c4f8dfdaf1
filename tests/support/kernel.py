"""A Jupyter kernel that runs cells, as a notebook sees it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from .processes import wait_until_it_sleeps

_TIMEOUT = 30.0  # seconds until a test fails


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which Jupyter and IPython keep their files in a folder."""
    ours = {"HOME": home, "IPYTHONDIR": home / "ipython", "JUPYTER_RUNTIME_DIR": home / "runtime"}
    return {**os.environ, **{name: str(path) for name, path in ours.items()}}


@dataclass
class Output:
    """The output of a cell, as a notebook shows it.

    Attributes:
        cells: The data of each output cell by its type, with its updates applied.
        updates: How often an output cell was updated.
        printed: The text on standard output and standard error.
        error: The name of the exception, or `""`.
    """

    cells: list[dict[str, str]] = field(default_factory=list)
    updates: int = 0
    printed: str = ""
    error: str = ""
    _places: dict[str, int] = field(default_factory=dict)

    @property
    def markdown(self) -> str:
        """The Markdown of the only output cell; empty before there is one."""
        assert len(self.cells) < 2
        return self.cells[0]["text/markdown"] if self.cells else ""

    def add(self, kind: str, content: dict[str, Any]) -> bool:
        """Apply a message of the kernel; return whether it is one of output."""
        if kind == "stream":
            self.printed += content["text"]
        elif kind == "error":
            self.error = content["ename"]
        elif kind == "update_display_data":
            self.cells[self._places[content["transient"]["display_id"]]] = content["data"]
            self.updates += 1
        elif kind in {"display_data", "execute_result"}:
            display_id = content.get("transient", {}).get("display_id")
            if display_id is not None:
                self._places[display_id] = len(self.cells)
            self.cells.append(content["data"])
        else:
            return False
        return True


class Kernel:
    """A kernel, in a process of its own."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient, pid: int) -> None:
        self._manager = manager
        self._client = client
        self._pid = pid

    def run(self, source: str, on_output: Callable[[Output], object] = lambda _: None) -> Output:
        """Run a cell.

        Args:
            source: The cell.
            on_output: Called after each change of the output, while the cell runs.
        """
        request = self._client.execute(source)
        output = Output()
        while True:
            message = self._client.get_iopub_msg(timeout=_TIMEOUT)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return output
            if output.add(kind, content):
                on_output(output)

    def interrupt(self) -> None:
        """Interrupt the cell, as the button of a notebook does."""
        self._manager.interrupt_kernel()

    def wait_until_it_sleeps(self) -> None:
        """Return when the main thread waits: for several looks, because it also waits for locks."""
        wait_until_it_sleeps(self._pid, looks=50)


@contextmanager
def kernel(home: Path) -> Iterator[Kernel]:
    """Run a kernel whose files are in a folder."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment(home), cwd=str(home))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_TIMEOUT)
        yield Kernel(manager, client, manager.provisioner.pid)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
