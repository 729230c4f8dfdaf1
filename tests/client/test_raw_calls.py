"""`client.request`: any endpoint, by its method and path."""

import gzip
import io
import json
from contextlib import ExitStack
from datetime import UTC, date, datetime
from enum import Enum

import httpx
import pytest
from pydantic import BaseModel

from mistralai.client import Mistral, errors
from mistralai.client.models import UserMessage
from mistralai.client.types import UNSET
from mistralai.simulator import Answer, Simulator
from support.fault_table import says
from support.faults import callers_own, quickly
from support.rawcalls import call, request
from support.unseen import rendered, shown

KEY = "a-key-that-nobody-may-see"
OK = Answer.of_json({"id": "1"})


@pytest.fixture
def client_of():
    """A synchronous client of some settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(Mistral(**{"api_key": KEY, **settings}))


class Order(Enum):
    NEWEST = "-created"


class Page(BaseModel):
    id: str
    pages: list[int]


def sent(request):
    return request.method, request.target, request.headers.get("content-type"), request.body


MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
QUERY = (
    "text=%C3%A4%26&number=1.5&flag=true&list=1&list=-created"
    "&moment=2026-01-02T03%3A04%3A05Z&day=2026-01-02"
)
SENT = {
    "nothing": (("get", "/v1/ocr", {}), ("GET", "/v1/ocr", None, b"")),
    "a post of nothing": (("POST", "/v1/ocr", {}), ("POST", "/v1/ocr", None, b"")),
    "JSON": (
        ("POST", "/v1/ocr", {"json": {"é": [1, None, True], "at": MOMENT}}),
        (
            "POST",
            "/v1/ocr",
            "application/json",
            '{"é":[1,null,true],"at":"2026-01-02T03:04:05Z"}'.encode(),
        ),
    ),
    "a model": (
        ("PUT", "/v1/ocr", {"json": [UserMessage(content="Hi")]}),
        ("PUT", "/v1/ocr", "application/json", b'[{"content":"Hi","role":"user"}]'),
    ),
    "null": (
        ("PATCH", "/v1/ocr", {"json": None}),
        ("PATCH", "/v1/ocr", "application/json", b"null"),
    ),
    "a form": (
        ("POST", "/v1/ocr", {"data": {"a": "x y", "b": [1, 2], "c": None, "d": UNSET}}),
        ("POST", "/v1/ocr", "application/x-www-form-urlencoded", b"a=x+y&b=1&b=2"),
    ),
    "text": (("POST", "/v1/ocr", {"content": "é"}), ("POST", "/v1/ocr", None, "é".encode())),
    "bytes of a type": (
        ("POST", "/v1/ocr", {"content": b"%PDF", "http_headers": {"Content-Type": "a/b"}}),
        ("POST", "/v1/ocr", "a/b", b"%PDF"),
    ),
    "a query": (
        (
            "DELETE",
            "/v1/files/é f?a=%2F&b",
            {
                "params": {
                    "text": "ä&",
                    "number": 1.5,
                    "flag": True,
                    "none": None,
                    "list": [1, Order.NEWEST],
                    "moment": MOMENT,
                    "day": date(2026, 1, 2),
                }
            },
        ),
        (
            "DELETE",
            f"/v1/files/%C3%A9%20f?a=%2F&b&{QUERY}",
            None,
            b"",
        ),
    ),
}


def test_a_raw_call_sends_what_it_is_given_and_the_key(colour, subtests):
    with Simulator(OK) as sim:
        client = colour.client(api_key=KEY, server_url=f"{sim.url}/base")
        for name, ((method, path, options), (verb, target, kind, body)) in SENT.items():
            with subtests.test(name):
                request(colour, client, method, path, **options)
                got = sim.requests[-1]
                assert sent(got) == (verb, f"/base{target}", kind, body)
                assert got.headers["authorization"] == f"Bearer {KEY}"
                said = got.headers.get("content-length", "0")
                assert said == str(len(body))
                assert ("content-length" in got.headers) is (verb not in {"GET", "DELETE"})


def test_the_query_of_the_server_is_sent_too(client_of):
    with Simulator(OK) as sim:
        client = client_of(server_url=f"{sim.url}?api-version=1&a=2")
        client.request("GET", "/v1/x", params={"a": 3})
        assert sim.requests[-1].target == "/v1/x?api-version=1&a=3"


def test_an_answer_is_given_as_it_came(colour):
    body = gzip.compress(json.dumps({"id": "1", "pages": [1, 2]}).encode())
    headers = {"content-encoding": "gzip", "mistral-correlation-id": "abc"}
    server = [says(503), Answer(body=[body], status=201, headers=headers)]
    with Simulator(server) as sim:
        client = colour.client(server_url=sim.url, retry_config=quickly())
        answer = request(colour, client, "GET", "/v1/x")
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (201, "gzip")
    assert answer.text == '{"id": "1", "pages": [1, 2]}'
    assert answer.content == answer.text.encode()
    assert answer.json() == {"id": "1", "pages": [1, 2]}
    assert answer.parse(Page) == Page(id="1", pages=[1, 2])
    assert answer.parse(dict[str, str | list[int]])["id"] == "1"
    assert answer.request_id == "abc"
    assert [attempt.status for attempt in answer.attempts] == [503, 201]
    assert answer.response.json() == answer.json()
    assert answer.timing.total is not None
    assert repr(answer) == "<RawResponse 201, 28 bytes>"


def test_answers_without_a_body_are_empty(colour, subtests):
    empty = {
        ("DELETE", 204): Answer(body=[], status=204, framing="length"),
        ("HEAD", 200): Answer(body=[], framing="length"),
    }
    for (method, status), answer in empty.items():
        with subtests.test(method), Simulator(answer) as sim:
            client = colour.client(server_url=sim.url)
            got = request(colour, client, method, "/v1/files/1")
            assert (got.status_code, got.content, got.text) == (status, b"", "")


def test_text_has_the_encoding_that_its_type_names(client_of, subtests):
    kinds = {
        "text/plain; charset=latin-1": "é".encode("latin-1"),
        'text/plain; charset="UTF-8"; x=1': "é".encode(),
        "text/plain; charset=unheard-of": "é".encode(),
        "text/plain; charset=undefined": "é".encode(),
        "application/json": "é".encode(),
    }
    for kind, body in kinds.items():
        with subtests.test(kind), Simulator(Answer(body=[body], content_type=kind)) as sim:
            client = client_of(server_url=sim.url)
            assert client.request("GET", "/v1/x").text == "é"


def test_an_answer_of_another_form_is_an_error_that_names_what_is_wrong(client_of, subtests):
    with Simulator(Answer(body=[f'{{"id": 1, "{KEY}": 2}}'.encode()])) as sim:
        client = client_of(server_url=sim.url)
        answer = client.request("GET", "/v1/pages", params={"secret": 1})
    wanted = {
        "parse": (lambda: answer.parse(Page), r"^the answer of GET /v1/pages is not a Page: .*id"),
        "json": (
            lambda: type(answer)(answer.response, b"<html>", answer._call).json(),
            r"^the answer of GET /v1/pages is not JSON: Expecting value",
        ),
    }
    for name, (read, message) in wanted.items():
        with (
            subtests.test(name),
            pytest.raises(errors.ResponseValidationError, match=message) as caught,
        ):
            read()
        assert KEY not in shown(caught.value) + rendered(caught.value)


ELSEWHERE = {
    "https://example.com/v1/models": "an address, to which the API key would be sent",
    "//example.com/v1/models": "an address, to which the API key would be sent",
    "v1/models": "does not begin with a slash; give '/v1/models'",
    "/v1/models#part": "with a fragment",
    "/v1/../../models": r"a segment \. or \.\.",
    "/v1/%2E%2e/models": r"a segment \. or \.\.",
    "/v1/a%2f../models": r"a segment \. or \.\.",
    "/v1\\..\\models": "a backslash or a control character",
    "/v1/models\r\nx: y": "a backslash or a control character",
}


def test_a_path_that_leads_elsewhere_is_refused(client_of, subtests):
    with Simulator() as sim:
        client = client_of(server_url=sim.url)
        for path, problem in ELSEWHERE.items():
            with subtests.test(path), pytest.raises(ValueError, match=problem):
                client.request("GET", path)
        assert not sim.requests


HALF = r"'.*\\ud800', which UTF-8 cannot hold"
WRONG = {
    "a method": ({"method": "TRACE"}, ValueError, "method is 'TRACE'; give one of GET, POST"),
    "no method": ({"method": None}, TypeError, "method takes a string such as 'POST', not None"),
    "no path": ({"path": None}, TypeError, "path takes a string such as '/v1/models', not None"),
    "two bodies": ({"json": 1, "data": {}}, TypeError, "^json and data exclude each other"),
    "three": ({"json": 1, "files": {}, "content": ""}, TypeError, "^json and content and files"),
    "no keyword": (
        {"jsn": 1},
        TypeError,
        r"request\w*\(\) got an unexpected .*Did you mean 'json'",
    ),
    "another library's": ({"headers": {}}, TypeError, "`headers` is `http_headers` here"),
    "JSON": ({"json": {"a": object()}}, ValueError, "^json cannot be written as JSON"),
    "a form": ({"data": b"a=1"}, TypeError, "^data takes a mapping of fields, not b'a=1'"),
    "a field": ({"data": {"a": b"x"}}, TypeError, "^a takes a string, a number"),
    "a query": ({"params": "a=1"}, TypeError, "^params takes a mapping, not 'a=1'"),
    "a parameter": ({"params": {"a": [1, {}]}}, TypeError, r"^a\[1\] takes a string, .* not {}"),
    "a file alone": ({"files": "a.pdf"}, TypeError, "^files takes a mapping .*not 'a.pdf'; give"),
    "a number of files": ({"files": 5}, TypeError, "^files takes a mapping .*not 5; give"),
    "files without names": ({"files": [b"a"]}, TypeError, r"^files\[0\] takes a pair .*a bytes$"),
    "a file's name": ({"files": {1: b"a"}}, TypeError, "^the name of a field .* string, not 1"),
    "half a character in a path": ({"path": "/v1/\ud800"}, ValueError, f"^path is {HALF}"),
    "in a query": ({"params": {"a": ["b", "\ud800"]}}, ValueError, rf"^a\[1\] is {HALF}"),
    "in a field": ({"data": {"a": "\ud800"}}, ValueError, f"^a is {HALF}"),
    "in a field's name": ({"data": {"a": {"\ud800": 1}}}, ValueError, f"^a is {HALF}"),
    "in a file's name": ({"files": {"\ud800": b""}}, ValueError, f"^the name of a field .* {HALF}"),
    "in content": ({"content": "\ud800"}, ValueError, f"^content is {HALF}"),
    "content": ({"content": 5}, TypeError, "^content takes bytes, text, a Path, or a file"),
    "retries": ({"retries": "2"}, TypeError, "^retries takes"),
    "a header": ({"http_headers": {"a": 1}}, TypeError, "http_headers"),
    "a timeout": ({"timeout_ms": -1}, ValueError, "timeout_ms is -1"),
}


def test_a_wrong_argument_is_an_error_that_names_it(client_of, subtests):
    with Simulator() as sim:
        client = client_of(server_url=sim.url)
        for name, (given, error, message) in WRONG.items():
            call = {"method": "POST", "path": "/v1/x", **given}
            with subtests.test(name), pytest.raises(error, match=message):
                client.request(**call)
        assert not sim.requests


def test_an_error_of_the_server_is_that_of_its_status(client_of, subtests):
    for status, error in {
        400: errors.BadRequestError,
        401: errors.AuthenticationError,
        404: errors.NotFoundError,
        413: errors.SDKError,
        422: errors.HTTPValidationError,
        500: errors.InternalServerError,
    }.items():
        with subtests.test(status), Simulator(says(status)) as sim:
            client = client_of(server_url=sim.url, retry_config=None)
            with pytest.raises(error) as caught:
                client.request("POST", "/v1/x", json={"a": KEY})
            assert caught.value.status_code == status
            assert KEY not in shown(caught.value)


def test_an_answer_that_nothing_has_changed_is_no_redirect(client_of):
    answer = Answer(status=304, content_type=None, headers={"etag": '"1"'})
    with Simulator(answer) as sim:
        client = client_of(server_url=sim.url)
        with pytest.raises(errors.SDKError, match=r"^Not Modified \(status 304") as caught:
            client.request("GET", "/v1/models", http_headers={"if-none-match": '"1"'})
        assert (caught.value.status_code, caught.value.headers["etag"]) == (304, '"1"')


def test_a_server_that_is_not_the_simulators_endpoint_answers_404(client_of, sim):
    client = client_of(server_url=sim.url)
    with pytest.raises(errors.NotFoundError):
        client.request("POST", "/v1/ocr", json={})
    card = client.request("GET", "/v1/models")
    assert card.json()["object"] == "list"


def test_an_answer_above_the_limit_is_an_error(client_of):
    with Simulator(Answer(body=[b"x" * 2000])) as sim:
        client = client_of(server_url=sim.url, max_response_size=1000)
        with pytest.raises(errors.ResponseValidationError, match="max_response_size"):
            client.request("GET", "/v1/x")


def test_the_headers_of_a_call_are_hidden_in_its_traceback():
    with Mistral(KEY, server_url="http://127.0.0.1:1", retry_config=None) as client:
        with pytest.raises(errors.APIConnectionError) as caught:
            client.request("GET", "/v1/x", http_headers={"x-api-key": KEY})
        assert KEY not in rendered(caught.value) + shown(caught.value)


ECHO = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hello there"}],
    "stream": True,
}


@pytest.mark.anyio
async def test_an_asynchronous_stream_is_written_in_three_ways(sim):
    async with Mistral(KEY, server_url=sim.url) as client:
        calls = {
            client.stream_request_async: ("POST", "/v1/chat/completions", {"json": ECHO}),
            client.stream_bytes_async: ("GET", "/v1/models", {}),
        }
        for call, (method, path, options) in calls.items():
            async with call(method, path, **options) as stream:
                entered = [piece async for piece in stream]
            stream = await call(method, path, **options)
            awaited = [piece async for piece in stream]
            iterated = [piece async for piece in call(method, path, **options)]
            assert entered
            assert entered == awaited == iterated
            with pytest.raises(ValueError, match="does not begin with a slash"):
                await call(method, "v1")
        answer = await client.request_async("GET", "/v1/models")
        assert answer.content == b"".join(iterated)


@pytest.mark.parametrize(
    "colour", ["sync", "asyncio", "sync on httpx", "trio on httpx"], indirect=True
)
def test_a_client_of_the_callers_own_carries_raw_calls(colour, sim):
    with callers_own(colour) as own:
        of_httpx = isinstance(colour.client().sdk_configuration.client, httpx.Client)
        given = {} if of_httpx else own
        client = colour.client(server_url=sim.url, **given)
        stream = call(colour, client, "stream_request", "POST", "/v1/chat/completions", json=ECHO)
        assert len(colour.collect(stream)) == 4
        files = {"file": ("lines.jsonl", io.BytesIO(b"{}"))}
        data = {"purpose": "batch"}
        stored = request(colour, client, "POST", "/v1/files", files=files, data=data)
        path = f"/v1/files/{stored.json()['id']}/content"
        content = call(colour, client, "stream_bytes", "GET", path)
        assert b"".join(colour.collect(content)) == b"{}"
