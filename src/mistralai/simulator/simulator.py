"""`Simulator`: the server in a thread of its own."""

import asyncio
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .app import App
from .bounds import Range
from .faults import Fault
from .limits import Limits
from .pacing import Sleep
from .received import Request
from .scenario import ScenarioLike
from .server import Server
from .signals import DEFAULT_WAIT
from .tls import Certificate, make_certificate

_LOOPBACK: Final = "127.0.0.1"


class Simulator:
    """A Mistral server on a real socket of this machine.

    It runs on an event loop in a thread of its own, so it serves sync and async code. Use it with
    `with` or `async with`, or call `start` and `stop`.

    Args:
        scenario: The answers; see `ScenarioLike`.
        faults: The faults of every answer, after those of the scenario: objects, or names such as
            `"cut-after-5"`. An `Answer` has them too; a `Wire` cannot.
        seed: The seed of everything random: the same request and seed give the same body.
        host: The address to listen on. Other hosts can reach any address but loopback.
        port: The port; 0 picks a free one.
        api_key: The only key accepted; `None` accepts any that is not empty.
        tls: Use TLS, with a certificate made for this simulator (extra `simulator`).
        limits: The limits of the server.
        sleep: Called instead of waiting for a pause, for tests that must not wait.
        speed: The factor by which pauses are shortened: 2 halves them, `math.inf` removes them.

    Raises:
        OSError: A file of the scenario cannot be read.
        TypeError: An argument has the wrong type.
        ValueError: A value is out of range, or a scenario or fault does not exist.

    Example:
        >>> with Simulator("poem", faults=["cut-after-5"]) as sim:
        ...     client = Mistral(api_key="any", server_url=sim.url)
    """

    def __init__(
        self,
        scenario: ScenarioLike = "auto",
        *,
        faults: str | Iterable[Fault | str] = (),
        seed: int = 0,
        host: str = _LOOPBACK,
        port: int = 0,
        api_key: str | None = None,
        tls: bool = False,
        limits: Limits | None = None,
        sleep: Sleep | None = None,
        speed: float = 1.0,
    ) -> None:
        Range(0, 65_535).check("port", port)
        Range(0, above=True).check("speed", speed)
        limits = limits or Limits()
        app = App(scenario, seed=seed, api_key=api_key, faults=faults, rate=limits.rate, tls=tls)
        self._server = Server(app, limits=limits, seed=seed, sleep=sleep, speed=speed)
        self._host, self._port = host, port
        self._tls = tls
        self._certificate: Certificate | None = None
        self._ca_file: Path | None = None
        self._running: _Running | None = None

    def start(self) -> None:
        """Bind the port and start to serve. The port is open when this returns.

        Raises:
            RuntimeError: The simulator is running, or `tls` is set and trustme is not installed.
            OSError: The address cannot be bound.
        """
        if self._running is not None:
            raise RuntimeError("this simulator is already running; make another one")
        context = None
        if self._tls:
            self._certificate = make_certificate(self._host, "localhost", "127.0.0.1", "::1")
            context = self._certificate.context
        sock = _bind(self._host, self._port)
        self._port = sock.getsockname()[1]
        self._running = _Running(self._server, sock, context)

    def stop(self) -> None:
        """Abort every connection and stop. A second call does nothing."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()
        self._server.close()
        if self._ca_file is not None:
            self._ca_file.unlink(missing_ok=True)
            self._ca_file = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        from anyio import to_thread

        await to_thread.run_sync(self.start)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        from anyio import CancelScope, to_thread

        with CancelScope(shield=True):
            await to_thread.run_sync(self.stop)

    @property
    def url(self) -> str:
        """The URL, `http://127.0.0.1:PORT`, for a client's `server_url`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._port == 0:
            raise RuntimeError("the port is not known until the simulator has been started")
        return self._port

    @property
    def requests(self) -> list[Request]:
        """The requests received so far, oldest first."""
        return list(self._server.requests)

    @property
    def connections(self) -> int:
        """The number of TCP connections accepted so far."""
        return self._server.accepted

    @property
    def open_connections(self) -> int:
        """The number of open TCP connections."""
        return self._server.open

    @property
    def ca_pem(self) -> bytes:
        """The certificate that a client must trust, as PEM."""
        if self._certificate is None:
            raise RuntimeError("ca_pem: only a running Simulator(tls=True) has a certificate")
        return self._certificate.ca_pem

    @property
    def ca_file(self) -> Path:
        """A file with `ca_pem`, for `SSL_CERT_FILE`; deleted when the simulator stops."""
        if self._ca_file is None:
            with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as file:
                file.write(self.ca_pem)
            self._ca_file = Path(file.name)
        return self._ca_file

    def wait_for_requests(self, count: int = 1, timeout: float = DEFAULT_WAIT) -> list[Request]:
        """Wait until a number of requests have been received.

        Args:
            count: The number of requests since the start.
            timeout: Seconds to wait at most.

        Returns:
            All requests received.

        Raises:
            TimeoutError: Fewer were received in time.
        """
        self._wait(lambda: self._server.count >= count, f"{count} requests", timeout)
        return self.requests

    def wait_for_connections(self, at_most: int = 0, timeout: float = DEFAULT_WAIT) -> None:
        """Wait until at most a number of connections are open.

        Args:
            at_most: The number of connections that may be open.
            timeout: Seconds to wait at most.

        Raises:
            TimeoutError: More are still open.
        """
        what = f"at most {at_most} open connections"
        self._wait(lambda: self._server.open <= at_most, what, timeout)

    def _wait(self, happened: Callable[[], bool], what: str, timeout: float) -> None:
        with self._server.changed:
            if not self._server.changed.wait_for(happened, timeout):
                raise TimeoutError(f"timed out after {timeout} s waiting for {what}")


class _Running:
    """The thread in which a server runs.

    Args:
        server: The server.
        sock: The bound socket.
        context: The TLS context; `None` for plain TCP.
    """

    def __init__(self, server: Server, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        self._server, self._sock, self._context = server, sock, context
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name="mistral-simulator", daemon=True)
        self._thread.start()
        self._loop = self._started.result()

    def stop(self) -> None:
        """Stop, and wait until the thread has ended."""
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join()

    def _run(self) -> None:
        # Not the policy's loop: uvloop joins the writes of one turn, which would lose the
        # boundaries of a scenario.
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._serving = loop.create_task(self._server.serve(self._sock, self._context))
        self._started.set_result(loop)
        await asyncio.wait([self._serving])


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=4096)
