"""Answers are read as the generated SDK reads them: its own examples, and each field by hand.

What the SDK reads is stored, and `support.sdk_answers` writes it.
"""

import pytest

from support import sdk_answers

CASES = sdk_answers.cases()
UNSET = {"agents: complete": {"prompt_audio_seconds": {}}}
"""Values of a usage that are objects without a field, which the SDK reads as unset."""


def compare(readings, subtests):
    for (name, case), reading in zip(CASES.items(), readings, strict=True):
        expected = case["read"]
        if name in UNSET:
            expected = {**expected, "usage": expected["usage"] | UNSET[name]}
        with subtests.test(name):
            assert reading == {"read": expected, "classes": case["classes"]}


def test_answers_are_read_as_the_generated_sdk_reads_them(subtests):
    compare(sdk_answers.readings_of(CASES.values()), subtests)


@pytest.mark.anyio
async def test_asynchronous_answers_are_read_as_the_generated_sdk_reads_them(subtests):
    compare(await sdk_answers.readings_of_async(CASES.values()), subtests)
