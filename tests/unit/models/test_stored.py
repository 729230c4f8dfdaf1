"""The models of files, batch jobs and agents."""

from typing import Any

import pytest
from pydantic import BaseModel

from mistralai.client import models
from mistralai.client.models import (
    Agent,
    BatchError,
    BatchJob,
    CreateBatchJobRequest,
    FileSchema,
    ListBatchJobsResponse,
    ListFilesResponse,
    UnknownAgentTool,
)

FILE = {
    *("id", "object", "size_bytes", "created_at", "filename", "purpose", "sample_type", "source"),
    *("num_lines", "mimetype", "signature", "expires_at", "visibility"),
}
SETTINGS = {
    *("instructions", "tools", "completion_args", "guardrails", "model", "name", "description"),
    *("handoffs", "metadata", "version_message"),
}
FIELDS = {
    "Agent": {
        *(*SETTINGS, "id", "version", "versions", "created_at", "updated_at", "deployment_chat"),
        *("source", "object", "owner_id"),
    },
    "AgentAliasResponse": {"alias", "version", "created_at", "updated_at"},
    "AgentListPage": {"data", "object", "next_page_token"},
    "AgentsAPIV1AgentsListPagesResponse": {"next", "result"},
    "BatchError": {"message", "count"},
    "BatchJob": {
        *("id", "input_files", "endpoint", "errors", "status", "created_at", "total_requests"),
        *("completed_requests", "succeeded_requests", "failed_requests", "object", "metadata"),
        *("model", "agent_id", "output_file", "error_file", "outputs", "started_at"),
        "completed_at",
    },
    "BatchRequest": {"body", "custom_id"},
    "CreateAgentRequest": SETTINGS,
    "CreateBatchJobRequest": {
        *("endpoint", "input_files", "requests", "model", "agent_id", "metadata", "timeout_hours")
    },
    "CreateFileResponse": FILE,
    "DeleteBatchJobResponse": {"id", "object", "deleted"},
    "DeleteFileResponse": {"id", "object", "deleted"},
    "File": {"file_name", "content", "content_type"},
    "FileSchema": FILE,
    "GetFileResponse": {*FILE, "deleted"},
    "GetSignedURLResponse": {"url"},
    "ListBatchJobsResponse": {"total", "data", "object"},
    "ListFilesResponse": {"data", "object", "total"},
    "MultiPartBodyParams": {"file", "expiry", "visibility", "purpose"},
    "UpdateAgentRequest": {*SETTINGS, "deployment_chat"},
}
"""The fields of each model in version 3.7.0 of the generated SDK."""


def test_a_model_has_the_fields_of_the_generated_one(subtests: pytest.Subtests) -> None:
    for name, fields in FIELDS.items():
        with subtests.test(name):
            model: type[BaseModel] = getattr(models, name)
            assert model.model_fields.keys() == fields


SLOPPY: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "unknown values": (FileSchema, {"id": "f", "purpose": "new", "source": "moon", "new": [1]}),
    "wrong types": (FileSchema, {"id": 5, "bytes": "many", "created_at": "today"}),
    "a job of tomorrow": (BatchJob, {"id": "j", "status": "PAUSED", "created_at": 1.5, "eta": 3}),
    "a tool of tomorrow": (Agent, {"id": "a", "tools": [{"type": "arm"}], "created_at": "soon"}),
    "settings of tomorrow": (Agent, {"id": "a", "completion_args": 5, "handoffs": "b"}),
}


def test_an_answer_that_is_newer_or_sloppier_is_kept_as_it_was_received(
    subtests: pytest.Subtests,
) -> None:
    for name, (model, received) in SLOPPY.items():
        with subtests.test(name):
            assert model.model_validate(received).model_dump(mode="json") == received


def test_null_is_an_empty_list_where_programs_iterate() -> None:
    job = BatchJob.model_validate({"input_files": None, "errors": None})
    assert (job.input_files, job.errors) == ([], [])
    assert ListFilesResponse.model_validate({"data": None}).data == []
    assert ListBatchJobsResponse.model_validate({"total": 0}).data == []
    assert Agent.model_validate({"versions": None}).versions == []


def test_defaults_are_those_of_the_generated_models() -> None:
    assert BatchError.model_validate({"message": "x"}).count == 1
    assert CreateBatchJobRequest(endpoint="/v1/ocr").model_dump() == {
        "endpoint": "/v1/ocr",
        "timeout_hours": 24,
    }
    agent = Agent.model_validate({"tools": [{"type": "arm", "x": 1}]})
    assert agent.tools is not None
    assert isinstance(agent.tools[0], UnknownAgentTool)
