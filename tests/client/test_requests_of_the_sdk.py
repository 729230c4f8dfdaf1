"""Each typed method sends what the generated SDK sends.

The SDK's requests are stored, and `support.sdk_requests` writes them. Where two of its lists are
asked for without `metadata`, it sends a marker of its own, which is not sent here.
"""

import pytest

from support import sdk_answers, sdk_requests
from support.reach import endpoints, is_typed

MARKED = {"beta.agents.list", "beta.agents.list_pages", "beta.conversations.list"}
MARKER = ['"~?~unset~?~sentinel~?~"']
CASES = sdk_requests.cases()


def expected(case):
    """Return the SDK's request, without the marker."""
    request = dict(case["request"])
    if case["call"] in MARKED and request["query"].get("metadata") == MARKER:
        request["query"] = {k: v for k, v in request["query"].items() if k != "metadata"}
    return request


def compare(requests, subtests):
    for (name, case), request in zip(CASES.items(), requests, strict=True):
        with subtests.test(name):
            assert request == expected(case)


def test_every_typed_method_is_compared():
    typed = {call for call in endpoints() if is_typed(call)}
    assert {case["call"] for case in CASES.values()} == typed
    assert {case["call"] for case in sdk_answers.cases().values()} == typed


def test_requests_are_those_of_the_generated_sdk(subtests):
    compare(sdk_requests.requests_of(CASES.values()), subtests)


@pytest.mark.anyio
async def test_asynchronous_requests_are_those_of_the_generated_sdk(subtests):
    compare(await sdk_requests.requests_of_async(CASES.values()), subtests)
