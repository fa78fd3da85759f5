"""What is packed in one file, as streams of text: gzip, ZIP archives, Excel workbooks. Everything in them is hostile.

A stream is unpacked while it is read, and ends in an error once it is larger than is believable; what an archive declares of
its members is checked before any is opened. Archives in archives, and files of other kinds, are passed over.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, NamedTuple, Protocol, cast

from linkwatch.errors import SourceError
from linkwatch.sources.files.copies import Copy
from linkwatch.sources.files.workbooks import sheets_of

MAX_MEMBERS = 200
"""Files in one archive; Search Console's have three or four."""
MAX_UNPACKED_BYTES = 4 << 30
"""Of all that is in one archive. A million rows of Ahrefs' export are about 1 GB."""
MAX_WORKBOOK_BYTES = 512 << 20
"""Of all parts of a workbook, whose texts are read into memory. A full sheet of links is about 300 MB."""
MAX_RATIO = 200
"""Unpacked bytes for each packed one; text reaches 50, deflate can be made to reach 1,032."""

_RATIO_COUNTS_FROM = 16 << 20  # bytes unpacked: small files may repeat themselves as they like
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
_ZIP, _GZIP, _OLD_OFFICE = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
_UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What gzip and zipfile raise for damaged, encrypted and exotic files."""


class Closable(Protocol):
    """What a stream rests on."""

    def close(self) -> None:
        """Let go of it."""
        ...


class Member(NamedTuple):
    """One text in a file."""

    label: str  # "" for the file itself, else "#" and the name of the member, of the sheet, or of both
    name: str  # of the member; the sheet's workbook
    opener: Callable[[], BinaryIO]


def unpacked(path: str, name: str, opener: Callable[[], BinaryIO], size: int) -> list[Member]:
    """The texts in a file: itself, if it is no archive. `path` is for people, `size` in bytes. Raises SourceError."""
    with opener() as file:
        start = file.read(4)
    if start.startswith(_OLD_OFFICE):
        raise SourceError(f"{path} is a workbook of Excel 2003 or older; expected text or .xlsx, save it as CSV")
    if start.startswith(_GZIP):
        return [Member("", name.removesuffix(".gz"), partial(_open_gzip, path, opener, size))]
    if start != _ZIP:
        return [Member("", name, opener)]
    infos = _declared(path, opener)
    if any(info.filename.startswith("xl/") for info in infos):
        return _sheets(path, "", name, opener)
    return _members(path, opener, infos)


def _declared(path: str, opener: Callable[[], BinaryIO]) -> list[zipfile.ZipInfo]:
    """What an archive says it holds. zipfile gives no more of a member than is declared, so the caps can be checked here."""
    try:
        with opener() as file, zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    except _UNREADABLE as error:
        raise SourceError(
            f"{path} is a ZIP archive or an Excel workbook that cannot be unpacked: {error}; export it again"
        ) from error
    if len(infos) > MAX_MEMBERS:
        raise SourceError(f"{path} holds {len(infos):,} files, {MAX_MEMBERS} at most; expected an export of a vendor")
    whole = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if whole > MAX_UNPACKED_BYTES or (whole > _RATIO_COUNTS_FROM and whole > packed * MAX_RATIO):
        raise _too_large(path)
    if any(info.flag_bits & 1 for info in infos):
        raise SourceError(f"{path} is locked with a password; expected an archive that is not")
    return infos


def _members(path: str, opener: Callable[[], BinaryIO], infos: list[zipfile.ZipInfo]) -> list[Member]:
    found = []
    for info in infos:
        name = info.filename.rpartition("/")[2]
        open_member = partial(_open_member, path, opener, info.filename)
        if info.is_dir() or name.startswith(".") or info.filename.startswith("__MACOSX/"):
            continue
        if name.lower().endswith(_TEXT_SUFFIXES):
            found.append(Member(f"#{info.filename}", name, open_member))
        elif name.lower().endswith(".xlsx"):
            found += _sheets(path, f"#{info.filename}", name, _copied(open_member).open)
    if not found:
        there = ", ".join(repr(info.filename[:80]) for info in infos[:10]) or "nothing"
        raise SourceError(f"{path} holds no table; expected .csv, .tsv, .txt or .xlsx files in it, it has {there}")
    return found


def _sheets(path: str, label: str, name: str, opener: Callable[[], BinaryIO]) -> list[Member]:
    if sum(info.file_size for info in _declared(path + label, opener)) > MAX_WORKBOOK_BYTES:
        raise SourceError(f"{path}{label} unpacks to more than {MAX_WORKBOOK_BYTES >> 20} MiB; expected a smaller one, or CSV")
    return [Member(f"{label}#{sheet}", name, open_sheet) for sheet, open_sheet in sheets_of(path + label, opener)]


def _copied(opener: Callable[[], BinaryIO]) -> Copy:
    copy = Copy()
    with opener() as file:
        while block := file.read(1 << 20):
            copy.add(block)
    return copy


def _open_gzip(path: str, opener: Callable[[], BinaryIO], size: int) -> BinaryIO:
    file = opener()
    return _reader(f"{path}, compressed with gzip,", size, cast(BinaryIO, gzip.GzipFile(fileobj=file)), file)


def _open_member(path: str, opener: Callable[[], BinaryIO], member: str) -> BinaryIO:
    file = opener()
    try:
        archive = zipfile.ZipFile(file)
        packed = archive.getinfo(member).compress_size
        return _reader(f"{path}#{member}", packed, cast(BinaryIO, archive.open(member)), archive, file)
    except (*_UNREADABLE, KeyError) as error:
        file.close()
        raise _damaged(f"{path}#{member}", error) from error


class _Unpacking(io.RawIOBase):
    """A stream that counts what it gives and stops at what is no longer believable."""

    def __init__(self, path: str, packed: int, stream: BinaryIO, beneath: tuple[Closable, ...]) -> None:
        self._path = path
        self._most = max(_RATIO_COUNTS_FROM, min(MAX_UNPACKED_BYTES, packed * MAX_RATIO))
        self._stream = stream
        self._beneath = beneath
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is newer than 3.11
        try:
            block = self._stream.read(len(buffer))
        except _UNREADABLE as error:
            raise _damaged(self._path, error) from error
        self._given += len(block)
        if self._given > self._most:
            raise _too_large(self._path)
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            for one in (self._stream, *self._beneath):
                one.close()
        super().close()


def _reader(path: str, packed: int, stream: BinaryIO, *beneath: Closable) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Unpacking(path, packed, stream, beneath), 1 << 16))


def _damaged(path: str, error: Exception) -> SourceError:
    return SourceError(f"{path} cannot be unpacked: {error or type(error).__name__}; export it again")


def _too_large(path: str) -> SourceError:
    return SourceError(
        f"{path} unpacks to more than is believable (over {MAX_UNPACKED_BYTES >> 30} GiB, or over {MAX_RATIO} times its size); "
        "expected an export of a vendor, unpack it by hand if it is one"
    )
