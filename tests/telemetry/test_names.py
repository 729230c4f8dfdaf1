"""Names are those of the conventions, as the installed package has them."""

import importlib
from importlib.metadata import version

import pytest
from opentelemetry.metrics import NoOpMeter
from packaging.version import Version

from mistralai.telemetry import names
from mistralai.telemetry.tracing import Metrics

of_the_release = pytest.mark.skipif(
    Version(version("opentelemetry-semantic-conventions")) < Version("0.66b2"),
    reason="the names are those of a newer release",
)
LATEST_ONLY = {names.REQUEST_REASONING_LEVEL, names.TOKEN_MODALITY}
OWN = {names.END_REASON, names.RETRY_EVENT, names.RETRY_DELAY, names.PROVIDER}


def constants(*modules):
    found = set()
    for module in modules:
        of = importlib.import_module(f"opentelemetry.semconv.{module}")
        found |= {value for name, value in vars(of).items() if name.isupper()}
    return found


@of_the_release
def test_released_names_are_in_the_package_of_the_conventions():
    known = constants(
        "_incubating.attributes.gen_ai_attributes",
        "_incubating.attributes.url_attributes",
        "attributes.error_attributes",
        "attributes.http_attributes",
        "attributes.server_attributes",
    )
    ours = {
        value
        for name, value in vars(names).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }
    assert ours - known == {*LATEST_ONLY, *OWN, names.LATEST_COMMIT}
    values = importlib.import_module(
        "opentelemetry.semconv._incubating.attributes.gen_ai_attributes"
    )
    assert values.GenAiProviderNameValues.MISTRAL_AI.value == names.PROVIDER
    assert {"chat", "text_completion", "embeddings", "invoke_agent", "execute_tool"} <= {
        each.value for each in values.GenAiOperationNameValues
    }


class Meter(NoOpMeter):
    """Keeps what instruments are made, by name."""

    def __init__(self):
        super().__init__("of a test")
        self.made = {}

    def create_histogram(self, name, unit="", description="", **_):
        assert name not in self.made
        self.made[name] = unit
        return super().create_histogram(name, unit, description)

    def create_counter(self, name, unit="", description=""):
        assert name not in self.made
        self.made[name] = unit
        return super().create_counter(name, unit, description)


@of_the_release
def test_released_metrics_are_those_of_the_conventions():
    ours, theirs = Meter(), Meter()
    Metrics(ours, "released")
    conventions = importlib.import_module(
        "opentelemetry.semconv._incubating.metrics.gen_ai_metrics"
    )
    for name, create in vars(conventions).items():
        if name.startswith("create_gen_ai_client"):
            create(theirs)
    assert ours.made == theirs.made
