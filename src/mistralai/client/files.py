"""Stored files: `client.files`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ._api.fileparams import FileParams, FilesParams, SignedURLParams, UploadBody, UploadParams
from ._api.paging import Pages, iterate, iterate_async
from ._api.resource import Endpoint, Resource
from ._api.signatures import described_by
from ._call.request import take_headers
from .types.unset import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from typing_extensions import Unpack

    from ._api.downloads import Downloads
    from ._api.pending import PendingStream
    from ._stream.download import Download, DownloadAsync
    from .models import (
        CreateFileResponse,
        DeleteFileResponse,
        FileSchema,
        GetFileResponse,
        GetSignedURLResponse,
        ListFilesResponse,
    )


def _created() -> type[CreateFileResponse]:
    from .models import CreateFileResponse

    return CreateFileResponse


def _files() -> type[ListFilesResponse]:
    from .models import ListFilesResponse

    return ListFilesResponse


def _file() -> type[GetFileResponse]:
    from .models import GetFileResponse

    return GetFileResponse


def _deleted() -> type[DeleteFileResponse]:
    from .models import DeleteFileResponse

    return DeleteFileResponse


def _url() -> type[GetSignedURLResponse]:
    from .models import GetSignedURLResponse

    return GetSignedURLResponse


def _downloads() -> Downloads:
    from ._api.downloads import DOWNLOADS

    return DOWNLOADS


UPLOAD = Endpoint(
    "/v1/files",
    UploadParams,
    _created,
    UploadBody,
    files=("file",),
    defaults=(("visibility", "workspace"),),
    creates=True,
)
LIST = Endpoint(
    "/v1/files",
    FilesParams,
    _files,
    query=(
        *("page", "page_size", "include_total", "sample_type", "source", "search", "purpose"),
        "mimetypes",
    ),
    defaults=(("page", 0), ("page_size", 100), ("include_total", True)),
)
RETRIEVE = Endpoint("/v1/files/{file_id}", FileParams, _file)
DELETE = Endpoint("/v1/files/{file_id}", FileParams, _deleted, method="DELETE")
DOWNLOAD: Endpoint[None] = Endpoint(
    "/v1/files/{file_id}/content", FileParams, None, accept="application/octet-stream"
)
SIGN = Endpoint(
    "/v1/files/{file_id}/url",
    SignedURLParams,
    _url,
    query=("expiry",),
    defaults=(("expiry", 24),),
)


class Files(Resource):
    """Files that the API stores: inputs and results of batch jobs, documents, training data.

    `upload` needs `file`, and the methods about one file need `file_id`. A file is not uploaded
    twice: a request that was sent is repeated only after status 429.

    Wrong keywords raise `TypeError` or `ValueError` before anything is sent; later
    failures raise a `MistralClientError`.
    """

    @described_by(UploadParams)
    def upload(self, **params: Unpack[UploadParams]) -> CreateFileResponse:
        """Upload a file, which is read while it is sent.

        Raises:
            OSError: The file cannot be read.
        """
        take_headers(params)
        return self._complete(UPLOAD, "upload", _uploaded(UploadParams(**params)))

    @described_by(UploadParams)
    async def upload_async(self, **params: Unpack[UploadParams]) -> CreateFileResponse:
        """Upload a file, which a thread reads while it is sent, async.

        Raises:
            OSError: The file cannot be read.
        """
        take_headers(params)
        uploaded = _uploaded(UploadParams(**params))
        return await self._complete_async(UPLOAD, "upload_async", uploaded)

    @described_by(FilesParams)
    def list(self, **params: Unpack[FilesParams]) -> ListFilesResponse:
        """Return one page of the files."""
        take_headers(params)
        return self._complete(LIST, "list", FilesParams(**params))

    @described_by(FilesParams)
    async def list_async(self, **params: Unpack[FilesParams]) -> ListFilesResponse:
        """Return one page of the files, async."""
        take_headers(params)
        return await self._complete_async(LIST, "list_async", FilesParams(**params))

    @described_by(FilesParams)
    def iterate(self, **params: Unpack[FilesParams]) -> Iterator[FileSchema]:
        """Yield the files of all pages, from `page` on; each page is requested when reached."""
        take_headers(params)
        return iterate(self.list, Pages(FilesParams, "iterate", FilesParams(**params), _page))

    @described_by(FilesParams)
    def iterate_async(self, **params: Unpack[FilesParams]) -> AsyncIterator[FileSchema]:
        """Yield the files of all pages, as `iterate` does, for `async for`."""
        take_headers(params)
        pages = Pages(FilesParams, "iterate_async", FilesParams(**params), _page)
        return iterate_async(self.list_async, pages)

    @described_by(FileParams)
    def retrieve(self, **params: Unpack[FileParams]) -> GetFileResponse:
        """Return the description of a file."""
        take_headers(params)
        return self._complete(RETRIEVE, "retrieve", FileParams(**params))

    @described_by(FileParams)
    async def retrieve_async(self, **params: Unpack[FileParams]) -> GetFileResponse:
        """Return the description of a file, async."""
        take_headers(params)
        return await self._complete_async(RETRIEVE, "retrieve_async", FileParams(**params))

    @described_by(FileParams)
    def delete(self, **params: Unpack[FileParams]) -> DeleteFileResponse:
        """Delete a file."""
        take_headers(params)
        return self._complete(DELETE, "delete", FileParams(**params))

    @described_by(FileParams)
    async def delete_async(self, **params: Unpack[FileParams]) -> DeleteFileResponse:
        """Delete a file, async."""
        take_headers(params)
        return await self._complete_async(DELETE, "delete_async", FileParams(**params))

    @described_by(FileParams)
    def download(self, **params: Unpack[FileParams]) -> Download:
        """Download a file: iterate over its pieces, best inside `with`, or `read()` it whole.

        It returns when the status is known: an error status raises here, and a body that breaks
        off while it is read.
        """
        take_headers(params)
        return self._stream(DOWNLOAD, "download", FileParams(**params), _downloads)

    @described_by(FileParams, coroutine=True)
    def download_async(self, **params: Unpack[FileParams]) -> PendingStream[DownloadAsync]:
        """Download a file, async: `async with`, `await` or `async for` sends the request."""
        take_headers(params)
        return self._stream_async(DOWNLOAD, "download_async", FileParams(**params), _downloads)

    @described_by(SignedURLParams)
    def get_signed_url(self, **params: Unpack[SignedURLParams]) -> GetSignedURLResponse:
        """Return an address from which anyone can download a file for some hours."""
        take_headers(params)
        return self._complete(SIGN, "get_signed_url", SignedURLParams(**params))

    @described_by(SignedURLParams)
    async def get_signed_url_async(self, **params: Unpack[SignedURLParams]) -> GetSignedURLResponse:
        """Return an address from which anyone can download a file for some hours, async."""
        take_headers(params)
        return await self._complete_async(SIGN, "get_signed_url_async", SignedURLParams(**params))


def _page(answer: ListFilesResponse) -> tuple[Sequence[FileSchema], int | None]:
    return answer.data, answer.total


def _uploaded(params: UploadParams) -> dict[str, Any]:
    """Return the keywords of an upload, with the text of a `File` as bytes.

    The generated SDK takes a file that is open as text, and a string, as the content of a `File`.
    """
    given: dict[str, Any] = {**params}
    file: object = given.get("file")
    name: object = _part(file, "file_name", UNSET)
    content: Any = _part(file, "content")
    if isinstance(content, io.TextIOWrapper):
        content = cast("Any", content).buffer
    elif isinstance(content, io.StringIO):
        content = content.read().encode()
    elif isinstance(content, str):
        content = content.encode()
    else:
        return given
    if name is not UNSET:  # also with None the text is the content
        given["file"] = (name, content, _part(file, "content_type"))
    return given


def _part(file: object, name: str, default: object = None) -> Any:
    """Return a field of a file that is a dict or an object."""
    if isinstance(file, Mapping):
        return cast("Mapping[str, object]", file).get(name, default)
    return getattr(file, name, default)
