"""Scenarios as TOML."""

import dataclasses

import pytest

from mistralai.simulator import (
    PRESETS,
    Answer,
    At,
    Call,
    End,
    Pause,
    Repeat,
    Reply,
    Scenario,
    ScenarioError,
    Sequence,
    Simulator,
    Timing,
    faults,
    load,
    loads,
)
from mistralai.simulator.cases import Cases, When
from mistralai.simulator.faults.names import FAULTS
from mistralai.simulator.model.dialect import COMPATIBLE, Dialect
from support.raw_answer import ask

WHOLE = """
reply = "poem"

[timing]
first = 1
tokens_per_second = 50.5
jitter = 0.2
distribution = "lognormal"
burst = 3

[[faults]]
kind = "cut"
at = { event = 5 }
rate = 0.5

[[faults]]
kind = "status"
status = 503
retry_after = 2
form = "date"
first = 2
header = "x-fail"
model = "m"
shape = "html"
"""


REPLY = """
[reply]
preset = "thinking-empty"
usage = "2024"
n = 2
calls = [{ name = "f", arguments = { a = 1 } }, { name = "g", arguments = "{" }]
"""
ANSWERS = """
[[answers]]
status = 503
headers = { retry-after = "1" }
content_type = "text/plain"
framing = "close"
before = [{ pause = 2 }]
body = ["a\u00e9", { base64 = "/w==" }, { pause = 1 }, { repeat = "x", every = 0.5, count = 2 },
        { end = "reset" }]

[[answers]]
reply = "poem"

[[answers]]
status = 204
body = "x"
"""
CASES = """
timing = { first = 1 }

[[cases]]
when = { text = "Hi", role = "user" }
reply = "poem"

[[cases]]
when = { model = "m" }
timing = { first = 2 }

[[cases]]
status = 503
"""
FILES = {
    "": Scenario(),
    WHOLE: Scenario(
        "poem",
        timing=Timing(
            first=1.0,
            tokens_per_second=50.5,
            jitter=0.2,
            distribution="lognormal",
            burst=3,
        ),
        faults=[
            faults.Cut(at=At(event=5), rate=0.5),
            faults.Status(
                status=503,
                retry_after=2.0,
                form="date",
                first=2,
                header="x-fail",
                model="m",
                shape="html",
            ),
        ],
    ),
    REPLY: Scenario(
        dataclasses.replace(
            PRESETS["thinking-empty"],
            usage="2024",
            n=2,
            calls=(Call(name="f", arguments={"a": 1}), Call(name="g", arguments="{")),
        )
    ),
    'reply = { dialect = "compatible-bare" }': Scenario(
        Reply(dialect=COMPATIBLE["compatible-bare"])
    ),
    'reply = { dialect = "mistral" }': Scenario(Reply(dialect=Dialect())),
    "reply = { dialect = { padding = false, delta_extra = { a = 1 } } }": Scenario(
        Reply(dialect=Dialect(padding=False, delta_extra={"a": 1}))
    ),
    ANSWERS: Sequence(
        [
            Answer(
                status=503,
                headers={"retry-after": "1"},
                content_type="text/plain",
                framing="close",
                before=[Pause(2.0)],
                body=("a\u00e9".encode(), b"\xff", Pause(1.0), Repeat(b"x", 0.5, 2), End("reset")),
            ),
            Scenario("poem"),
            Answer(status=204, body=(b"x",)),
        ]
    ),
    'ending = "cut"': Answer(ending="cut"),
    "answers = [{}]\ncycle = true": Sequence([Scenario()], cycle=True),
    CASES: Cases(
        (
            (When(text="Hi", role="user"), Scenario("poem", timing=Timing(first=1.0))),
            (When(model="m"), Scenario(timing=Timing(first=2.0))),
            (When(), Answer(status=503)),
        ),
        Scenario(timing=Timing(first=1.0)),
    ),
    **{f'faults = [{{ kind = "{kind}" }}]': Scenario(faults=[FAULTS[kind]()]) for kind in FAULTS},
}


def test_a_scenario_is_read_from_its_text(subtests):
    for text, scenario in FILES.items():
        with subtests.test(text):
            assert loads(text) == scenario


def test_a_simulator_takes_a_file(tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text('faults = [{ kind = "status", status = 503 }]')
    with Simulator(path) as sim:
        assert ask(sim).status == 503


MISTAKES = {
    'reply = "poen"': "reply: 'poen' is not a preset; did you mean 'poem'? use one of auto, ",
    "reply = 5": "reply: must be the name of a preset or a table, not 5",
    'reply = { preset = "x" }': "reply.preset: 'x' is not a preset; ",
    "reply = { n = 0 }": "reply.n: 0 is out of range; use 1 or more",
    'reply = { n = "1" }': "reply.n: must be a whole number, not '1'",
    "reply = { calls = 1 }": "reply.calls: must be a list, not 1",
    "reply = { calls = [{}] }": "reply.calls[0].name: missing key",
    'reply = { calls = [{ name = "f", arguments = 1 }] }': "reply.calls[0].arguments: must be a ",
    'reply = { usage = "2020" }': (
        "reply.usage: '2020' is not allowed (allowed: '2024', '2026-01', '2026-02', '2026-07', "
        "'2026-08')"
    ),
    'reply = { dialect = "x" }': "reply.dialect: 'x' is not allowed (allowed: mistral, compatible,",
    "reply = { dialect = { created = 1 } }": "reply.dialect.created: must be true or false, not 1",
    "timing = 1": "timing: must be a table, not 1",
    "timing = { fisrt = 1 }": (
        "timing.fisrt: unknown key; did you mean 'first'? (allowed: burst, distribution, "
        "first, jitter, tokens_per_second)"
    ),
    'timing = { first = "1" }': "timing.first: must be a number, not '1'",
    "timing = { first = true }": "timing.first: must be a number, not True",
    "timing = { burst = true }": "timing.burst: must be a whole number, not True",
    "timing = { burst = 0 }": "timing.burst: 0 is out of range; use 1 or more",
    'faults = [{ kind = "bom" }, 1]': "faults[1]: must be a table or the name of a fault, not 1",
    "faults = [{}]": "faults[0].kind: '' is not a fault (allowed: cut, reset, ",
    'faults = [{ kind = "cutt" }]': "faults[0].kind: 'cutt' is not a fault (did you mean 'cut'? ",
    'faults = [{ kind = "cut", at = 5 }]': "faults[0].at: must be a table, not 5",
    'faults = [{ kind = "cut", at = {} }]': (
        "faults[0].at: give exactly one of event, byte and time"
    ),
    'faults = [{ kind = "cut", at = { event = -1 } }]': (
        "faults[0].at.event: -1 is out of range; use 0 or more"
    ),
    'faults = [{ kind = "bom" }, { kind = "bom" }, { kind = "bom", at = { event = 1 } }]': (
        "faults[2].at: unknown key; did you mean 'rate'? (allowed: first, header, model, rate)"
    ),
    'faults = [{ kind = "cut", rate = 2 }]': "faults[0].rate: 2.0 is out of range; use 0 to 1",
    "fault = []": "fault: unknown key; did you mean 'faults'? (allowed: before, body, ",
    'ending = "x"': (
        "ending: 'x' is not allowed (allowed: 'clean', 'close', 'cut', 'reset', 'hang')"
    ),
    "body = 1": "body: must be a text or a list of steps, not 1",
    "body = [{ puase = 1 }]": "body[0]: {'puase': 1} is not a step (allowed: a text, ",
    "body = [{ pause = 1, end = 'cut' }]": "body[0]: {'pause': 1, 'end': 'cut'} is not a step ",
    "body = [{ pause = 'x' }]": "body[0].pause: must be a number, not 'x'",
    "body = [{ pause = -1 }]": "body[0].pause: -1.0 is out of range; use 0 or more",
    "body = [{ end = 'x' }]": "body[0].end: 'x' is not allowed (allowed: 'clean', ",
    "body = [{ repeat = 'x', count = -1 }]": "body[0].count: -1 is out of range; use 0 or more",
    "body = [{ repeat = 'x', evry = 1 }]": (
        "body[0]: {'repeat': 'x', 'evry': 1} is not a step (allowed"
    ),
    "status = 42": "status: 42 is out of range; use 200 to 999",
    "timing = { first = nan }": "timing.first: nan is out of range; use 0 or more",
    'faults = [{ kind = "status", status = 200 }]': (
        "faults[0].status: 200 is out of range; use 400 to 599"
    ),
    "body = [{ base64 = '*' }]": "body[0].base64: invalid base64: ",
    "headers = 1\nstatus = 200": "headers: must be a table, not 1",
    "headers = { a = 1 }": "headers.a: must be a text, not 1",
    "answers = []": "answers: must be a list of tables, at least one",
    "answers = [1]": "answers[0]: must be a table, not 1",
    "answers = [{ stauts = 1 }]": "answers[0].stauts: unknown key; did you mean 'status'?",
    'reply = "poem"\nanswers = [{}]': "reply: unknown key (allowed: answers, cycle)",
    "answers = [{}]\ncycle = 1": "cycle: must be true or false, not 1",
    "cases = []": "cases: must be a list of tables, at least one",
    "cases = [{}]\nfaults = []": "faults: unknown key (allowed: cases, timing)",
    "cases = [{ when = 1 }]": "cases[0].when: must be a table, not 1",
    "cases = [{}, { when = { txt = 'x' } }]": (
        "cases[1].when.txt: unknown key; did you mean 'text'? "
        "(allowed: model, question, role, step, text)"
    ),
    "cases = [{ when = { role = 'x' } }]": (
        "cases[0].when.role: 'x' is not allowed (allowed: 'assistant', 'system', 'tool', 'user')"
    ),
    "cases = [{ when = { step = 0 } }]": "cases[0].when.step: 0 is out of range; use 1 or more",
    "cases = [{ reply = 'poen' }]": "cases[0].reply: 'poen' is not a preset; did you mean 'poem'?",
    "cases = [{ answers = [{ stauts = 1 }] }]": (
        "cases[0].answers[0].stauts: unknown key; did you mean 'status'?"
    ),
    "a = ": "Invalid value (at ",
}


def test_a_mistake_is_named_with_its_place_and_the_allowed_values(subtests):
    for text, message in MISTAKES.items():
        with subtests.test(text):
            with pytest.raises(ScenarioError) as caught:
                loads(text)
            assert str(caught.value).startswith(message)


def test_a_mistake_in_a_file_is_named_with_the_file(tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text("tming = {}")
    with pytest.raises(ScenarioError, match=r"scenario\.toml: tming: unknown key"):
        load(path)
