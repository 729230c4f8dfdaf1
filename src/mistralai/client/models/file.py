"""A file to upload."""

import io
from typing import IO, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from ..types.basemodel import BaseModel

__all__ = ["File", "FileTypedDict"]


class File(BaseModel):
    """A file's name and content.

    Attributes:
        file_name: The name.
        content: The bytes, or a file opened for reading in binary mode.
        content_type: The media type.
    """

    file_name: str
    content: bytes | io.IOBase
    content_type: str | None = None


@with_config(ConfigDict(arbitrary_types_allowed=True))
class FileTypedDict(TypedDict):
    """A `File`."""

    file_name: str
    content: bytes | IO[bytes] | io.IOBase
    content_type: NotRequired[str]
