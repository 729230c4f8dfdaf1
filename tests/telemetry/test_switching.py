"""How telemetry is switched on and off, and what is loaded for it."""

import pytest

from mistralai import Mistral
from mistralai.client._api import telemetering
from mistralai.simulator import Simulator
from mistralai.telemetry import Telemetry
from support.programs import STRICT, run_program

VARIABLE = "MISTRAL_SDK_TELEMETRY"


@pytest.fixture(autouse=True)
def _not_warned(monkeypatch):
    monkeypatch.setattr(telemetering, "_warned", set())


def observers(**settings):
    with Mistral("key", **settings) as client:
        return client.sdk_configuration.observers


def test_the_argument_and_else_the_environment_say_whether_calls_are_observed(
    monkeypatch, subtests
):
    table = [
        (None, None, False),
        (None, "", False),
        (None, "false", False),
        (None, " FALSE ", False),
        (None, "global", True),
        (None, "Global\n", True),
        (False, "global", False),
        (True, "false", True),
        (True, None, True),
    ]
    for setting, variable, observed in table:
        with subtests.test(f"telemetry={setting}, {variable!r}"), monkeypatch.context() as patch:
            if variable is not None:
                patch.setenv(VARIABLE, variable)
            found = observers(telemetry=setting)
            assert [type(each) for each in found] == ([Telemetry] if observed else [])


def test_a_telemetry_of_ones_own_comes_before_other_observers():
    own, other = Telemetry(per_chunk=True), Telemetry()
    assert observers(telemetry=own, observers=[other]) == (own, other)
    assert repr(own) == "Telemetry(content=False, names='released', per_chunk=True)"


def test_nothing_is_sent_to_mistral_and_that_is_said(monkeypatch):
    with pytest.raises(ValueError, match=r"sends nothing to anyone\. Give telemetry=True"):
        observers(telemetry="dedicated")
    monkeypatch.setenv(VARIABLE, "dedicated")
    with pytest.warns(RuntimeWarning, match="sends nothing to anyone") as caught:
        assert observers() == ()
    assert caught[0].filename == __file__
    assert observers() == ()  # it is said once


WRONG = {
    "tracer_provider takes an object with a method get_tracer": {"tracer_provider": "jaeger"},
    "meter_provider takes an object with a method get_meter": {"meter_provider": object()},
    "content takes True or False, not 'true'": {"content": "true"},
    "per_chunk takes True or False, not 1": {"per_chunk": 1},
    "names is 'newest'; give 'released' or 'latest'": {"names": "newest"},
}


def test_a_value_that_is_none_of_those_is_an_error(monkeypatch, subtests):
    for value in ("global", 1, 0, object, Telemetry):
        with subtests.test(repr(value)), pytest.raises(TypeError, match="telemetry takes True"):
            observers(telemetry=value)
    for value in ("1", "true", "yes", "  "):
        monkeypatch.setenv(VARIABLE, value)
        with subtests.test(repr(value)), pytest.raises(ValueError, match="global or false"):
            observers()
    for message, settings in WRONG.items():
        with subtests.test(message), pytest.raises((TypeError, ValueError), match=message):
            Telemetry(**settings)


MISSING = """
import sys, warnings
sys.modules["opentelemetry"] = None
from mistralai import Mistral
from mistralai.telemetry import CallObserver  # which needs nothing
warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as caught:
    for _ in range(2):
        assert Mistral("key").sdk_configuration.observers == ()
print([str(warning.message) for warning in caught])
try:
    Mistral("key", telemetry=True)
except ImportError as error:
    print(error)
"""
NEEDS = "telemetry needs the package opentelemetry-api: pip install 'mistralai[otel]'"


def test_where_the_extra_is_missing_it_is_named():
    ran = run_program(MISSING, **{VARIABLE: "global"})
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [f"[\"{VARIABLE} is 'global', but {NEEDS}\"]", NEEDS]


OFF = """
import sys
from mistralai import Mistral
for setting in (None, False):
    with Mistral("key", server_url=sys.argv[1], telemetry=setting) as client:
        list(client.chat.stream(model="m", messages=[{"role": "user", "content": "a"}]))
        with client.observe("work"):
            client.chat.complete(model="m", messages=[{"role": "user", "content": "a"}])
print([name for name in sys.modules if name.startswith(("opentelemetry", "mistralai.telemetry"))])
"""

LATER = """
import sys
from mistralai import Mistral
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

with Mistral("key", server_url=sys.argv[1], telemetry=True) as client:
    def ask():
        list(client.chat.stream(model="m", messages=[{"role": "user", "content": "a"}]))
    ask()
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(MeterProvider([reader]))
    ask()
[span] = exporter.get_finished_spans()
[resource] = reader.get_metrics_data().resource_metrics
[scope] = resource.scope_metrics
print(span.name, span.instrumentation_scope.name, scope.scope.name)
print(*sorted(metric.name for metric in scope.metrics))
"""


def test_nothing_of_opentelemetry_is_loaded_where_telemetry_is_off():
    with Simulator() as sim:
        ran = run_program(OFF, *STRICT, arguments=[sim.url])
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_providers_may_be_set_later():
    with Simulator() as sim:
        ran = run_program(LATER, "-W", "error", arguments=[sim.url])
    assert ran.stderr == ""
    names, metrics = ran.stdout.splitlines()
    assert names == "chat m mistralai mistralai"
    assert metrics.split() == [
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.token.usage",
    ]
