"""A file to upload. Uploading is not part of this client, but libraries import the name."""

import io

from ..types.basemodel import BaseModel

__all__ = ["File"]


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
