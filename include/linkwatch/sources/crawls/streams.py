"""Files of open crawls, where they lie: on this machine, on the web, in an object store. They are read as they stream by.

Such a file has hundreds of megabytes, is read once and never kept. A download that breaks off goes on where it was (Range);
what the file was is told by name, size and the server's word for its version, as hashing it would cost more than reading it.
"""

import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import fsspec.core
from isal import igzip, isal_zlib

from linkwatch.errors import SourceError
from linkwatch.sources.crawls.downloads import Download, head_of

BREAKS: tuple[type[Exception], ...] = (OSError, EOFError, cast(type[Exception], isal_zlib.error))
"""What a stream raises that does not go on; `why_of` says it for people."""

_GZIP = b"\x1f\x8b"
_BUFFER = 256 * 1024
_SIP = 64 * 1024
_MODIFIED = ("mtime", "LastModified", "last_modified", "updated", "created")  # object stores name it differently


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file is known by without being read. The same stamp is the same file."""

    where: str  # path or address, as it may be shown
    size: int  # bytes as they lie there; 0 where nobody says
    modified_at: datetime | None
    version: str  # the server's word for its version (ETag); "" where it has none

    @property
    def identity(self) -> str:
        """All of it as one line."""
        return f"{self.where} {self.size} {self.version or self.modified_at or ''}".strip()

    @property
    def digest(self) -> str:
        """SHA-256 of the identity: it stands where other files have the hash of their bytes."""
        return hashlib.sha256(self.identity.encode()).hexdigest()


def identity(where: str) -> str:
    """What the file at a path or address is known by, without reading it. Raises SourceError where it is not there."""
    return stamp_of(where).identity


def stamp_of(where: str) -> Stamp:
    """See Stamp. Asks the server, where it is not on this machine. Raises SourceError where it is not there."""
    with refusals(where):
        if is_web(where):
            head = head_of(where)
            return Stamp(shown(where), head.size or 0, head.modified_at, head.version)
        if "://" in where:
            fs, inner = fsspec.core.url_to_fs(where, use_listings_cache=False)
            info = fs.info(inner)
            version = str(info.get("ETag") or info.get("etag") or "").strip('"')
            return Stamp(shown(where), int(info.get("size") or 0), _modified(info), version)
        stat = Path(where).stat()
        return Stamp(where, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC), "")


@contextmanager
def open_stream(where: str) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed where it is gzip. Raises SourceError when it cannot be opened.

    What goes wrong while it is read is one of BREAKS.
    """
    with refusals(where):
        raw = _opened(where)
        packed = raw.peek(2)[:2] == _GZIP
    with raw:
        yield igzip.open(_Sips(raw)) if packed else cast(BinaryIO, raw)  # type: ignore[no-untyped-call]  # isal has none for it


def why_of(error: Exception) -> str:
    """What one of BREAKS means, in a few words."""
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return error.strerror or str(error) or type(error).__name__
    return "it ends in the middle" if isinstance(error, EOFError) else "its gzip is damaged"


def is_web(where: str) -> bool:
    """True for an address that is read over HTTP."""
    return where.lower().startswith(("http://", "https://"))


def shown(where: str) -> str:
    """An address without what nobody else should see: password and query."""
    if "://" not in where:
        return where
    parts = urlsplit(where)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@contextmanager
def refusals(where: str) -> Iterator[None]:
    """Whatever keeps a file from being opened, as a SourceError that says which."""
    try:
        yield
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(f"no file {shown(where)}; check the path in the settings file") from None
    except ImportError as error:
        raise SourceError(f"cannot open {shown(where)}: {error}; expected a URL whose fsspec driver is installed") from error
    except Exception as error:  # noqa: BLE001 drivers of object stores raise what they like, and their texts may hold keys
        why = type(error).__name__ if "://" in where and not is_web(where) else why_of(error)
        raise SourceError(f"cannot read {shown(where)}: {why}") from None


class _Sips(io.RawIOBase):
    """A stream that never gives much at once: half a megabyte, which isal asks for, would push all else out of a core's cache."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is newer than 3.11
        return self._file.readinto1(memoryview(buffer)[:_SIP])


def _opened(where: str) -> io.BufferedReader:
    if is_web(where):
        return io.BufferedReader(Download(where), _BUFFER)
    if "://" in where:
        fs, inner = fsspec.core.url_to_fs(where, use_listings_cache=False)
        return io.BufferedReader(cast(io.RawIOBase, fs.open(inner, "rb")), _BUFFER)
    return Path(where).open("rb")


def _modified(info: dict[str, Any]) -> datetime | None:
    value = next((info[name] for name in _MODIFIED if info.get(name)), None)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
