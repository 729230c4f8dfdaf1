"""`python -m mistralai.simulator`: a simulator for clients in any language."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final, Protocol

from .faults.fault import Fault
from .faults.names import FAULTS, fault_named
from .files import by_name, load, shipped
from .limits import Limits, RateLimit
from .model.reply import PRESETS
from .proxy import Upstream
from .replay import Replay
from .scenario import Scenario, ScenarioLike
from .simulator import Simulator
from .timing import Timing

_PROGRAM: Final = "python -m mistralai.simulator"
_EXAMPLES: Final = f"""\
examples:
  {_PROGRAM} --port 8765 --tps 50
  {_PROGRAM} --scenario poem --fault cut-after-5
  {_PROGRAM} --scenario answers.toml --tls --ca-file ca.pem
  {_PROGRAM} --upstream https://api.mistral.ai --record out
  {_PROGRAM} --replay out --speed inf
  {_PROGRAM} --limit-rps 5 --limit-tpm 20000

The address is the only line on standard output. SIGINT and SIGTERM end it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT.

    Args:
        arguments: The command line; `sys.argv` by default.

    Returns:
        The exit status: 0, or 1 if the server could not start.
    """
    options = _parser().parse_args(arguments)
    if options.list:
        sys.stdout.write(
            f"presets: {', '.join(PRESETS)}\nscenarios: {', '.join(shipped())}\n"
            f"faults: {', '.join(FAULTS)}\n"
        )
        return 0
    _allow_many_files()
    try:
        simulator = _simulator(options)
        simulator.start()
        if options.ca_file:
            options.ca_file.write_bytes(simulator.ca_pem)
    except (OSError, RuntimeError, ValueError) as error:
        sys.stderr.write(f"{_PROGRAM}: {error}\n")
        return 1
    _serve(simulator)
    return 0


def _serve(simulator: Simulator) -> None:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    sys.stdout.write(f"{simulator.url}\n")
    sys.stdout.flush()
    stop.wait()
    simulator.stop()


def _simulator(options: argparse.Namespace) -> Simulator:
    limits = Limits(
        request_size=options.max_request_size,
        connections=options.max_connections,
        kept_requests=0,
        rate=_rate(options),
    )
    return Simulator(
        _scenario(options),
        seed=options.seed,
        host=options.host,
        port=options.port,
        api_key=options.api_key,
        tls=options.tls or options.ca_file is not None,
        limits=limits,
        speed=options.speed,
    )


def _rate(options: argparse.Namespace) -> RateLimit | None:
    if options.limit_rps is None and options.limit_tpm is None:
        return None
    return RateLimit(requests_per_second=options.limit_rps, tokens_per_minute=options.limit_tpm)


def _scenario(options: argparse.Namespace) -> ScenarioLike:
    timing = Timing(
        first=options.ttft,
        tokens_per_second=options.tps,
        jitter=options.jitter,
        burst=options.burst,
    )
    is_file = options.scenario.endswith(".toml")
    if not (options.upstream or options.replay or is_file or options.scenario in shipped()):
        return Scenario(options.scenario, timing=timing, faults=options.fault)
    if options.fault or timing != Timing():
        raise ValueError("--fault and the times apply to presets only; set them in a TOML file")
    if options.upstream:
        return Upstream(options.upstream, options.record, options.mode)
    if options.replay:
        return Replay(options.replay)
    return load(options.scenario) if is_file else by_name(options.scenario)


def _fault(name: str) -> Fault:
    try:
        return fault_named(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _allow_many_files() -> None:
    """Raise the soft limit of open files to the hard limit, on systems that have one."""
    try:
        import resource
    except ModuleNotFoundError:  # not a Unix
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        usage=f"{_PROGRAM} [options]",
        description="Serve a simulated Mistral chat API on this machine.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8765, help="port; 0 picks a free one (default: %(default)s)")
    add("--api-key", metavar="KEY", help="the only key accepted (default: any)")
    add("--tls", action="store_true", help="use TLS, with a certificate made for this run")
    add(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="write the CA certificate that clients must trust to FILE; implies --tls",
    )
    add("--list", action="store_true", help="list presets, scenarios and faults, and exit")
    _add_sources(parser.add_argument_group("source of answers"))
    _add_times(parser.add_argument_group("timing and faults of a preset"))
    _add_limits(parser.add_argument_group("limits"))
    return parser


class _Group(Protocol):
    """A group of options of `argparse`."""

    def add_argument(self, *names: str, **settings: Any) -> Any: ...

    def add_mutually_exclusive_group(self) -> Any: ...


def _add_sources(group: _Group) -> None:
    add = group.add_mutually_exclusive_group().add_argument
    scenario = "a preset, guide, or a file that ends in .toml (default: %(default)s)"
    add("--scenario", default="auto", metavar="NAME|FILE", help=scenario)
    add(
        "--replay",
        type=Path,
        metavar="PATH",
        help="play back a recording, or a folder of recordings",
    )
    add("--upstream", metavar="URL", help="relay to this server, and record its answers")
    add = group.add_argument
    record = "folder for the recordings of --upstream (default: %(default)s)"
    add("--record", default="recordings", metavar="DIR", help=record)
    mode = "ask --upstream never, unless something is recorded, or always (default: %(default)s)"
    add("--mode", choices=["none", "once", "all"], default="once", help=mode)
    add("--seed", type=int, default=0, help="seed of everything random (default: %(default)s)")
    add(
        "--speed", type=float, default=1.0, metavar="N", help="2 halves all waits, inf removes them"
    )


def _add_times(group: _Group) -> None:
    add = group.add_argument
    fault = "such as cut-after-5; may be repeated"
    add("--fault", type=_fault, action="append", default=[], metavar="NAME", help=fault)
    usual = Timing()
    add(
        "--ttft", type=float, default=usual.first, metavar="SECONDS", help="time to the first token"
    )
    add("--tps", type=float, metavar="N", help="tokens per second (default: no waiting)")
    jitter = "standard deviation of the times, relative to their mean (default: %(default)s)"
    add("--jitter", type=float, default=usual.jitter, metavar="SHARE", help=jitter)
    burst = "tokens per piece (default: %(default)s)"
    add("--burst", type=int, default=usual.burst, metavar="N", help=burst)


def _add_limits(group: _Group) -> None:
    usual = Limits()
    connections = "most open connections (default: %(default)s)"
    group.add_argument(
        "--max-connections", type=int, default=usual.connections, metavar="N", help=connections
    )
    size = "largest request body (default: %(default)s)"
    group.add_argument(
        "--max-request-size", type=int, default=usual.request_size, metavar="BYTES", help=size
    )
    rps = "completions per second; what is over them gets a 429 (default: no limit)"
    group.add_argument("--limit-rps", type=float, metavar="N", help=rps)
    tpm = "tokens of completions per minute (default: no limit)"
    group.add_argument("--limit-tpm", type=float, metavar="N", help=tpm)


if __name__ == "__main__":
    sys.exit(main())
