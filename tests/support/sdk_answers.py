"""What the generated SDK makes of many answers: `tests/data/answers.json`.

The answers are the examples in the SDK's documentation, and by hand those with each field and type
of event that its classes have. Each case is a call, the answer (text is a stream, or a file; null
is none), and what SDK 3.7.0 reads: the values that the answer has, without null, and the classes of
the models. To write them again, run this file where that SDK is installed:
`PYTHONPATH=tests python -m support.sdk_answers`.
"""

import asyncio
import json
from pathlib import Path

from pydantic import BaseModel

from mistralai.client import Mistral
from support.recorder import Answer, recording
from support.sdk_cases import call, store

ANSWERS = Path(__file__).parent.parent / "data" / "answers.json"


def cases():
    """Return each case by its name: `call`, `keywords`, `answer`, `read` and `classes`."""
    return json.loads(ANSWERS.read_bytes())


def readings_of(chosen):
    """Return `read` and `classes` of the answer to each case, in the order of the cases."""
    answers = map(_answer_to, chosen)
    with recording(answers) as (url, _), Mistral(api_key="key", server_url=url) as client:
        return [_reading(_read(call(client, case))) for case in chosen]


async def readings_of_async(chosen):
    """Return the same for the asynchronous twins, in the order of the cases."""
    with recording(map(_answer_to, chosen)) as (url, _):
        async with Mistral(api_key="key", server_url=url) as client:
            return [
                _reading(await _read_async(await call(client, case, "_async"))) for case in chosen
            ]


def _answer_to(case):
    answer = case["answer"]
    if answer is None:
        return Answer(204, "application/json", b"")
    if not isinstance(answer, str):
        return Answer(200, "application/json", json.dumps(answer).encode())
    streamed = "data: " in answer
    content_type = "text/event-stream" if streamed else "application/octet-stream"
    return Answer(200, content_type, answer.encode())


def _read(result):
    """Return a model, a list of them, the text of a file, or None."""
    if hasattr(result, "read"):
        return result.read().decode()
    if hasattr(result, "__exit__"):
        with result as stream:
            return list(stream)
    return getattr(result, "result", result)  # a page has a function for the next one, too


async def _read_async(result):
    if hasattr(result, "aread"):
        return (await result.aread()).decode()
    if hasattr(result, "__aexit__"):
        async with result as stream:
            return [event async for event in stream]
    return getattr(result, "result", result)


def _reading(value):
    return {"read": _dumped(value), "classes": sorted({*_classes(value)})}


def _dumped(value):
    """Return what was received as JSON, without null."""
    match value:
        case list():
            return [_dumped(item) for item in value]
        case BaseModel():
            return _without_null(value.model_dump(mode="json", exclude_unset=True))
        case _:
            return value


def _classes(value):
    """Yield the names of the classes of models, and of the models in their fields."""
    match value:
        case list():
            for item in value:
                yield from _classes(item)
        case BaseModel() if value:  # the SDK's marker of an unset value is a model, and false
            yield type(value).__name__
            for name in type(value).model_fields:
                yield from _classes(getattr(value, name))


def _without_null(value):
    match value:
        case dict():
            return {name: _without_null(v) for name, v in value.items() if v is not None}
        case list():
            return [_without_null(item) for item in value]
        case _:
            return value


if __name__ == "__main__":
    found = cases()
    read = readings_of(found.values())
    assert read == asyncio.run(readings_of_async(found.values()))
    pairs = zip(found.items(), read, strict=True)
    store(ANSWERS, {name: case | reading for (name, case), reading in pairs})
