"""The table of faults, against a server on a real socket, in all three colours."""

import pytest

from mistralai.client.errors import SDKError
from mistralai.simulator import Simulator
from support.fault_table import TABLE
from support.faults import read
from support.flows import KEY
from support.serving import ASK

every_fault = pytest.mark.parametrize("fault", TABLE.values(), ids=TABLE)


def expect(error, fault):
    """See that an error is the one that the table has."""
    assert isinstance(error, fault.error)
    assert isinstance(error, fault.httpx)
    for said in fault.says:
        assert said in str(error)
    details = error.error if isinstance(error, SDKError) else None
    for name, value in fault.has.items():
        place = details if name in {"code", "message"} else error
        assert (name, getattr(place, name)) == (name, value)


@every_fault
def test_a_stream_bears_it(colour, fault):
    with Simulator(fault.server) as sim:
        outcome = read(colour, sim.url, call=fault.call, **fault.client)
        assert len(sim.requests) == outcome.sent == fault.requests
    if fault.error is None:
        assert outcome.error is None
    else:
        expect(outcome.error, fault)
    if fault.delivered is not None:
        assert outcome.texts == fault.delivered
    assert outcome.end_reason == fault.end_reason
    if fault.statuses is not None:
        assert tuple(attempt.status for attempt in outcome.stream.attempts) == fault.statuses


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, id=name) for name, fault in TABLE.items() if fault.whole],
)
def test_a_whole_answer_bears_it(colour, fault):
    with Simulator(fault.server) as sim:
        client = colour.client(server_url=sim.url, api_key=KEY, **fault.client)
        if fault.error is None:
            answer = colour.complete(client, **ASK, **fault.call)
            assert answer.choices[0].message.content == "Hello there"
        else:
            with pytest.raises(fault.error) as caught:
                colour.complete(client, **ASK, **fault.call)
            expect(caught.value, fault)
        assert len(sim.requests) == fault.requests
