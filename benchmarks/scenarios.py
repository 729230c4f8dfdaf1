"""The targets: scenarios by letter, each with its runs and what they must reach."""

from dataclasses import dataclass

from .relay_runs import REDIS_RUNS, RELAY_RUNS


@dataclass(frozen=True)
class Target:
    """A bound on one figure.

    Attributes:
        run: The run that measures the figure.
        figure: The name of the figure.
        most: The upper bound: a multiple of the peer's figure, or a value if there is no peer.
        peer: The peer to compare with, if any.
        of: The peer whose figure it is, one of this package's.
        least: Treat `most` as a lower bound.
    """

    run: str
    figure: str
    most: float
    peer: str | None = None
    of: str = "this"
    least: bool = False


@dataclass(frozen=True)
class Scenario:
    """A title, its runs and its targets."""

    title: str
    runs: tuple[str, ...]
    targets: tuple[Target, ...]


def _below(run: str, figure: str, of: str = "this", **most: float) -> tuple[Target, ...]:
    return tuple(
        Target(run, figure, value, peer.replace("_", "-"), of) for peer, value in most.items()
    )


def _each(run: str, most: float, *figures: str, least: bool = False) -> tuple[Target, ...]:
    return tuple(Target(run, figure, most, least=least) for figure in figures)


def _accumulation() -> tuple[Target, ...]:
    kinds = ("text", "thinking", "tools")
    return _each("accumulation", 0.5, *(f"{k}_{n}_share" for k in kinds for n in (2000, 16000)))


LIMITS = tuple(
    f"{p}{c}" for p in ("connect", "first_event", "idle", "total") for c in ("", "_async")
)

SCENARIOS = {
    "A": Scenario(
        "sync, one stream of 2,000 events in bulk",
        ("bulk",),
        _below("bulk", "cpu_us", floor_pydantic=2.4, httpx2=1.0),
    ),
    "B": Scenario(
        "sync, one write per event",
        ("written", "spaced"),
        _below("written", "cpu_us", mistralai=1 / 35, openai=1 / 7, httpx2=1.0),
    ),
    "C": Scenario(
        "asyncio, 100 streams at 50 events per second each",
        ("paced",),
        (
            *_below("paced", "cpu_us", aiohttp=0.95, httpx2=0.7),
            *_below("paced", "cpu_us", "this-uvloop", floor_uvloop=2.8),
        ),
    ),
    "D": Scenario(
        "as C under TLS",
        ("paced-tls",),
        _below("paced-tls", "cpu_us", aiohttp=1.35, httpx2=0.7),
    ),
    "F": Scenario(
        "fixed cost of a stream of one token, on an open connection",
        ("fixed", "fixed-async"),
        (
            *_below("fixed", "cpu_us", mistralai=1 / 18, openai=1 / 4, httpx2=0.55),
            *_below("fixed-async", "cpu_us", aiohttp=1.5),
        ),
    ),
    "G": Scenario(
        "20 consecutive short streams under TLS",
        ("in-a-row",),
        (*_each("in-a-row", 1, "handshakes"), *_below("in-a-row", "wall_ms", mistralai=1 / 3)),
    ),
    "H": Scenario(
        "imports: a client reaches `.chat`, and `UserMessage`",
        ("import",),
        (
            *_each("import", 10, "import_ms"),
            *_below("import", "chat_ms", mistralai=1 / 8),
            *_below("import", "message_ms", mistralai=1 / 3),
        ),
    ),
    "I": Scenario(
        "process start to the last token of a short stream",
        ("start",),
        _below("start", "wall_ms", mistralai=1 / 2),
    ),
    "J": Scenario("memory per open stream, 500 streams", ("open",), _each("open", 24, "kib")),
    "K": Scenario(
        "250 streams at 50 events per second on one core",
        ("lag",),
        (*_each("lag", 250, "whole", least=True), *_each("lag", 50, "lag_p99_ms")),
    ),
    "L": Scenario(
        "decoding alone, compared with a split by hand and msgspec",
        ("decoding",),
        (
            *_each("decoding", 4.5, "text_times_msgspec"),
            *_each("decoding", 7, "thinking_times_msgspec"),
        ),
    ),
    "M": Scenario(
        "events of megabytes, very long streams",
        ("large", "many"),
        (*_each("large", 1.3, "growth"), *_each("many", 128, "bytes_kept")),
    ),
    "N": Scenario("accumulation, as a share of decoding", ("accumulation",), _accumulation()),
    "P": Scenario(
        "CPU to open a stream, 4,000 open compared with 200 open",
        ("opening",),
        _each("opening", 1.4, "growth"),
    ),
    "Q": Scenario(
        "4,000 streams on one core, one event per two seconds each",
        ("crowd",),
        (*_each("crowd", 4000, "whole", least=True), *_each("crowd", 20, "lag_p99_ms")),
    ),
    "R": Scenario(
        "a bulk run: rows of 20 tokens from one file into another",
        ("rows", "rows-memory"),
        (
            Target("rows", "rows_per_s", 0.85, "gather", least=True),
            Target("rows", "rows_per_s", 5, "curator", least=True),
            *_each("rows-memory", 30, "more_mib"),
        ),
    ),
    "S": Scenario(
        "a relay: one stream, many followers",
        tuple(RELAY_RUNS),
        _each("follow-memory", 6, "kib"),
    ),
    "T": Scenario(
        "a relay over Redis: 100 answers, and the way of one to another process",
        tuple(REDIS_RUNS),
        _each("redis-tens", 20, "cpu_us"),
    ),
    "U": Scenario(
        "telemetry: spans and metrics of a stream",
        ("traced",),
        (
            *_each("traced", 150, "sdk_us"),
            *_each("traced", 15, "noop_us"),
            *_each("traced", 1.02, "event_times"),
        ),
    ),
    "O": Scenario(
        "times of faults",
        ("leaving", "closing", "ending", "limits"),
        (
            *_each("leaving", 100, "break_ms", "break_async_ms", "cancel_ms"),
            *_each("closing", 100, "close_ms"),
            *_each("ending", 60, "done_ms", "done_async_ms"),
            *_each("limits", 1.2, *LIMITS),
        ),
    ),
}
