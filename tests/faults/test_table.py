"""The table of faults, against a server on a real socket.

Rows about the network run on every kind of connection. Rows about a status, a wait before a retry
or an odd event are decided by the flow, without I/O: those run once on each driver of it.
"""

from contextlib import nullcontext

import pytest

from mistralai.simulator import Simulator
from support.fault_table import NETWORK, POLICY
from support.faults import expect, read
from support.flows import KEY
from support.serving import ASK

every_driver = pytest.mark.parametrize("colour", ["sync", "asyncio"], indirect=True)


def check_stream(colour, fault):
    """Check a fault of a stream against its row."""
    with Simulator(fault.server) as sim:
        outcome = read(colour, sim.url, call=fault.call, **fault.client)
        sim.wait_for_requests(fault.requests)  # a limit may pass before the server reads it
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


def check_whole(colour, fault):
    """Check a fault of a call that does not stream against its row."""
    with Simulator(fault.server) as sim:
        client = colour.client(server_url=sim.url, api_key=KEY, **fault.client)
        fails = nullcontext() if fault.error is None else pytest.raises(fault.error)
        with fails as caught:
            answer = colour.complete(client, **ASK, **fault.call)
        sim.wait_for_requests(fault.requests)
        assert len(sim.requests) == fault.requests
    if fault.error is None:
        assert answer.choices[0].message.content == "Hello there"
    else:
        expect(caught.value, fault)


def check_whole_answers(colour, subtests, table):
    for part, faults in table.items():
        for name, fault in faults.items():
            if fault.whole:
                with subtests.test(f"{part}: {name}"):
                    check_whole(colour, fault)


@pytest.mark.parametrize("part", NETWORK)
def test_a_stream_survives_a_fault_of_the_network(colour, subtests, part):
    for name, fault in NETWORK[part].items():
        with subtests.test(name):
            check_stream(colour, fault)


def test_a_whole_answer_survives_a_fault_of_the_network(colour, subtests):
    check_whole_answers(colour, subtests, NETWORK)


@every_driver
@pytest.mark.parametrize("part", POLICY)
def test_a_stream_ends_as_the_flow_decides(colour, subtests, part):
    for name, fault in POLICY[part].items():
        with subtests.test(name):
            check_stream(colour, fault)


@every_driver
def test_a_whole_answer_ends_as_the_flow_decides(colour, subtests):
    check_whole_answers(colour, subtests, POLICY)
