"""Conversations on the simulator: requests that are refused, and answers by scenario."""

import httpx2
import pytest

from mistralai.simulator import Reply, Scenario, Simulator

KEY = {"authorization": "Bearer key"}
HI = {"model": "m", "inputs": "Hi"}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {}}}


@pytest.fixture
def ask():
    """Return a function that sends a request to a simulator of its own."""
    with Simulator() as sim, httpx2.Client(base_url=sim.url, headers=KEY) as client:
        yield lambda method, path="", **body: client.request(
            method, f"/v1/conversations{path}", json=body or None
        )


def test_wrong_requests_are_refused(ask, subtests):
    begun = ask("POST", **HI).json()
    one = f"/{begun['conversation_id']}"
    wrong = {
        "neither a model nor an agent": (422, ("POST", ""), {"inputs": "Hi"}),
        "both": (422, ("POST", ""), {**HI, "agent_id": "ag_1"}),
        "no inputs": (422, ("POST", ""), {"model": "m"}),
        "an unknown field": (422, ("POST", ""), {**HI, "colour": "red"}),
        "an entry of no known type": (422, ("POST", ""), {**HI, "inputs": [{"type": "x"}]}),
        "a text that is none": (
            422,
            ("POST", ""),
            {**HI, "inputs": [{"role": "user", "content": [{"type": "text", "text": None}]}]},
        ),
        "no message": (
            422,
            ("POST", ""),
            {"model": "m", "inputs": [{"type": "agent.handoff", "next_agent_id": "ag_1"}]},
        ),
        "a function without a name": (
            422,
            ("POST", ""),
            {**HI, "tools": [{"type": "function", "function": {"parameters": {}}}]},
        ),
        "options of another type": (422, ("POST", ""), {**HI, "completion_args": {"stop": 5}}),
        "an unknown agent": (404, ("POST", ""), {"inputs": "Hi", "agent_id": "ag_1"}),
        "an unknown conversation": (404, ("GET", "/conv_1"), {}),
        "an unknown entry": (404, ("POST", f"{one}/restart"), {"from_entry_id": "x"}),
        "another method": (405, ("PUT", one), {}),
        "another path": (404, ("GET", f"{one}/other"), {}),
    }
    for name, (status, where, body) in wrong.items():
        with subtests.test(name):
            assert ask(*where, **body).status_code == status
    assert len(ask("GET").json()) == 1


def test_what_is_not_to_be_stored_is_not_kept(ask):
    begun = ask("POST", **HI, store=False).json()
    assert ask("GET", f"/{begun['conversation_id']}").status_code == 404
    kept = ask("POST", **HI).json()["conversation_id"]
    before = ask("GET", f"/{kept}").json()
    ask("POST", f"/{kept}", inputs="And?", store=False)
    assert ask("GET", f"/{kept}").json() == before
    assert len(ask("GET", f"/{kept}/history").json()["entries"]) == 2


def test_the_reply_of_a_scenario_is_an_entry_or_named_events(subtests):
    replies = {
        "thinking": ("thinking", ["message.output"]),
        "a call in fragments": ("tool-call-fragments", ["function.call"]),
        "parallel calls": ("tool-calls", ["function.call"] * 2),
        "a text": (Reply(text="Hello"), ["message.output"]),
    }
    for name, (reply, kinds) in replies.items():
        with (
            subtests.test(name),
            Simulator(Scenario(reply)) as sim,
            httpx2.Client(base_url=sim.url, headers=KEY) as client,
        ):
            body = {**HI, "tools": [TOOL]}
            whole = client.post("/v1/conversations", json=body).json()
            assert [output["type"] for output in whole["outputs"]] == kinds
            sent = client.post("/v1/conversations", json={**body, "stream": True}).text
            events = [block.partition("\n")[0] for block in sent.strip().split("\n\n")]
            assert events[0] == "event: conversation.response.started"
            assert events[-1] == "event: conversation.response.done"
            assert {event.split()[1] for event in events[1:-1]} == {f"{kinds[0]}.delta"}
