"""The runs: each is one measurement, repeated for some peers."""

from .relay_runs import REDIS_RUNS, RELAY_RUNS
from .run import Run

SYNC = ("this", "mistralai", "openai", "litellm", "httpx2", "floor-pydantic", "floor-msgspec")
ASYNC = (
    "this",
    "this-uvloop",
    "mistralai",
    "mistralai-uvloop",
    "openai",
    "litellm",
    "httpx2",
    "aiohttp",
    "floor-pydantic",
    "floor-msgspec",
    "floor-uvloop",
)
# litellm takes seconds to import: it is left out of runs that would repeat a comparison.
FEWER_SYNC = tuple(peer for peer in SYNC if peer != "litellm")
FEWER_ASYNC = tuple(peer for peer in ASYNC if peer != "litellm")
USERS = ("this", "mistralai", "openai", "litellm", "httpx2")
CPU_EVENT = {"cpu_us": "µs CPU per event"}

PACED = {"shape": "paced-50-150", "events": 150, "streams": 100}
PACED_QUICK = {"shape": "paced-50-20", "events": 20, "streams": 5}
ONE = {"shape": "bulk-1", "events": 1}
COSTS = {
    "bare_ms": "ms, bare interpreter",
    "import_ms": "ms, `import`",
    "chat_ms": "ms, `.chat`",
    "message_ms": "ms, `.chat` and `UserMessage`",
}

RUNS = {
    "bulk": Run(
        "2,000 events in bulk, sync",
        "streams:blocking",
        SYNC,
        CPU_EVENT,
        {"shape": "bulk-2000", "events": 2000, "streams": 4},
        {"streams": 1},
    ),
    "written": Run(
        "2,000 events, one write each, sync",
        "streams:blocking",
        SYNC,
        CPU_EVENT,
        {"shape": "written-2000", "events": 2000, "streams": 4},
        {"streams": 1},
    ),
    "spaced": Run(
        "2,000 events, 1,000 per second, sync",
        "streams:blocking",
        FEWER_SYNC,
        CPU_EVENT,
        {"shape": "paced-1000-2000", "events": 2000, "streams": 1},
        {"shape": "paced-1000-200", "events": 200},
    ),
    "paced": Run(
        "100 streams, 50 events per second each, asyncio",
        "paced:cost",
        ASYNC,
        {"cpu_us": "µs CPU per event", "whole": "complete streams"},
        PACED,
        PACED_QUICK,
    ),
    "paced-tls": Run(
        "100 streams, 50 events per second each, asyncio, TLS",
        "paced:cost",
        FEWER_ASYNC,
        {"cpu_us": "µs CPU per event", "whole": "complete streams"},
        PACED,
        PACED_QUICK,
        server="tls",
    ),
    "fixed": Run(
        "a stream of one token, sync",
        "streams:blocking",
        SYNC,
        {"cpu_us": "µs CPU per stream"},
        {**ONE, "streams": 200},
        {"streams": 20},
    ),
    "fixed-async": Run(
        "a stream of one token, asyncio",
        "streams:awaiting",
        ("this", "mistralai", "openai", "httpx2", "aiohttp"),
        {"cpu_us": "µs CPU per stream"},
        {**ONE, "streams": 200},
        {"streams": 20},
    ),
    "in-a-row": Run(
        "20 consecutive streams of 20 tokens, TLS, sync",
        "streams:in_a_row",
        USERS,
        {"wall_ms": "ms", "handshakes": "handshakes"},
        {"shape": "bulk-20", "events": 20, "streams": 20},
        {},
        server="tls",
    ),
    "import": Run(
        "CPU of imports",
        "imports",
        ("this", "mistralai", "openai", "litellm"),
        COSTS,
        {"times": 3},
        {"times": 1},
    ),
    "start": Run(
        "process start to the last of 20 tokens",
        "start",
        USERS,
        {"wall_ms": "ms"},
        {"events": 20, "times": 2},
        {"times": 1},
    ),
    "open": Run(
        "memory per open stream, 500 streams, asyncio",
        "openstreams:held",
        ("this", "mistralai", "openai", "httpx2", "aiohttp", "floor-pydantic"),
        {"kib": "KiB per stream"},
        {"shape": "hold-3", "events": 3, "streams": 500},
        {"streams": 20},
    ),
    "opening": Run(
        "opening a stream while others are open, asyncio",
        "openstreams:opening",
        ("this", "aiohttp"),
        {
            "growth": "× CPU, 4,000 open to 200 open",
            "cpu_us_few": "µs CPU, 200 open",
            "cpu_us_many": "µs CPU, 4,000 open",
        },
        {"shape": "hold-1", "counts": [200, 4000]},
        {"counts": [200, 400]},
    ),
    "crowd": Run(
        "4,000 streams, one event per two seconds each, on one core",
        "paced:crowd",
        ("this", "this-uvloop", "aiohttp"),
        {
            "whole": "complete streams",
            "lag_p50_ms": "ms, median",
            "lag_p99_ms": "ms, 99th percentile",
            "core_share": "share of a core",
            "pause_ms": "ms, longest pause while opening",
        },
        {"shape": "stamped-0.5-12", "events": 12, "streams": 4000},
        {"shape": "stamped-5-12", "streams": 20},
    ),
    "lag": Run(
        "250 streams, 50 events per second each, on one core",
        "paced:lag",
        (
            "this",
            "this-uvloop",
            "mistralai",
            "openai",
            "httpx2",
            "aiohttp",
        ),
        {
            "whole": "complete streams",
            "lag_p50_ms": "ms, median",
            "lag_p99_ms": "ms, 99th percentile",
            "core_share": "share of a core",
            "wall_s": "s",
        },
        {"shape": "stamped-50-150", "events": 150, "streams": 250},
        {"shape": "stamped-50-30", "events": 30, "streams": 10},
    ),
    "decoding": Run(
        "bytes to events, without a network",
        "inside:decoding",
        ("this",),
        {
            "text_us": "µs, text",
            "text_times_msgspec": "× msgspec, text",
            "thinking_us": "µs, thinking",
            "thinking_times_msgspec": "× msgspec, thinking",
        },
        {"events": 5000, "repeats": 7},
        {"events": 500, "repeats": 2},
    ),
    "large": Run(
        "one event of 1, 4, 16 MiB in writes of 4 KiB, sync",
        "large:large",
        ("this", "mistralai", "openai", "httpx2"),
        {
            "cpu_ms_1_mb": "ms, 1 MiB",
            "cpu_ms_4_mb": "ms, 4 MiB",
            "cpu_ms_16_mb": "ms, 16 MiB",
            "growth": "× per MiB, from 1 to 16",
        },
        {"megabytes": [1, 4, 16]},
        {"megabytes": [1, 2]},
    ),
    "many": Run(
        "one stream of 100,000 events, sync",
        "large:many",
        ("this", "openai", "httpx2"),
        {"cpu_us": "µs CPU per event", "bytes_kept": "bytes kept per event"},
        {"events": 100_000},
        {"events": 4000},
    ),
    "accumulation": Run(
        "accumulating deltas, without a network",
        "inside:accumulation",
        ("this",),
        {
            f"{kind}_{count}_{unit}": f"{sign}, {count:,} of {kind}"
            for kind in ("text", "thinking", "tools")
            for count in (2000, 16000)
            for unit, sign in (("us", "µs per delta"), ("share", "share of its decoding"))
        },
        {"deltas": [2000, 16000], "repeats": 5},
        {"deltas": [200, 1600], "repeats": 2},
    ),
    "rows": Run(
        "2,000 rows of 20 tokens, 100 at a time, into a file",
        "rows:asked",
        ("this", "gather", "curator", "this-ray"),
        {"rows_per_s": "rows per second", "cpu_us": "µs CPU per row, of the process"},
        {"rows": 2000, "concurrency": 100},
        {"rows": 60, "concurrency": 10},
        server="simulator",
    ),
    "rows-memory": Run(
        "memory of a run of 100,000 rows",
        "rows:remembered",
        ("this",),
        {"first_mib": "MiB after a tenth of the rows", "more_mib": "MiB more after all of them"},
        {"rows": 100_000, "concurrency": 100},
        {"rows": 200, "concurrency": 10},
        server="simulator",
        most_rounds=1,
    ),
    "traced": Run(
        "what telemetry adds to a stream, sync",
        "traced:cost",
        ("this", "mistralai"),
        {
            "sdk_us": "µs CPU more per stream, the SDK of OpenTelemetry",
            "floor_us": "µs CPU of the SDK's own calls for it, by hand after a stream",
            "noop_us": "µs CPU more per stream, providers that do nothing",
            "event_times": "× CPU per event, the SDK",
        },
        {"short": "bulk-1", "long": "bulk-2000", "streams": 5, "repeats": 120},
        {"streams": 2, "repeats": 1},
    ),
    **RELAY_RUNS,
    **REDIS_RUNS,
    "leaving": Run(
        "closing a stream early, until the server sees it",
        "leaving:leaving",
        ("this", "mistralai", "httpx2"),
        {
            "break_ms": "ms, break",
            "break_async_ms": "ms, break, asyncio",
            "cancel_ms": "ms, cancelled",
        },
    ),
    "closing": Run(
        "`close()` from another thread",
        "leaving:closing",
        ("this",),
        {"close_ms": "ms to `close()` in a thread"},
    ),
    "ending": Run(
        "end of the loop after `[DONE]`, when the body does not end",
        "leaving:ending",
        ("this", "mistralai", "httpx2"),
        {"done_ms": "ms after `[DONE]`, sync", "done_async_ms": "ms after `[DONE]`, asyncio"},
    ),
    "limits": Run(
        "timeouts of half a second",
        "limits:limits",
        ("this",),
        {
            f"{phase}{variant}": f"× the timeout `{phase}`{variant.replace('_', ', ')}"
            for phase in ("connect", "first_event", "idle", "total")
            for variant in ("", "_async")
        },
        {"limit": 0.5},
        {"limit": 0.1},
    ),
}
