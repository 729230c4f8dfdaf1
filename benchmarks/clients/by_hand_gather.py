"""This package's client, with a semaphore and `asyncio.gather` for a file of prompts."""

import asyncio
import json

from mistralai import Mistral


def ask_rows(url, source, target, concurrency):
    return asyncio.run(_ask_rows(url, source, target, concurrency))


async def _ask_rows(url, source, target, concurrency):
    semaphore = asyncio.Semaphore(concurrency)

    async def ask(row):
        async with semaphore:
            messages = [{"role": "user", "content": row["prompt"]}]
            async with client.chat.stream_async(model="m", messages=messages) as stream:
                answer = await stream.get_final_completion()
        line = {"custom_id": row["custom_id"], "response": answer.model_dump(mode="json")}
        file.write(json.dumps(line) + "\n")

    async with Mistral(api_key="key", server_url=url) as client:
        with target.open("w") as file:
            rows = [json.loads(line) for line in source.read_text().splitlines()]
            await asyncio.gather(*map(ask, rows))
    return len(rows)
