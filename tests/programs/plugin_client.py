"""A test whose client talks to the simulator."""

from mistralai.client import Mistral
from mistralai.client.models import UserMessage
from mistralai.simulator import Simulator


def test_client(mistral_client: Mistral, mistral_simulator: Simulator) -> None:
    messages = [UserMessage(content="Hello there")]
    with mistral_client.chat.stream(model="m", messages=messages) as stream:
        text = "".join(stream.text_stream)
    assert text == "Hello there"
    assert mistral_simulator.requests[0].json["stream"] is True
