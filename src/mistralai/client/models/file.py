"""A file to upload. Uploading is not part of this client; libraries import the name."""

import io

from ..types.basemodel import BaseModel

__all__ = ["File"]


class File(BaseModel):
    """A file's name and content.

    Attributes:
        content: Its bytes, or a file open for reading them.
        content_type: Its media type.
    """

    file_name: str
    content: bytes | io.IOBase
    content_type: str | None = None
