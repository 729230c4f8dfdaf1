"""Every row of the table of faults is one span with the right status."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mistralai.client.errors import MistralClientError
from mistralai.simulator import Simulator
from support.colours import colour_of
from support.fault_table import TABLE
from support.flows import KEY
from support.serving import ASK
from support.traced import Ends, Traced, told

SECRETS = (KEY, "Hello there", "It went wrong", "Slow down", "Service tier capacity")
"""The key, a prompt that is echoed, and words of the server."""

SENTENCES = {
    "a timeout expired",
    "no response was received",
    "the stream ended in mid-answer",
    "the answer broke off or was not valid",
    *(f"the server answered with status {status}" for status in range(300, 600)),
}


def call(colour, fault, *, whole):
    """Make a call of a row, and return what observers saw of it."""
    traced, ends = Traced(), Ends()
    with Simulator(fault.server) as sim:
        settings = {"server_url": sim.url, "api_key": KEY, **fault.client}
        client = colour.client(observers=[traced.telemetry, ends], **settings)
        try:
            if whole:
                colour.complete(client, **ASK, **fault.call)
            else:
                colour.collect(colour.open(client, **ASK, **fault.call))
        except MistralClientError:
            pass
    return traced, ends


def check(fault, traced, ends):
    [span] = traced.spans.all()
    [outcome] = ends.outcomes
    assert traced.spans.begun == 1
    assert span.name == "chat m"
    truncated = outcome.end_reason == "truncated"  # an error, also where the caller wants none
    failed = fault.error is not None or truncated
    assert span.status.status_code.name == ("ERROR" if failed else "UNSET")
    assert (span.status.description in SENTENCES) is failed
    name = None
    if failed:
        name = "StreamTruncatedError" if truncated else type(outcome.error).__name__
    assert span.attributes.get("error.type") == name
    assert span.end_time == int(outcome.ended_at * 1e9)
    assert len(span.events) == len(outcome.attempts) - 1
    assert [event.attributes.get("http.response.status_code") for event in span.events] == [
        attempt.status for attempt in outcome.attempts[:-1]
    ]
    reasons = span.attributes["gen_ai.response.finish_reasons"]
    assert reasons == tuple(reason or "error" for reason in outcome.finish_reasons or [None])
    well = outcome.end_reason in {"done", "answered"}
    assert span.attributes.get("mistralai.end_reason") == (None if well else outcome.end_reason)
    assert span.attributes.get("http.response.status_code") == (None if well else outcome.status)
    assert not [secret for secret in SECRETS if secret in told(span)]
    [duration] = traced.metrics()["gen_ai.client.operation.duration"]
    assert duration.count == 1
    assert duration.attributes.get("error.type") == name


@pytest.mark.parametrize("whole", [False, True], ids=["stream", "whole"])
@pytest.mark.parametrize("kind", ["sync", "asyncio"])
def test_a_call_that_goes_wrong_is_one_span_with_its_status(kind, whole, subtests):
    faults = {name: fault for name, fault in TABLE.items() if fault.whole or not whole}
    with colour_of(kind) as colour, ThreadPoolExecutor(8) as threads:
        seen = threads.map(lambda fault: call(colour, fault, whole=whole), faults.values())
        for (name, fault), (traced, ends) in zip(faults.items(), seen, strict=True):
            with subtests.test(name):
                check(fault, traced, ends)
