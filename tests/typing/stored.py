# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Typical calls about files, batch jobs and agents, which both type checkers must accept."""

from datetime import UTC, datetime
from pathlib import Path
from typing import assert_type

from mistralai import Mistral
from mistralai.client.models import (
    Agent,
    AgentAliasResponse,
    BatchJob,
    CreateFileResponse,
    File,
    FileSchema,
    ListBatchJobsResponse,
    WebSearchTool,
)


def files(client: Mistral) -> None:
    assert_type(client.files.upload(file=Path("a.jsonl"), purpose="batch"), CreateFileResponse)
    with Path("a.jsonl").open("rb") as opened:
        client.files.upload(file=opened, purpose="of tomorrow", expiry=None)
        client.files.upload(file={"file_name": "a", "content": opened})
    client.files.upload(file=File(file_name="a", content=b""))
    client.files.upload(file=("a.jsonl", b""))
    client.files.upload(file=5)  # type: ignore[arg-type]
    for file in client.files.iterate(source=["upload"], search=None):
        assert_type(file, FileSchema)
    with client.files.download(file_id="f") as download:
        for piece in download:
            assert_type(piece, bytes)
        for line in download.iter_lines():
            assert_type(line, str)


async def files_async(client: Mistral) -> None:
    async with client.files.download_async(file_id="f") as download:
        assert_type(await download.aread(), bytes)
    async for piece in client.files.download_async(file_id="f"):
        assert_type(piece, bytes)
    async for file in client.files.iterate_async():
        assert_type(file, FileSchema)


def jobs(client: Mistral) -> None:
    job = client.batch.jobs.create(
        requests=[{"body": {"messages": []}, "custom_id": "1"}],
        endpoint="/v1/chat/completions",
        metadata={"a": "b"},
    )
    assert_type(job, BatchJob)
    listed = client.batch.jobs.list(status=["QUEUED"], created_after=datetime.now(UTC))
    assert_type(listed, ListBatchJobsResponse)
    client.batch.jobs.get(job_id="j", inlined=True)  # type: ignore[call-arg]


async def agents(client: Mistral) -> None:
    agent = await client.beta.agents.create_async(
        model="m", name="n", tools=[{"type": "web_search"}, WebSearchTool()]
    )
    assert_type(agent, Agent)
    assert_type(client.beta.agents.list_versions(agent_id=agent.id or ""), list[Agent])
    assert_type(client.beta.agents.list_version_aliases(agent_id="a"), list[AgentAliasResponse])
    assert_type(await client.beta.agents.delete_async(agent_id="a"), None)
    async for each in client.beta.agents.iterate_async():
        assert_type(each, Agent)
