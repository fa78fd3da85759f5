"""A source's path as the files that are meant: one file, a pattern, or either in an object store. Reads no table.

Of each series of exports (`file_names.series_of`: one folder, one name but for the date in it) the newest alone is read, by the
date in its name, else by its modification time: a folder into which a vendor exports every week is one source. What was
packed (archives.py) comes unpacked. A file on this machine is read where it lies, one from elsewhere is copied to a
temporary file once, so that the bytes that are hashed are the bytes that are read.
"""

import glob
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import fsspec.core

from linkwatch.errors import SourceError
from linkwatch.sources.files.archives import unpacked
from linkwatch.sources.files.copies import Copy
from linkwatch.sources.files.file_names import exported_at, series_of
from linkwatch.sources.pull import Pull, PulledFile

MAX_FILES = 1000
"""Series that one path may name; more is taken for a pattern that was meant otherwise."""
MAX_REMOTE_BYTES = 8 << 30
"""Of one file in an object store: it is copied to the disk here."""

_BLOCK = 1 << 20
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MAGIC_CHARACTERS = frozenset("*?[")


@dataclass(frozen=True)
class SourceFile:
    """One file of text to read: a file as it lies there, or what was packed in one."""

    path: str  # for people; the member of an archive or the sheet of a workbook stands behind a "#"
    sha256: str  # of the file as it lies there: members of one archive share it
    size: int  # bytes, of the same
    exported_at: datetime | None  # from its name, else from the name of what it was packed in; UTC
    modified_at: datetime | None
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Its bytes from the beginning, as a buffered stream that can peek. Raises SourceError, and while it is read too."""
        return self.opener()

    def dated(self, as_of: datetime) -> datetime:
        """The date of what it says: the export's own, else when the file was last changed; never later than the night."""
        return self.exported_at or min(self.modified_at or as_of, as_of)


def open_files(pull: Pull) -> list[SourceFile]:
    """The files that `pull.source.path` names, by path. Notes the date of the newest as `claimed_at`.

    Raises SourceError where there is none, or where one cannot be read or unpacked.
    """
    with _said_of(pull):
        found = _newest_of_each_series(_matches(pull.source.path))
        files = [file for one in found for file in _unpacked(one)]
    _note_date(pull, files)
    return files


def noted(pull: Pull, file: SourceFile, rows: int) -> None:
    """Note that a file was read, with its number of data rows; the newest date of all files is that of the claims."""
    pull.notes.files.append(PulledFile(file.path, file.sha256, file.size, rows, file.exported_at, file.modified_at))
    _note_date(pull, [file])


@dataclass(frozen=True, slots=True)
class _Found:
    path: str  # as it is shown
    folder: str
    name: str
    exported_at: datetime | None
    modified_at: datetime | None
    fetch: Callable[[], "_Bytes"]

    @property
    def age(self) -> tuple[datetime, datetime]:
        return self.exported_at or _LONG_AGO, self.modified_at or _LONG_AGO


@dataclass(frozen=True, slots=True)
class _Bytes:
    sha256: str
    size: int
    opener: Callable[[], BinaryIO]


def _note_date(pull: Pull, files: list[SourceFile]) -> None:
    dates = [file.exported_at for file in files if file.exported_at]
    known = [pull.notes.claimed_at] if pull.notes.claimed_at else []
    pull.notes.claimed_at = max(dates + known, default=None)


@contextmanager
def _said_of(pull: Pull) -> Iterator[None]:
    """Errors of files name the source."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"source {pull.source.name}: {error}") from error
    except OSError as error:
        raise SourceError(
            f"source {pull.source.name}: cannot read {pull.source.path}: {error.strerror or type(error).__name__}"
        ) from error


def _newest_of_each_series(found: list[_Found]) -> list[_Found]:
    """A date in the name counts before any modification time: a copied folder has the time of its copying."""
    newest: dict[tuple[str, str], _Found] = {}
    for one in found:
        series = (one.folder, series_of(one.name))
        if series not in newest or one.age > newest[series].age:
            newest[series] = one
    if len(newest) > MAX_FILES:
        raise SourceError(f"{len(newest):,} files match, {MAX_FILES:,} at most; expected a narrower pattern")
    return sorted(newest.values(), key=lambda one: one.path)


def _unpacked(found: _Found) -> list[SourceFile]:
    bytes_ = found.fetch()
    return [
        SourceFile(
            found.path + member.label,
            bytes_.sha256,
            bytes_.size,
            exported_at(member.name) or found.exported_at,
            found.modified_at,
            member.opener,
        )
        for member in unpacked(found.path, found.name, bytes_.opener, bytes_.size)
    ]


def _matches(path: str) -> list[_Found]:
    found = _remote_matches(path) if "://" in path else _local_matches(path)
    if not found:
        what = "no file matches" if _MAGIC_CHARACTERS & set(path) else "no file"
        raise SourceError(f"{what} {path}; check its path in the settings file")
    return found


def _local_matches(path: str) -> list[_Found]:
    """A path that exists is meant as it stands, also where its name has a "[" in it."""
    place = Path(path)
    if place.is_dir():
        raise SourceError(f"{path} is a folder; expected a file or a pattern, e.g. {place / '*.csv'}")
    paths = [place] if place.exists() else sorted(Path(name) for name in glob.glob(path, recursive=True))
    return [_local(one) for one in paths if not one.is_dir() and not one.name.startswith(".")]


def _local(path: Path) -> _Found:
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def fetch() -> _Bytes:
        digest = hashlib.sha256()
        size = 0
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        return _Bytes(digest.hexdigest(), size, lambda: path.open("rb"))

    return _Found(str(path), str(path.parent), path.name, exported_at(path.name), modified, fetch)


def _remote_matches(path: str) -> list[_Found]:
    scheme = path.partition("://")[0].lower()
    if scheme in ("http", "https"):
        raise SourceError(f"{path} is a web address; expected a file or an object store (s3://…), download it first")
    try:
        fs, inner = fsspec.core.url_to_fs(path, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise SourceError(f"cannot open {path}: {error}; expected a URL whose fsspec driver is installed (e.g. s3fs)") from error
    with _refusals_of(path):
        return [_remote(fs, scheme, one, info) for one, info in _listed(fs, inner) if info.get("type") != "directory"]


@contextmanager
def _refusals_of(shown: str) -> Iterator[None]:
    """What an object store's driver raises, as a SourceError: drivers raise what they like (botocore's are no OSErrors)."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:  # its text may hold an address with a key in it
        why = getattr(error, "strerror", None) or type(error).__name__
        raise SourceError(f"cannot read {shown}: {why}; expected a file that the credentials of this machine may read") from error


def _listed(fs: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        return [(path, fs.info(path))]
    except FileNotFoundError:
        found = fs.glob(path, detail=True) if _MAGIC_CHARACTERS & set(path) else {}
        return sorted(found.items())


def _remote(fs: Any, scheme: str, path: str, info: dict[str, Any]) -> _Found:
    shown = path if "://" in path else f"{scheme}://{path.lstrip('/')}"
    folder, _, name = path.rpartition("/")

    def fetch() -> _Bytes:
        copy = Copy()
        digest = hashlib.sha256()
        with _refusals_of(shown), fs.open(path, "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                if copy.add(block) > MAX_REMOTE_BYTES:
                    raise SourceError(f"{shown} is larger than {MAX_REMOTE_BYTES >> 30} GiB, the most that is read")
        return _Bytes(digest.hexdigest(), copy.size, copy.open)

    return _Found(shown, folder, name, exported_at(name), _modified(info), fetch)


def _modified(info: dict[str, Any]) -> datetime | None:
    """Object stores name it differently; the value is a time, a number of seconds, or not there."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(name)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
    return None
