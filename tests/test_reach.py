"""The table of endpoints in `docs/reach.md`, and the names of what is typed in it."""

import contextlib
import inspect
import re
from operator import attrgetter

import pytest

from mistralai.client import Mistral, errors, models
from support.reach import HEADING, PAGE, endpoints, is_typed, raw_calls, table
from support.recorder import recording
from support.sdk_classes import classes


class _Variables(dict):
    """The variables in a printed call: the names in its path, with their names as values."""

    def __missing__(self, name):
        return name


def run(call, client):
    """Make a call of the table, with values for what it leaves out."""
    source = re.sub(r"(json|files|params)=\{(\"file\": )?\.\.\.", _given, call)
    result = eval(source.replace("...", '"given"'), {}, _Variables(client=client, path=b"given"))
    if hasattr(result, "__exit__"):
        with result:
            pass


def _given(match):
    return f'{match[1]}={{"file": b"given"' if match[2] else f'{match[1]}={{"given": 1'


def test_the_table_of_endpoints_tells_what_is_typed():
    stored = PAGE.read_text("utf-8").partition(HEADING)
    assert "".join(stored[1:]) == table(), "write it again: make docs/reach.md"


def test_typed_methods_have_the_keywords_of_the_generated_sdk(subtests):
    client = Mistral(api_key="key")
    for name, endpoint in endpoints().items():
        if is_typed(name):
            for method in (name, f"{name}_async"):
                with subtests.test(method):
                    parameters = inspect.signature(attrgetter(method)(client)).parameters
                    assert {*endpoint["keywords"]} <= {*parameters}


def test_typed_methods_have_the_classes_of_the_generated_sdk():
    named = {name for call, names in classes().items() if is_typed(call) for name in names}
    assert named <= {*models.__all__}


def test_the_raw_calls_of_the_table_send_what_their_endpoints_take(subtests):
    rows = [
        (name, endpoint, call)
        for name, endpoint in endpoints().items()
        if not is_typed(name)
        for call in raw_calls(endpoint)
    ]
    with recording() as (url, requests), Mistral(api_key="key", server_url=url) as client:
        for name, endpoint, call in rows:
            with subtests.test(name, call=call):
                with contextlib.suppress(errors.SDKError):
                    run(call, client)
                request = requests[-1]
                assert request["method"] == endpoint["method"]
                assert request["path"] == re.sub(r"[{}]", "", endpoint["path"])
                assert [*request["query"]] == endpoint["query"]
                body = {"json": "application/json", "multipart": "multipart/form-data", None: ""}
                assert request["content_type"] == body[endpoint["body"]]
                if "stream_request" in call:
                    assert request["accept"] == "text/event-stream"
    assert len(requests) == len(rows)


def test_an_attribute_that_is_missing_names_the_raw_call_of_one_of_its_endpoints(subtests):
    with recording() as (url, requests), Mistral(api_key="key", server_url=url) as client:
        for missing in sorted({_first_missing(client, name) for name in endpoints()} - {None}):
            with subtests.test(missing):
                with pytest.raises(AttributeError) as raised:
                    attrgetter(missing)(client)
                [call] = re.findall(
                    r": reach it by (client\..*\))\. docs/reach.md", str(raised.value)
                )
                with contextlib.suppress(errors.SDKError):
                    run(call, client)
                assert (requests[-1]["method"], requests[-1]["path"]) in {
                    (endpoint["method"], re.sub(r"[{}]", "", endpoint["path"]))
                    for name, endpoint in endpoints().items()
                    if f"{name}.".startswith(f"{missing}.")
                }


def _first_missing(client, name):
    """Return the beginning of a method's name where it leaves what the client has."""
    found = client
    for part in (path := name.split(".")):
        if not hasattr(found, part):
            return ".".join(path[: path.index(part) + 1])
        found = getattr(found, part)
    return None
