"""Bytes kept in a temporary file while they are read: from an object store, out of an archive, of a sheet as text."""

import io
import os
import tempfile
import weakref
from typing import BinaryIO, cast


class Copy:
    """Bytes in a temporary file without a name: it is gone with the last reference to it, also when the process is killed."""

    def __init__(self) -> None:
        self.file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 closed with the copy
        self.size = 0
        weakref.finalize(self, self.file.close)

    def add(self, block: bytes) -> int:
        """Append; returns the bytes so far."""
        self.file.write(block)
        self.size += len(block)
        return self.size

    def open(self) -> BinaryIO:
        """The bytes from the beginning, as a buffered stream with a position of its own."""
        self.file.flush()
        return cast(BinaryIO, io.BufferedReader(_Reader(self)))


class _Reader(io.RawIOBase):
    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._copy.size}[whence]
        self._place = max(0, begin + offset)
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is newer than 3.11
        block = os.pread(self._copy.file.fileno(), len(buffer), self._place)
        buffer[: len(block)] = block
        self._place += len(block)
        return len(block)
