"""Stream a poem to the terminal, from the embedded simulator or, with a key, from the real API."""

import os
from contextlib import ExitStack

from mistralai import Mistral
from mistralai.models import UserMessage


def main() -> None:
    with ExitStack() as stack:
        if os.environ.get("MISTRAL_API_KEY"):
            client = stack.enter_context(Mistral())
        else:
            from mistralai.simulator import Scenario, Simulator, Timing

            pace = Scenario("poem", timing=Timing(first=0.3, tokens_per_second=20))
            simulator = stack.enter_context(Simulator(pace))
            client = stack.enter_context(Mistral("no key needed", server_url=simulator.url))
            print(f"(no MISTRAL_API_KEY: answered by the simulator at {simulator.url})\n")
        stream = stack.enter_context(
            client.chat.stream(
                model="mistral-large-latest",
                messages=[UserMessage(content="Write a short poem about coding.")],
            )
        )
        usage = None
        for event in stream:
            usage = event.data.usage or usage
            for choice in event.data.choices:
                if isinstance(choice.delta.content, str):
                    print(choice.delta.content, end="", flush=True)
        report(stream.timing, usage)


def report(timing, usage) -> None:
    print(f"\n\ntime to first token {timing.first_content * 1000:.0f} ms", end="")
    if usage is not None and usage.completion_tokens:
        pace = usage.completion_tokens / (timing.total - timing.first_content)
        print(f", {usage.completion_tokens} tokens at {pace:.0f} tokens a second", end="")
    print()


main()
