"""Stored files: `/v1/files` (wire-format section 13)."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from ..types.basemodel import BaseModel
from ..types.lenient import Lenient, LooseBool, LooseInt, LooseStr, NullIs
from .answer import Answer
from .file import File

__all__ = [
    "CreateFileResponse",
    "DeleteFileResponse",
    "FilePurpose",
    "FileSchema",
    "FileVisibility",
    "FilesAPIRoutesUploadFileFileVisibility",
    "GetFileResponse",
    "GetSignedURLResponse",
    "ListFilesResponse",
    "MultiPartBodyParams",
    "SampleType",
    "Source",
]

FilePurpose: TypeAlias = Literal["fine-tune", "batch", "ocr", "agentic_safety"] | str
FileVisibility: TypeAlias = Literal["workspace", "user"] | str
FilesAPIRoutesUploadFileFileVisibility: TypeAlias = Literal["workspace", "user"]
SampleType: TypeAlias = (
    Literal["pretrain", "instruct", "batch_request", "batch_result", "batch_error"] | str
)
Source: TypeAlias = Literal["upload", "repository", "mistral"] | str


class _Described(BaseModel):
    id: LooseStr = None
    object: LooseStr = None
    size_bytes: Annotated[int | None, Lenient(), Field(alias="bytes")] = None
    created_at: LooseInt = None
    filename: LooseStr = None
    purpose: Annotated[FilePurpose | None, Lenient()] = None
    sample_type: Annotated[SampleType | None, Lenient()] = None
    source: Annotated[Source | None, Lenient()] = None
    num_lines: LooseInt = None
    mimetype: LooseStr = None
    signature: LooseStr = None
    expires_at: LooseInt = None
    visibility: Annotated[FileVisibility | None, Lenient()] = None


class FileSchema(_Described):
    """A stored file, in a list.

    Attributes:
        id: The id to use in requests.
        size_bytes: The size in bytes; `bytes` on the wire and in dumps.
        created_at: The time of the upload, in seconds since 1970.
        filename: The name it was uploaded with.
        purpose: The use it is for.
        sample_type: The kind of its lines.
        source: Where it comes from; `"mistral"` for results of the API.
        num_lines: The number of lines of a `.jsonl` file.
        mimetype: The media type.
        signature: A checksum of the content.
        expires_at: The time at which it is deleted, in seconds since 1970.
        visibility: Who may use it.
    """


class CreateFileResponse(_Described, Answer):
    """A file that was uploaded, with the fields of a `FileSchema`."""


class GetFileResponse(_Described, Answer):
    """A stored file, with the fields of a `FileSchema`.

    Attributes:
        deleted: Whether it was deleted.
    """

    deleted: LooseBool = None


class ListFilesResponse(Answer):
    """One page of the stored files.

    Attributes:
        data: The files.
        total: The number of files on all pages, if the request asked for it.
    """

    data: Annotated[list[FileSchema], NullIs(list[FileSchema])] = Field(
        default_factory=list[FileSchema]
    )
    object: LooseStr = None
    total: LooseInt = None

    _dumped_when_set: ClassVar[frozenset[str]] = frozenset({"data"})


class DeleteFileResponse(Answer):
    """The response to the deletion of a file."""

    id: LooseStr = None
    object: LooseStr = None
    deleted: LooseBool = None


class GetSignedURLResponse(Answer):
    """An address from which anyone can download a file for some time."""

    url: LooseStr = None


class MultiPartBodyParams(BaseModel):
    """The form of an upload.

    Attributes:
        file: The file.
        expiry: The hours after which it is deleted.
        visibility: Who may use it.
        purpose: The use it is for.
    """

    file: File
    expiry: int | None = None
    visibility: FilesAPIRoutesUploadFileFileVisibility = "workspace"
    purpose: FilePurpose | None = None

    _never_null: ClassVar[frozenset[str]] = frozenset({"purpose"})
