"""Files that exist nowhere."""

import io


class Zeros(io.RawIOBase):
    """A file of zeros of any size, which takes no room.

    Attributes:
        name: Its name.
    """

    name = "folder/zeros.bin"

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._at)
        data = bytes(left if size < 0 else min(left, size))
        self._at += len(data)
        return data


class Broken(Zeros):
    """A file that cannot be read to its end."""

    def read(self, size: int = -1) -> bytes:
        if self._at >= self._size // 2:
            raise OSError(5, "Input/output error")
        return super().read(size)
