"""The runs of the relay: one stream and its followers; many answers through Redis."""

from .run import Run

FIGURES = {
    "cpu_us": "µs CPU per delivered event",
    "p50_ms": "ms from the model to a follower, p50",
    "p99_ms": "ms, p99",
}

RELAY_RUNS = {
    "follow-1": Run(
        "one stream of 50 events per second, one follower",
        "relaying:fanned_out",
        ("this", "queues"),
        FIGURES,
        {"shape": "stamped-50-150", "followers": 1},
        {"shape": "stamped-500-20"},
    ),
    "follow-1000": Run(
        "one stream of 50 events per second, 1,000 followers",
        "relaying:fanned_out",
        ("this", "queues"),
        FIGURES,
        {"shape": "stamped-50-150", "followers": 1000},
        {"shape": "stamped-500-20", "followers": 20},
    ),
    "follow-memory": Run(
        "memory of 5,000 followers that wait",
        "relaying:kept",
        ("this", "queues"),
        {"kib": "KiB per follower"},
        {"followers": 5000},
        {"followers": 500},
    ),
    "follow-http": Run(
        "one stream of 50 events per second, 100 followers over HTTP, uvicorn",
        "relaying:served",
        ("this", "sse-starlette"),
        FIGURES,
        {"shape": "stamped-50-150", "followers": 100},
        {"shape": "stamped-500-20", "followers": 5},
    ),
}

_THROUGH = ("this", "assistant-stream")
_WRITTEN = {
    "cpu_us": "µs CPU per event, of the producer",
    "server_us": "µs of Redis",
    "entry_events": "events per entry",
}

REDIS_RUNS = {
    "redis-tens": Run(
        "100 answers into Redis, 50 events per second each, ten at a time",
        "throughredis:written",
        _THROUGH,
        _WRITTEN,
        {"answers": 100, "events": 200, "together": 10, "pause": 0.2},
        {"answers": 5, "events": 20},
        needs="redis-server",
    ),
    "redis-paced": Run(
        "100 answers into Redis, 50 events per second each",
        "throughredis:written",
        _THROUGH,
        _WRITTEN,
        {"answers": 100, "events": 150, "together": 1, "pause": 0.02},
        {"answers": 5, "events": 20},
        needs="redis-server",
    ),
    "redis-lag": Run(
        "from a producer through Redis to another process, 50 events per second",
        "throughredis:delivered",
        _THROUGH,
        {
            "p50_ms": "ms, median",
            "p99_ms": "ms, 99th percentile",
            "cpu_us": "µs CPU per event, of the reader",
        },
        {"answers": 1, "events": 250, "pause": 0.02},
        {"events": 20},
        needs="redis-server",
    ),
}
