"""Run by `ddtrace-run`: hooks that ddtrace and wrapt call when `mistralai.client` was imported.

Prints what held.
"""

import wrapt
from ddtrace.trace import TraceFilter, tracer

CALLED, SPANS = [], []


class Kept(TraceFilter):
    """Keeps the spans here: there is no agent to send them to."""

    def process_trace(self, trace):
        SPANS.extend(trace)


@wrapt.when_imported("mistralai.client")
def called(module):
    from mistralai import client
    from mistralai.client import Mistral

    assert client is module
    assert Mistral.__name__ == "Mistral"
    CALLED.append(module.__name__)


tracer.configure(trace_processors=[Kept()])

from checks import FIRST_LINE, MODEL, POEM, held

from mistralai import Mistral
from mistralai.simulator import Simulator

with Simulator() as sim, Mistral("key", server_url=sim.url) as client:
    ask = {"model": MODEL, "messages": [{"role": "user", "content": POEM}]}
    assert client.chat.complete(**ask).choices[0].message.content.startswith(FIRST_LINE)
    assert "".join(event.data.choices[0].delta.content or "" for event in client.chat.stream(**ask))

assert CALLED == ["mistralai.client"]
held("wrapt")
traced = [span.resource for span in SPANS if span.name.startswith("mistralai")]
assert traced == ["Chat.complete", "Chat.stream"], SPANS
held("ddtrace-run")
