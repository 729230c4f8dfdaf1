"""instructor: structured output, whole and growing, in both colours."""

import instructor
from checks import City, main
from instructor import Mode

from mistralai import Mistral

ASK = {"model": "m", "messages": [{"role": "user", "content": "A city."}], "response_model": City}


def client(url, mode=Mode.TOOLS, **options):
    return instructor.from_mistral(Mistral("key", server_url=url), mode=mode, **options)


def structured(url):
    for mode in (Mode.TOOLS, Mode.JSON_SCHEMA):
        *_, last = client(url, mode).chat.completions.create_partial(**ASK)
        City.model_validate(last.model_dump())
    return client(url).chat.completions.create(**ASK)


def error(url):
    return list(client(url).chat.completions.create_partial(**ASK, max_retries=1))


main(structured=structured, error=error)
