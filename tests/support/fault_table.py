"""The table of faults as data: what a server does, and what becomes of the call.

Faults that may come at any place of a stream are in `BROKEN_OFF` of `tests/faults`.
"""

import zlib
from typing import Any, Final

import httpx2

from mistralai.client import errors
from mistralai.client._call.timeouts import Timeouts
from mistralai.simulator import Answer, Pause, Repeat, Wire

from .faults import ECHO, STREAM, Fault, once_more, quickly
from .flows import DONE, ROLE, STOP, sse, text

PINGS: Final = Repeat(b": ping\n\n", every=0.02)
CHUNKED: Final = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def says(status: int, message: Any = "It went wrong", code: Any = None, **headers: str) -> Answer:
    """An error status with its body; `_` in the name of a header stands for `-`."""
    body = {"object": "error", "message": message, "type": "some_type", "code": code}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer.of_json(body, status=status, headers=named)


def events(*pieces: bytes, **settings: Any) -> Answer:
    """An answer of these events, each a piece of its own."""
    return Answer(body=pieces, **settings)


def packed(*pieces: bytes, end: bytes | None = None, **settings: Any) -> Answer:
    """The same, compressed although nobody asked for it, with another end if one is given."""
    zipper = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    body = [zipper.compress(piece) + zipper.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]
    body.append(zipper.flush() if end is None else end)
    return Answer(body=[*filter(None, body)], headers={"content-encoding": "gzip"}, **settings)


# --- before there is an answer -----------------------------------------------

RECOVERS: Final[dict[str, Any]] = {"delivered": ECHO, "end_reason": "done", "whole": True}
"""What a call comes to that is answered at last."""

NO_ANSWER: Final = {
    "reset before any byte, three times": Fault(
        server=[Wire([], "reset"), Wire([], "reset"), Wire([], "cut"), "auto"],
        call={"retries": quickly()},
        requests=4,
        statuses=(None, None, None, 200),
        **RECOVERS,
    ),
    "reset before any byte, always": Fault(
        server=Wire([], "reset"),
        call={"retries": once_more()},
        requests=2,
        error=errors.APIConnectionError,
        says=("no answer from 127.0.0.1:",),
        has={"status_code": None, "partial": None},
        whole=True,
    ),
    "closed before any byte, always": Fault(
        server=Wire([], "cut"),
        call={"retries": None},
        error=errors.APIConnectionError,
        httpx=httpx2.RemoteProtocolError,
        whole=True,
    ),
    "closed in the middle of the head": Fault(
        server=[Wire([b"HTTP/1.1 200 OK\r\ncontent-"], "cut"), "auto"],
        call={"retries": quickly()},
        requests=2,
        statuses=(None, 200),
        **RECOVERS,
    ),
    "an answer that is no HTTP": Fault(
        server=Wire([b"SSH-2.0-OpenSSH_9.7\r\n"], "cut"),
        call={"retries": 0},
        error=errors.APIConnectionError,
        httpx=httpx2.RemoteProtocolError,
        whole=True,
    ),
    "connection errors are not to be retried": Fault(
        server=Wire([], "reset"),
        call={"retries": quickly(retry_connection_errors=False)},
        error=errors.APIConnectionError,
        whole=True,
    ),
}

# --- statuses ----------------------------------------------------------------

RETRIED: Final = {
    408: errors.SDKError,
    429: errors.RateLimitError,
    500: errors.InternalServerError,
    502: errors.InternalServerError,
    503: errors.InternalServerError,
    504: errors.InternalServerError,
}
REFUSED: Final = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    418: errors.SDKError,
    501: errors.InternalServerError,
    529: errors.InternalServerError,
}
FULL: Final = "Service tier capacity exceeded for this model."

STATUSES: Final = {
    **{
        f"{status} is asked again twice": Fault(
            server=says(status, retry_after_ms="1"),
            error=cls,
            says=("It went wrong", f"status {status}", "type some_type"),
            has={"status_code": status, "retry_after": 0.001},
            requests=3,
            whole=True,
        )
        for status, cls in RETRIED.items()
    },
    **{
        f"{status} is asked again and answered": Fault(
            server=[says(status, retry_after_ms="1"), "auto"],
            requests=2,
            statuses=(status, 200),
            **RECOVERS,
        )
        for status in (*RETRIED, 409)
    },
    **{
        f"{status} is asked once": Fault(
            server=says(status, code=7),
            error=cls,
            says=("It went wrong", f"status {status}", "code 7"),
            has={
                "status_code": status,
                "message": "It went wrong",
                "code": "7",
                "retry_after": None,
            },
            whole=True,
        )
        for status, cls in REFUSED.items()
    },
    "422 says which field and why": Fault(
        server=Answer.of_json(
            {"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]},
            status=422,
        ),
        error=errors.HTTPValidationError,
        says=("model: Field required",),
        has={"status_code": 422},
        whole=True,
    ),
    "422 is asked again where a config names it": Fault(
        server=[Answer.of_json({"detail": []}, status=422), "auto"],
        call={"retries": quickly(status_codes_override=["422"])},
        requests=2,
        statuses=(422, 200),
        **RECOVERS,
    ),
    "a quota that is used up": Fault(
        server=says(429, "Rate limit exceeded", "1300"),
        call={"retries": 0},
        error=errors.RateLimitError,
        has={"code": "1300"},
        whole=True,
    ),
    "a full service, as 429": Fault(
        server=says(429, FULL),
        call={"retries": 0},
        error=errors.CapacityExceededError,
        whole=True,
    ),
    "a full service, as 503 with a code": Fault(
        server=says(503, "Sorry", 3505),
        call={"retries": 0},
        error=errors.CapacityExceededError,
        whole=True,
    ),
    "a full service is asked again": Fault(
        server=[says(429, FULL, retry_after_ms="1"), "auto"],
        requests=2,
        statuses=(429, 200),
        **RECOVERS,
    ),
    "only the statuses that a config names": Fault(
        server=says(429),
        call={"retries": quickly(status_codes_override=["5XX"])},
        error=errors.RateLimitError,
        whole=True,
    ),
    "all the statuses that a config names": Fault(
        server=[says(501), says(400), "auto"],
        call={"retries": quickly(status_codes_override=["5XX", "400"])},
        requests=3,
        statuses=(501, 400, 200),
        **RECOVERS,
    ),
}

A_WAIT: Final = {"error": errors.RateLimitError, "has": {"retry_after": 3600.0}, "whole": True}
WAITS: Final = {
    "an hour in seconds": Fault(server=says(429, retry_after="3600"), **A_WAIT),
    "an hour in milliseconds": Fault(server=says(429, retry_after_ms="3600000"), **A_WAIT),
    "milliseconds are more exact": Fault(
        server=[says(429, retry_after_ms="1", retry_after="3600"), "auto"],
        requests=2,
        statuses=(429, 200),
        **RECOVERS,
    ),
    "a date that has passed": Fault(
        server=[says(503, retry_after="Sun, 06 Nov 1994 08:49:37 GMT"), "auto"],
        call={"retries": quickly()},
        requests=2,
        statuses=(503, 200),
        **RECOVERS,
    ),
    "longer than the total": Fault(
        server=says(503, retry_after="30"),
        call={"timeouts": Timeouts(total=20)},
        error=errors.InternalServerError,
        has={"retry_after": 30.0},
        whole=True,
    ),
    "longer than max_elapsed_time": Fault(
        server=says(503, retry_after="30"),
        call={"retries": quickly(within=20_000)},
        error=errors.InternalServerError,
        has={"retry_after": 30.0},
        whole=True,
    ),
}

# --- bodies that are something else ------------------------------------------

PAGE: Final = b"<html>%b</html>" % (b"x" * 200_000)

BODIES: Final = {
    "a page of a gateway": Fault(
        server=Answer(status=502, content_type="text/html", body=[PAGE]),
        call={"retries": 0},
        error=errors.InternalServerError,
        says=("Bad Gateway (status 502). Body: <html>x",),
        has={"status_code": 502},
        whole=True,
    ),
    "an error body that never ends": Fault(
        server=Answer(status=500, body=[Repeat(b"x" * 65536)]),
        call={"retries": 0},
        error=errors.InternalServerError,
        says=("Internal Server Error (status 500). Body: xxx",),
        whole=True,
    ),
    "an error without a body": Fault(
        server=Answer(status=404, framing="length"),
        error=errors.NotFoundError,
        says=("Not Found (status 404, url ",),
        has={"body": ""},
        whole=True,
    ),
    "an error whose body breaks off": Fault(
        server=Answer(status=403, body=[b'{"message": "No'], ending="cut"),
        error=errors.PermissionDeniedError,
        says=("Forbidden (status 403)",),
        whole=True,
    ),
    "HTML under 200": Fault(
        server=Answer(content_type="text/html; charset=utf-8", body=[PAGE]),
        error=errors.ResponseValidationError,
        says=("text/html; charset=utf-8",),
        has={"status_code": 200},
        end_reason="error",
        whole=True,
    ),
    "JSON under 200": Fault(
        server=Answer.of_json(["what"]),
        error=errors.ResponseValidationError,
        says=("application/json",),
        has={"body": '["what"]'},
        end_reason="error",
        whole=True,
    ),
    "an error object under 200": Fault(
        server=Answer.of_json({"object": "error", "message": "Slow down", "code": "3000"}),
        error=errors.BadRequestError,
        says=("Slow down", "status 200"),
        end_reason="error",
        whole=True,
    ),
    "an error object under 200 that is retried as a status": Fault(
        server=[
            Answer.of_json({"message": "x", "code": 1300}, headers={"retry-after-ms": "1"}),
            "auto",
        ],
        requests=2,
        statuses=(200, 200),
        **RECOVERS,
    ),
    "an event stream under another label": Fault(
        server=events(*STREAM, content_type="text/html"),
        delivered=("", "Hel", "lo", ""),
        end_reason="done",
    ),
    "gzip although identity was asked for": Fault(
        server=packed(*STREAM), delivered=("", "Hel", "lo", ""), end_reason="done"
    ),
    "gzip that is none": Fault(
        server=events(*STREAM, headers={"content-encoding": "gzip"}),
        error=errors.ResponseValidationError,
        says=("compression is corrupt",),
        end_reason="error",
    ),
    "gzip that is corrupt at its end": Fault(
        server=packed(*STREAM[:3], end=b"\xff" * 40),
        error=errors.ResponseValidationError,
        says=("compression is corrupt",),
        delivered=("", "Hel", "lo"),
        end_reason="error",
    ),
    "gzip that breaks off": Fault(
        server=packed(*STREAM[:3], end=b"", ending="cut"),
        error=errors.StreamInterruptedError,
        delivered=("", "Hel", "lo"),
        end_reason="error",
    ),
    "gzip that ends in its middle": Fault(
        server=packed(*STREAM[:3], end=b""),
        error=errors.StreamInterruptedError,
        says=("in the middle of its compressed data",),
        delivered=("", "Hel", "lo"),
        end_reason="error",
    ),
    "a body without an event": Fault(
        server=[Answer(body=[b": hello\n\n"]), "auto"],
        call={"retries": quickly()},
        requests=2,
        statuses=(200, 200),
        delivered=ECHO,
        end_reason="done",
    ),
    "an empty body": Fault(
        server=Answer(),
        call={"retries": 0},
        error=errors.StreamTruncatedError,
        says=("0 events",),
        end_reason="truncated",
    ),
}

# --- inside a stream ---------------------------------------------------------

TOO_LARGE: Final = sse({"choices": [{"index": 0, "delta": {"content": "x" * 5000}}]})
ENDS: Final[dict[str, Any]] = {"delivered": ("", "Hel"), "end_reason": "error"}

INSIDE: Final = {
    "a finish reason error": Fault(
        server=events(
            ROLE,
            text("Hel"),
            sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]}),
        ),
        error=errors.InternalServerError,
        has={"status_code": 200},
        delivered=("", "Hel", ""),
        end_reason="error",
    ),
    "a finish reason error with what is wrong": Fault(
        server=events(
            ROLE,
            sse(
                {
                    "message": "Slow down",
                    "code": 1300,
                    "choices": [{"delta": {}, "finish_reason": "error"}],
                }
            ),
        ),
        error=errors.RateLimitError,
        says=("Slow down",),
        delivered=("", ""),
        end_reason="error",
    ),
    "a break after more events without content than may be held": Fault(
        server=events(*[ROLE] * 1001, ending="cut"),
        error=errors.StreamInterruptedError,
        delivered=("",) * 1001,
        end_reason="error",
    ),
    "an error whose code is a status that is not retried": Fault(
        server=events(ROLE, sse({"error": {"type": "BadRequestError", "code": 400}})),
        error=errors.BadRequestError,
        has={"status_code": 200, "code": "400"},
        delivered=("",),
        end_reason="error",
    ),
    "an error whose code is a status that is retried": Fault(
        server=[events(ROLE, sse({"error": {"message": "Slow down", "code": "429"}})), "auto"],
        call={"retries": quickly()},
        requests=2,
        statuses=(200, 200),
        delivered=ECHO,
        end_reason="done",
    ),
    "an error after content whose code is a status that is retried": Fault(
        server=events(ROLE, text("Hel"), sse({"error": {"message": "Slow down", "code": "429"}})),
        error=errors.RateLimitError,
        has={"status_code": 200, "code": "429"},
        **ENDS,
    ),
    "an event past max_event_size": Fault(
        server=events(ROLE, text("Hel"), TOO_LARGE, *STREAM[2:]),
        client={"max_event_size": 4000},
        error=errors.ResponseValidationError,
        says=("max_event_size = 4000",),
        **ENDS,
    ),
    "an event past max_event_size after decompression": Fault(
        server=packed(ROLE, text("Hel"), TOO_LARGE, *STREAM[2:]),
        client={"max_event_size": 4000},
        error=errors.ResponseValidationError,
        says=("max_event_size = 4000",),
        **ENDS,
    ),
    "a connection that breaks inside a chunk of HTTP": Fault(
        server=Wire([CHUNKED + b"fff\r\n" + ROLE + text("Hel") + text("lo")[:-1]], "cut"),
        error=errors.StreamInterruptedError,
        httpx=httpx2.RemoteProtocolError,
        says=("broke after 2 events", "The answer so far is in .partial"),
        **ENDS,
    ),
    "a chunk of HTTP whose length is none": Fault(
        server=Wire(
            [
                CHUNKED + b"%x\r\n" % len(ROLE + text("Hel")) + ROLE + text("Hel") + b"\r\n",
                b"zz\r\n",
            ],
            "hang",
        ),
        error=errors.StreamInterruptedError,
        httpx=httpx2.RemoteProtocolError,
        **ENDS,
    ),
    "a cut taken as it is, by the client": Fault(
        server=events(*STREAM[:2]),
        client={"strict_end": False},
        delivered=("", "Hel"),
        end_reason="truncated",
    ),
    "a cut taken as it is, by the call": Fault(
        server=events(*STREAM[:2]),
        call={"strict_end": False},
        delivered=("", "Hel"),
        end_reason="truncated",
    ),
    "a cut that only the client would take as it is": Fault(
        server=events(*STREAM[:2]),
        client={"strict_end": False},
        call={"strict_end": True},
        error=errors.StreamTruncatedError,
        delivered=("", "Hel"),
        end_reason="truncated",
    ),
    "a broken connection is an error, strict or not": Fault(
        server=events(*STREAM[:2], ending="cut"),
        call={"strict_end": False},
        error=errors.StreamInterruptedError,
        **ENDS,
    ),
    "no finish reason but [DONE]": Fault(
        server=events(*STREAM[:3], DONE), delivered=("", "Hel", "lo"), end_reason="done_only"
    ),
    "no [DONE] but a finish reason": Fault(
        server=events(*STREAM[:4]),
        delivered=("", "Hel", "lo", ""),
        end_reason="finish_reason_only",
    ),
    "one of two choices has no finish reason": Fault(
        server=events(ROLE, text("a"), text("b", index=1), STOP),
        error=errors.StreamTruncatedError,
        delivered=None,
        end_reason="truncated",
    ),
}

# --- answers that are sloppy or newer than the schema ------------------------


def oddly(**choice: Any) -> Answer:
    """A whole answer with an odd choice in the middle."""
    return events(
        text("Hel"), sse({"choices": [{"delta": {"content": "x"}, **choice}]}), STOP, DONE
    )


ODD: Final = {
    "no finish_reason": oddly(index=0),
    "no index": oddly(finish_reason=None),
    "unknown fields": oddly(index=0, stop_reason=7),
    "unknown finish reason": oddly(index=0, finish_reason="bored"),
    "choices: []": events(text("Hel"), text("x"), sse({"choices": []}), STOP, DONE),
    "choices: null": events(text("Hel"), text("x"), sse({"id": "1", "choices": None}), STOP, DONE),
    "no choices": events(text("Hel"), text("x"), sse({"id": "1"}), STOP, DONE),
    "usage: null": events(
        text("Hel"),
        sse({"choices": [{"index": 0, "delta": {"content": "x"}}], "usage": None}),
        STOP,
        DONE,
    ),
    "a new id in every chunk": events(
        sse({"id": "a", "choices": [{"delta": {"content": "Hel"}}]}),
        sse({"id": "b", "choices": [{"delta": {"content": "x"}}]}),
        STOP,
        DONE,
    ),
}
DELIVERED: Final = {
    name: Fault(server=server, delivered=("Hel", "x", ""), end_reason="done")
    for name, server in ODD.items()
}

# --- limits ------------------------------------------------------------------

SOON: Final = 0.2
"""Seconds of the limit that is to be reached."""
CONNECTED: Final = 0.8
"""The same, of one that must not be reached before the first events have come."""


def late(phase: str, server: Any, *, limit: float = SOON, **expected: Any) -> Fault:
    """A server that lets one limit pass; the others are far away."""
    return Fault(
        server=server,
        call={"timeouts": Timeouts(**{"first_event": 30, "idle": 30, "total": 30, phase: limit})},
        error=errors.APITimeoutError,
        httpx=httpx2.ReadTimeout,
        says=(f"within {limit} s (timeouts.{phase})",),
        has={"phase": phase},
        **expected,
    )


HEAD: Final = b"HTTP/1.1 200 OK\r\n"
WAITING: Final = {
    "silence before the head": late("first_event", Wire([], "hang"), whole=True),
    "a head that trickles": late(
        "first_event", Wire([HEAD, Repeat(b"x-more: 1\r\n", every=0.02)]), whole=True
    ),
    "heads that are none yet": late(
        "first_event", Wire([Repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n", every=0.02)]), whole=True
    ),
    "silence after the head": late(
        "first_event", Answer(ending="hang"), end_reason="error", whole=True
    ),
    "pings after the head": late("first_event", Answer(body=[PINGS]), end_reason="error"),
    "events without content": late(
        "first_event", Answer(body=[ROLE, PINGS]), delivered=("",), end_reason="error"
    ),
    "silence between events": late("idle", events(*STREAM[:2], ending="hang"), **ENDS),
    "pings between events": late("idle", Answer(body=[*STREAM[:2], PINGS]), **ENDS),
    "empty events between events": late(
        "idle",
        Answer(body=[*STREAM[:2], Repeat(ROLE, every=0.02)]),
        delivered=None,
        end_reason="error",
    ),
    "no end in sight": late(
        "total",
        Answer(body=[ROLE, Repeat(text("x"), every=0.02)]),
        limit=CONNECTED,
        delivered=None,
        end_reason="error",
    ),
    "silence until the total": late(
        "total", events(*STREAM[:2], ending="hang"), limit=CONNECTED, **ENDS
    ),
    "silence before the head until the total": late(
        "total", Wire([], "hang"), limit=CONNECTED, whole=True
    ),
    "a whole answer that trickles": Fault(
        server=Answer(content_type="application/json", body=[Repeat(b" ", every=0.02)]),
        call={"timeouts": Timeouts(first_event=SOON)},
        error=errors.APITimeoutError,
        has={"phase": "first_event"},
        end_reason="error",
        whole=True,
    ),
    "silence after the finish reason": Fault(
        server=events(*STREAM[:4], ending="hang"),
        call={"timeouts": Timeouts(idle=SOON)},
        delivered=("", "Hel", "lo", ""),
        end_reason="finish_reason_only",
    ),
    "a stream twice as long as idle, but never silent": Fault(
        server=Answer(body=[ROLE, Repeat(text("x"), every=0.02, count=40), STOP, DONE]),
        call={"timeouts": Timeouts(first_event=30, idle=0.4)},
        delivered=("", *"x" * 40, ""),
        end_reason="done",
    ),
    "an answer that comes slowly, within its limits": Fault(
        server=Answer(body=[Pause(0.05), *STREAM]),
        call={"timeouts": Timeouts(first_event=30, idle=30, total=30)},
        delivered=("", "Hel", "lo", ""),
        end_reason="done",
    ),
}

NETWORK: Final = {"no answer": NO_ANSWER, "body": BODIES, "inside": INSIDE, "limit": WAITING}
"""The rows about the network, which every kind of connection has to get right."""

POLICY: Final = {"status": STATUSES, "wait": WAITS, "delivered": DELIVERED}
"""The rows that the flow alone decides."""

TABLE: Final = {
    f"{part}: {name}": fault
    for part, faults in (NETWORK | POLICY).items()
    for name, fault in faults.items()
}
