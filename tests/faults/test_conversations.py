"""The table of faults on streams of conversations, which are not sent again once they were sent."""

import pytest

from mistralai.client import Timeouts, errors
from mistralai.client.models import ConversationResponse
from mistralai.simulator import Answer, Repeat, Scenario, Simulator, Wire
from mistralai.simulator.faults import At, Cut, Reset, Truncate
from support.conversations import DONE, STARTED, STREAM, named, open_stream, said, texts
from support.fault_table import PAGE, PINGS, events, packed, says
from support.faults import Fault, expect, quickly
from support.flows import KEY
from support.unseen import rendered, shown

HEL = ("", "Hel")
WHOLE = ("", "Hel", "lo", "")
BROKEN = {"error": errors.StreamInterruptedError, "delivered": HEL, "end_reason": "error"}
TABLE = {
    "reset before any byte": Fault(
        server=[Wire([], "reset"), "auto"],
        error=errors.APIConnectionError,
        has={"status_code": None, "partial": None},
    ),
    "closed in the middle of the head": Fault(
        server=[Wire([b"HTTP/1.1 200 OK\r\ncontent-"], "cut"), "auto"],
        error=errors.APIConnectionError,
    ),
    "503": Fault(server=[says(503), "auto"], error=errors.InternalServerError),
    "429 is asked again": Fault(
        server=[says(429), events(*STREAM)],
        requests=2,
        statuses=(429, 200),
        delivered=WHOLE,
        end_reason="done",
    ),
    "422 says which field and why": Fault(
        server=Answer.of_json(
            {"detail": [{"type": "missing", "loc": ["body", "inputs"], "msg": "Field required"}]},
            status=422,
        ),
        error=errors.HTTPValidationError,
        says=("inputs: Field required",),
    ),
    "HTML under 200": Fault(
        server=Answer(content_type="text/html", body=[PAGE]),
        error=errors.ResponseValidationError,
        says=("text/html",),
        end_reason="error",
    ),
    "an error object under 200": Fault(
        server=Answer.of_json({"object": "error", "message": "Slow down", "code": "3000"}),
        error=errors.BadRequestError,
        says=("Slow down",),
        end_reason="error",
    ),
    "no event": Fault(
        server=[Answer(body=[b": hello\n\n"]), "auto"],
        error=errors.StreamTruncatedError,
        says=("0 events", "conversation.response.done"),
        end_reason="truncated",
    ),
    "truncated before content": Fault(
        server=[events(STARTED), "auto"],
        error=errors.StreamTruncatedError,
        delivered=("",),
        end_reason="truncated",
    ),
    "truncated": Fault(
        server=events(*STREAM[:2]),
        error=errors.StreamTruncatedError,
        says=("after 2 events without conversation.response.done", ".partial", "strict_end"),
        delivered=HEL,
        end_reason="truncated",
    ),
    "truncated, as the caller accepts": Fault(
        server=events(*STREAM[:2]),
        call={"strict_end": False},
        delivered=HEL,
        end_reason="truncated",
    ),
    "cut": Fault(server=events(*STREAM[:2], ending="cut"), says=("after 2 events",), **BROKEN),
    "reset": Fault(server=events(*STREAM[:2], ending="reset"), **BROKEN),
    "cut before content": Fault(
        server=[events(STARTED, ending="cut"), "auto"],
        error=errors.StreamInterruptedError,
        delivered=("",),
        end_reason="error",
    ),
    "cut after the end": Fault(
        server=events(*STREAM, ending="cut"), delivered=WHOLE, end_reason="done"
    ),
    "gzip": Fault(server=packed(*STREAM), delivered=WHOLE, end_reason="done"),
    "gzip that is corrupt at its end": Fault(
        server=packed(*STREAM[:2], end=b"\xff" * 40),
        error=errors.ResponseValidationError,
        says=("compression is corrupt",),
        delivered=HEL,
        end_reason="error",
    ),
    "an error of the API": Fault(
        server=events(
            *STREAM[:2], named("conversation.response.error", message="Slow down", code=429), DONE
        ),
        error=errors.RateLimitError,
        says=("Slow down",),
        has={"status_code": 200, "code": "429", "events_received": 2},
        delivered=HEL,
        end_reason="error",
    ),
    "an error before content": Fault(
        server=[
            events(STARTED, named("conversation.response.error", message="x", code=500)),
            "auto",
        ],
        error=errors.InternalServerError,
        delivered=("",),
        end_reason="error",
    ),
    "an event that is not JSON": Fault(
        server=events(*STREAM[:2], b"data: {\n\n", DONE),
        error=errors.ResponseValidationError,
        delivered=HEL,
        end_reason="error",
    ),
    "an event past max_event_size": Fault(
        server=events(*STREAM[:2], said("x" * 5000), DONE),
        client={"max_event_size": 4000},
        error=errors.ResponseValidationError,
        says=("max_event_size = 4000",),
        delivered=HEL,
        end_reason="error",
    ),
    "silence before the first content": Fault(
        server=events(STARTED, PINGS),
        call={"timeouts": Timeouts(first_event=1.0)},
        error=errors.APITimeoutError,
        has={"phase": "first_event"},
        delivered=("",),
        end_reason="error",
    ),
    "silence after content": Fault(
        server=events(*STREAM[:2], PINGS),
        call={"timeouts": Timeouts(idle=0.2)},
        error=errors.APITimeoutError,
        has={"phase": "idle"},
        delivered=HEL,
        end_reason="error",
    ),
    "an endless answer": Fault(
        server=events(STARTED, Repeat(said("x"), every=0.02)),
        call={"timeouts": Timeouts(total=1.0)},
        error=errors.APITimeoutError,
        has={"phase": "total"},
        delivered=None,
        end_reason="error",
    ),
}


def client_of(colour, **settings):
    """Make a client in a frame that no traceback has."""
    return colour.client(api_key=KEY, retry_config=quickly(), **settings)


def read(colour, url, fault):
    """Read a stream to its end; return it, its events and its error."""
    client = client_of(colour, server_url=url, **fault.client)
    stream, got = None, []
    try:
        stream = open_stream(colour, client, **fault.call)
        while True:
            got.append(colour.next(stream))
    except StopIteration:
        return stream, got, None
    except errors.MistralClientError as error:
        return stream, got, error


def check(colour, fault):
    with Simulator(fault.server) as sim:
        stream, got, error = read(colour, sim.url, fault)
        sim.wait_for_requests(fault.requests)  # a limit may pass before the server reads it
        assert len(sim.requests) == fault.requests
    if fault.error is None:
        assert error is None
    else:
        expect(error, fault)
        assert KEY not in rendered(error) + shown(error)
        if got:
            assert type(error.partial) is ConversationResponse
            assert error.events_received == len(got)
    if fault.delivered is not None:
        assert tuple(texts(got)) == fault.delivered
    assert (None if stream is None else stream.end_reason) == fault.end_reason
    if fault.statuses is not None:
        assert tuple(attempt.status for attempt in stream.attempts) == fault.statuses


def test_a_stream_of_a_conversation_survives_a_fault(colour, subtests):
    for name, fault in TABLE.items():
        with subtests.test(name):
            check(colour, fault)


@pytest.mark.parametrize("method", ["append", "restart"])
def test_continuing_is_not_sent_twice_either(colour, method):
    with Simulator([Wire([], "reset"), "auto"]) as sim:
        client = colour.client(server_url=sim.url, retry_config=quickly())
        params = {"conversation_id": "conv_1", "inputs": "Hi"}
        if method == "restart":
            params["from_entry_id"] = "msg_1"
        with pytest.raises(errors.APIConnectionError):
            open_stream(colour, client, method, **params)
        assert len(sim.requests) == 1


def test_a_simulated_conversation_has_the_faults_of_a_chat(colour, subtests):
    faults = {
        errors.StreamInterruptedError: (Cut(at=At(event=2)), Reset(at=At(byte=300))),
        errors.StreamTruncatedError: (Truncate(at=At(event=2)),),
    }
    for error, several in faults.items():
        for fault in several:
            with subtests.test(repr(fault)), Simulator(Scenario(faults=[fault])) as sim:
                stream = open_stream(colour, colour.client(server_url=sim.url))
                with pytest.raises(error) as caught:
                    colour.collect(stream)
                assert caught.value.partial.conversation_id.startswith("conv_")
