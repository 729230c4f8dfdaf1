"""Tests of the files, batch jobs and agents that clients store on the simulator."""

import json

import httpx2
import pytest

from mistralai.simulator import Answer, Simulator

CHAT = "/v1/chat/completions"
LONG = "9" * 5000  # more digits than Python reads as a number


@pytest.fixture
def sim():
    """Return a simulator of the test's own, with nothing stored."""
    with Simulator() as sim:
        yield sim


@pytest.fixture
def api(sim, http):
    """Return a function that sends a request to it."""
    return lambda method, path, **options: http.request(method, f"{sim.url}{path}", **options)


def line(custom_id, **body):
    """Return one line of a batch's input."""
    asked = {"messages": [{"role": "user", "content": f"Question {custom_id}"}]}
    return json.dumps({"custom_id": custom_id, "body": asked | body})


def upload(api, *lines, name="rows.jsonl", **fields):
    data = {"purpose": "batch", **fields}
    content = "\n".join(lines).encode()
    return api("POST", "/v1/files", files={"file": (name, content)}, data=data)


def start(api, **fields):
    """Create a job and return its description."""
    body = {"endpoint": CHAT, "model": "mistral-small-latest", **fields}
    return api("POST", "/v1/batch/jobs", json=body).json()


def look(api, job, times=1):
    """Retrieve a job some times and return its last description."""
    for _ in range(times):
        job = api("GET", f"/v1/batch/jobs/{job['id']}").json()
    return job


def lines_of(api, file_id):
    text = api("GET", f"/v1/files/{file_id}/content").text
    return [json.loads(each) for each in text.splitlines()]


def test_a_file_is_kept_until_it_is_deleted(api):
    file = upload(api, "ä", "b", expiry="2").json()
    assert (file["filename"], file["bytes"], file["num_lines"]) == ("rows.jsonl", 4, 2)
    assert (file["purpose"], file["sample_type"], file["source"]) == (
        *("batch", "batch_request", "upload"),
    )
    assert file["expires_at"] - file["created_at"] >= 2 * 3600 - 1
    path = f"/v1/files/{file['id']}"
    assert api("GET", path).json() == {**file, "deleted": False}
    content = api("GET", f"{path}/content")
    assert (content.text, content.headers["content-type"]) == ("ä\nb", "application/octet-stream")
    assert api("DELETE", path).json() == {"id": file["id"], "object": "file", "deleted": True}
    assert api("GET", path).status_code == 404


def test_files_are_listed_newest_first_in_pages_and_by_what_is_known_of_them(api, subtests):
    names = ["a.jsonl", "b.jsonl", "c.pdf"]
    for name in names:
        upload(api, "x", name=name, purpose="ocr" if name == "c.pdf" else "batch")
    for query, found in {
        "": "c b a",
        "page=1&page_size=2": "a",
        "purpose=ocr": "c",
        "search=b.": "b",
        "mimetypes=application/pdf&mimetypes=image/png": "c",
        "sample_type=batch_request": "b a",
        "source=mistral": "",
    }.items():
        with subtests.test(query):
            answer = api("GET", f"/v1/files?{query}").json()
            assert " ".join(file["filename"][0] for file in answer["data"]) == found
    assert answer["total"] == 0
    assert api("GET", "/v1/files?include_total=false").json()["total"] is None


def test_a_signed_address_needs_no_key_and_cannot_be_guessed(api):
    file = upload(api, "secret").json()
    url = api("GET", f"/v1/files/{file['id']}/url", params={"expiry": 5}).json()["url"]
    assert httpx2.get(url).text == "secret"
    assert httpx2.get(url.replace("signature=", "signature=0")).status_code == 403


WRONG = {
    "no form": ("POST", "/v1/files", {"json": {}}, 422),
    "a broken form": (
        *("POST", "/v1/files"),
        {"content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        400,
    ),
    "a part without a name": (
        *("POST", "/v1/files"),
        {
            "content": b"--x\r\n\r\na\r\n--x--\r\n",
            "headers": {"content-type": "multipart/form-data; boundary=x"},
        },
        400,
    ),
    "a boundary": (
        *("POST", "/v1/files"),
        {
            "content": b"--x--",
            "headers": {"content-type": "multipart/form-data; boundary*=utf-8''%E2%82%AC"},
        },
        422,
    ),
    "no file": ("POST", "/v1/files", {"files": {"purpose": (None, "batch")}}, 422),
    "a purpose": ("POST", "/v1/files", {"files": {"file": b"x"}, "data": {"purpose": "x"}}, 422),
    "an expiry": ("POST", "/v1/files", {"files": {"file": b"x"}, "data": {"expiry": "x"}}, 422),
    "a long expiry": (
        *("POST", "/v1/files"),
        {"files": {"file": b"x"}, "data": {"expiry": LONG}},
        422,
    ),
    "a page": ("GET", "/v1/files?page=x", {}, 422),
    "a page below 0": ("GET", "/v1/files?page=-1", {}, 422),
    "a large page": ("GET", "/v1/files?page_size=5000", {}, 422),
    "a flag": ("GET", "/v1/files?include_total=x", {}, 422),
    "a method": ("PUT", "/v1/files", {}, 405),
    "no key": ("GET", "/v1/files", {"headers": {"authorization": ""}}, 401),
    "no input": ("POST", "/v1/batch/jobs", {"json": {"endpoint": CHAT}}, 422),
    "an endpoint": ("POST", "/v1/batch/jobs", {"json": {"endpoint": "/v1/x"}}, 422),
    "a file": ("POST", "/v1/batch/jobs", {"json": {"endpoint": CHAT, "input_files": ["x"]}}, 404),
    "a job": ("POST", "/v1/batch/jobs/x/cancel", {}, 404),
    "a time": ("GET", "/v1/batch/jobs?created_after=x", {}, 422),
    "a field of an agent": (
        "POST",
        "/v1/agents",
        {"json": {"model": "m", "name": "n", "x": 1}},
        422,
    ),
    "an agent": ("GET", "/v1/agents/x", {}, 404),
    "metadata": ("GET", "/v1/agents?metadata={", {}, 422),
    "a token": ("GET", "/v1/agents/pages?page_token=x", {}, 422),
    "a long token": ("GET", f"/v1/agents/pages?page_token=from-{LONG}", {}, 422),
    "a long version": ("GET", f"/v1/agents/AGENT?agent_version={LONG}", {}, 404),
}


def test_wrong_requests_are_refused_with_the_status_of_the_api(api, subtests):
    agent = api("POST", "/v1/agents", json={"model": "m", "name": "n"}).json()
    for name, (method, path, options, status) in WRONG.items():
        with subtests.test(name):
            answer = api(method, path.replace("AGENT", agent["id"]), **options)
            assert answer.status_code == status, answer.text
            assert answer.json()["detail"]


def test_a_job_is_queued_runs_and_leaves_its_results_in_files(api):
    rows = [line("1"), "", line("2", stream=True), line("3", messages=5)]
    file = upload(api, *rows).json()
    job = start(api, input_files=[file["id"]], metadata={"run": "7"})
    assert (job["status"], job["object"], job["metadata"]) == ("QUEUED", "batch", {"run": "7"})
    assert look(api, job)["status"] == "RUNNING"
    half = look(api, job)
    assert (half["status"], half["completed_requests"]) == ("RUNNING", 2)
    done = look(api, job)
    counts = ["total", "completed", "succeeded", "failed"]
    assert [done[f"{name}_requests"] for name in counts] == [3, 3, 2, 1]
    assert done["status"] == "SUCCESS"
    assert done["completed_at"] > done["started_at"] > done["created_at"]
    one, two = lines_of(api, done["output_file"])
    assert (one["custom_id"], two["custom_id"], one["error"]) == ("1", "2", None)
    assert one["response"]["status_code"] == 200
    message = one["response"]["body"]["choices"][0]["message"]
    assert message["content"] == "Question 1"
    [failed] = lines_of(api, done["error_file"])
    assert (failed["custom_id"], failed["response"]["status_code"]) == ("3", 422)
    assert done["errors"] == [{"message": failed["error"]["message"], "count": 1}]
    results = api("GET", "/v1/files?sample_type=batch_result").json()["data"]
    assert [each["id"] for each in results] == [done["output_file"]]


def test_requests_of_a_job_may_come_with_it_and_its_results_inline(api):
    rows = [{"body": {"input": ["a", "b"]}, "custom_id": None}]
    job = start(api, endpoint="/v1/embeddings", requests=rows)
    assert job["total_requests"] == 1
    look(api, job, 2)
    done = api("GET", f"/v1/batch/jobs/{job['id']}?inline=true").json()
    [result] = done["outputs"]
    assert len(result["response"]["body"]["data"]) == 2
    assert look(api, job)["outputs"] is None


def test_each_line_gets_the_answer_of_the_scenario(http):
    """A scenario answers a line as if it had come alone; what is not whole is a failed request."""
    answers = {
        "1": Answer.of_json({"detail": "busy"}, status=503),
        "2": Answer(body=(b'{"cut', b"off")),
        "3": Answer.of_json({"ok": True}),
    }

    def scenario(request):
        if request.path != CHAT:
            return "auto"
        return answers.get(request.json["messages"][0]["content"][-1], "auto")

    with Simulator(scenario) as sim:
        api = lambda method, path, **more: http.request(method, f"{sim.url}{path}", **more)  # noqa: E731
        job = start(api, requests=[json.loads(line(str(number))) for number in range(1, 5)])
        done = look(api, job, 3)
        assert [done[f"{name}_requests"] for name in ("succeeded", "failed")] == [2, 2]
        failed = lines_of(api, done["error_file"])
        assert [each["response"]["status_code"] for each in failed] == [503, 502]
        assert lines_of(api, done["output_file"])[0]["response"]["body"] == {"ok": True}


INVALID = {
    "not JSON": ["{"],
    "no body": ['{"custom_id": "1"}'],
    "one id twice": [line("1"), line("1")],
    "nothing": [""],
}


def test_input_that_is_not_a_list_of_requests_fails_the_job(api, subtests):
    for name, rows in INVALID.items():
        with subtests.test(name):
            file = upload(api, *rows).json()
            job = look(api, start(api, input_files=[file["id"]]))
            assert (job["status"], job["output_file"]) == ("FAILED", None)
            assert job["errors"][0]["message"]
            assert look(api, job) == job
    with subtests.test("a deleted file"):
        file = upload(api, line("1")).json()
        job = start(api, input_files=[file["id"]])
        api("DELETE", f"/v1/files/{file['id']}")
        assert look(api, job)["status"] == "FAILED"


def test_a_cancelled_job_keeps_the_results_that_it_has(api):
    job = start(api, requests=[json.loads(line(str(number))) for number in range(4)])
    look(api, job, 2)
    path = f"/v1/batch/jobs/{job['id']}"
    assert api("POST", f"{path}/cancel").json()["status"] == "CANCELLATION_REQUESTED"
    done = look(api, job)
    assert (done["status"], done["completed_requests"]) == ("CANCELLED", 2)
    assert len(lines_of(api, done["output_file"])) == 2
    assert api("POST", f"{path}/cancel").json() == done
    assert api("DELETE", path).json() == {"id": job["id"], "object": "batch", "deleted": True}
    assert api("GET", path).status_code == 404


def test_jobs_are_listed_by_what_is_known_of_them(api, subtests):
    rows = [{"body": {}}]
    for name in ("a", "b"):
        start(api, requests=rows, model=name, metadata={"name": name})
    for query, found in {
        "": "b a",
        "order_by=created": "a b",
        "model=a": "a",
        "name=b": "b",
        "status=QUEUED&status=SUCCESS&page_size=1": "b",
        "status=SUCCESS": "",
        "created_after=2026-01-01T00:00:01": "b",
        "agent_id=ag&created_by_me=true": "",
    }.items():
        with subtests.test(query):
            jobs = api("GET", f"/v1/batch/jobs?{query}").json()["data"]
            assert " ".join(job["model"] for job in jobs) == found


def test_an_agent_has_versions_and_names_for_them(api):
    made = api("POST", "/v1/agents", json={"model": "m", "name": "Ann", "tools": []}).json()
    path = f"/v1/agents/{made['id']}"
    changed = api("PATCH", path, json={"instructions": "Be kind", "model": None}).json()
    assert (changed["version"], changed["versions"]) == (1, [0, 1])
    assert (changed["model"], changed["instructions"]) == ("m", "Be kind")
    assert api("PATCH", f"{path}/version?version=0").json()["instructions"] is None
    assert api("GET", path).json()["version"] == 0
    assert api("GET", f"{path}?agent_version=1").json() == {**changed}
    versions = api("GET", f"{path}/versions").json()
    assert [version["version"] for version in versions] == [1, 0]
    alias = api("PUT", f"{path}/aliases?alias=prod&version=1").json()
    assert api("GET", f"{path}/versions/prod").json()["version"] == 1
    moved = api("PUT", f"{path}/aliases?alias=prod&version=0").json()
    assert (moved["version"], moved["created_at"]) == (0, alias["created_at"])
    assert api("GET", f"{path}/aliases").json() == [moved]
    assert api("DELETE", f"{path}/aliases?alias=prod").status_code == 204
    assert api("DELETE", f"{path}/aliases?alias=prod").status_code == 404
    assert api("GET", f"{path}/versions/7").status_code == 404
    assert api("DELETE", path).content == b""
    assert api("GET", "/v1/agents").json() == []


def test_agents_are_listed_in_pages_of_both_kinds(api, subtests):
    for name in ("Ann", "Bob", "Cid"):
        api("POST", "/v1/agents", json={"model": "m", "name": name, "metadata": {"of": name}})
    for query, found in {
        "": "Cid Bob Ann",
        "page=1&page_size=2": "Ann",
        "name=Bob": "Bob",
        "search=i": "Cid",
        "sources=api&sources=playground": "Cid Bob Ann",
        "sources=playground": "",
        "deployment_chat=true": "",
        'metadata={"of":"Ann"}': "Ann",
    }.items():
        with subtests.test(query):
            agents = api("GET", f"/v1/agents?{query}").json()
            assert " ".join(agent["name"] for agent in agents) == found
    first = api("GET", "/v1/agents/pages?page_size=2").json()
    token = first["next_page_token"]
    last = api("GET", f"/v1/agents/pages?page_size=2&page_token={token}").json()
    assert [agent["name"] for agent in first["data"] + last["data"]] == ["Cid", "Bob", "Ann"]
    assert last["next_page_token"] is None
