"""The folder of nights. What a night collects lies staged in its folder; one write makes it part of history.

    <home>/nights/2026-11-22/night.json         when the night is; written once
                             <table>.parquet    claims, plan, looks-*, sightings-*, links, pages
                             <facts>.json       small mappings: counts, the audit
                             published.json     last of all, and the only file that makes the snapshot count

Every file appears complete or not at all (`files.whole_file`), so a killed run leaves no half of one. Not a lock: two runs
of the same night at the same time write the same files.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkwatch.errors import NightError, StoreError
from linkwatch.snapshots.files import filesystem_of, is_remote, reading, whole_file, writing

_NIGHT = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OPENED, _PUBLISHED = "night", "published"
_LEFT_BEHIND = (".duckdb-*", ".writing-*")  # scratch databases, and files that were not finished


class NightStore:
    """Nights by name ("2026-11-22"), on a local folder or an object store (`home` is then a URL, e.g. "s3://bucket/links")."""

    def __init__(self, home: Path | str) -> None:
        self.home = str(home).rstrip("/")
        self._fs, root = filesystem_of(self.home)
        self._root = f"{root.rstrip('/')}/nights"

    # A night and its time

    def begin(self, night: str, as_of: datetime) -> datetime:
        """Open a night at `as_of` (aware). A night that is open already keeps its time, which is what comes back."""
        known = self.read_facts(night, _OPENED)
        if known is None:
            if as_of.tzinfo is None:
                raise ValueError(f"as_of is {as_of.isoformat()}, without a time zone")
            self.write_facts(night, _OPENED, {"night": night, "as_of": as_of.astimezone(UTC).isoformat()})
        return self.as_of(night)

    def as_of(self, night: str) -> datetime:
        """The moment that an open night stands for, UTC. Raises NightError for a night that was never begun."""
        known = self.read_facts(night, _OPENED)
        if known is None:
            raise self._unknown(night)
        return datetime.fromisoformat(str(known["as_of"])).astimezone(UTC)

    def nights(self) -> list[str]:
        """Every night that was begun, oldest first, published or not."""
        return self._nights_with(_OPENED)

    def drop(self, night: str) -> None:
        """Remove a night that is not published, with all that it staged. Raises NightError for a published one."""
        if self.is_published(night):
            raise NightError(
                f"night {night} is published and part of history; expected a held or unfinished night. Nothing was dropped"
            )
        if night not in self.nights():
            raise self._unknown(night)
        with writing(self._folder(night)):
            # The time goes last: a removal that is killed half-way can be asked for again.
            for entry in self._fs.ls(self._folder(night), detail=False):
                if not entry.endswith(f"/{_OPENED}.json"):
                    self._fs.rm(entry, recursive=True)
            self._fs.rm(self._folder(night), recursive=True)

    # History

    def publish(self, night: str, facts: Mapping[str, object]) -> None:
        """Make the staged snapshot part of history, in one write. A night that is published already stays as it is."""
        missing = [name for name in ("links", "pages") if not self.has(night, name)]
        if missing:
            raise NightError(f"night {night} has no {' and no '.join(missing)} yet; expected a folded night. Run it again")
        if not self.is_published(night):
            self.write_facts(night, _PUBLISHED, facts)
        self._sweep(night)

    def is_published(self, night: str) -> bool:
        """True where the night's snapshot is part of history."""
        return bool(self._fs.exists(self._facts_path(night, _PUBLISHED)))

    def published(self) -> list[str]:
        """Nights that are part of history, oldest first."""
        return self._nights_with(_PUBLISHED)

    def published_facts(self, night: str) -> dict[str, Any]:
        """What was handed to `publish`. Raises NightError for a night that is not published."""
        facts = self.read_facts(night, _PUBLISHED)
        if facts is None:
            raise NightError(
                f"night {night} is not published; published nights: {', '.join(self.published()[-5:]) or 'none yet'}"
            )
        return facts

    def latest(self) -> str | None:
        """Last night of history; None while there is none."""
        return next(reversed(self.published()), None)

    def latest_before(self, night: str) -> str | None:
        """Last night of history that lies before `night`; None while there is none."""
        return next((name for name in reversed(self.published()) if name < night), None)

    # Small facts

    def read_facts(self, night: str, name: str) -> dict[str, Any] | None:
        """A mapping that was kept under `name`; None when there is none."""
        path = self._facts_path(night, name)
        with reading(path):
            if not self._fs.exists(path):
                return None
            document = json.loads(self._fs.cat_file(path))
        if not isinstance(document, dict):
            raise StoreError(
                f"store: {path} holds a {type(document).__name__}; expected a JSON object. Restore it, or drop the night"
            )
        return document

    def write_facts(self, night: str, name: str, facts: Mapping[str, object]) -> None:
        """Keep a JSON-able mapping under `name`, replacing what was there."""
        with whole_file(self._url(self._facts_path(night, name))) as file:
            file.write(json.dumps(dict(facts), ensure_ascii=False, indent=1).encode())

    # Tables and other files

    def has(self, night: str, name: str) -> bool:
        """True where table `name` is complete."""
        return bool(self._fs.exists(self._table_path(night, name)))

    def path(self, night: str, name: str) -> str:
        """Where table `name` is, or will be: a local path or a URL."""
        return self._url(self._table_path(night, name))

    def names(self, night: str, prefix: str = "") -> list[str]:
        """Names of the complete tables that begin with `prefix`, sorted."""
        found = self._fs.glob(f"{self._folder(night)}/{prefix}*.parquet")
        return sorted(name for name in (PurePosixPath(path).stem for path in found) if not name.startswith("."))

    def read_table(
        self, night: str, name: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """Table `name`, or some of its columns and rows. Raises StoreError when it is not there or damaged."""
        with reading(self.path(night, name)), self._fs.open(self._table_path(night, name), "rb") as file:
            return pq.read_table(file, columns=None if columns is None else list(columns), filters=where)

    def write_table(self, night: str, name: str, table: pa.Table) -> None:
        """Keep a table under `name` (Parquet, zstd), replacing what was there."""
        with whole_file(self.path(night, name)) as file:
            pq.write_table(table, file, compression="zstd")

    def file_path(self, night: str, name: str) -> Path:
        """Where a file that is neither table nor facts goes ("rejects/ahrefs.csv"); its folder is made. Local homes only."""
        if is_remote(self.home):
            raise StoreError(f"store: {name} needs a local folder; {self.home} is none. Point $LINKWATCH_HOME at a folder")
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
            raise ValueError(f"{name!r} is no relative file name")
        path = Path(self._folder(night), *parts)
        with writing(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def writing_file(self, night: str, name: str) -> AbstractContextManager[BinaryIO]:
        """A file that is neither table nor facts ("kept-0003.warc.gz"), to write; it appears whole, when the block ends."""
        return whole_file(self._url(f"{self._folder(night)}/{_checked(name)}"))

    def open_file(self, night: str, name: str) -> BinaryIO:
        """What `writing_file` wrote, to be read. Raises StoreError when it is not there."""
        path = f"{self._folder(night)}/{_checked(name)}"
        with reading(self._url(path)):
            file: BinaryIO = self._fs.open(path, "rb")
            return file

    def _sweep(self, night: str) -> None:
        """Remove what killed runs left half done; of a large night that is gigabytes."""
        with writing(self._folder(night)):
            for pattern in _LEFT_BEHIND:
                for path in self._fs.glob(f"{self._folder(night)}/{pattern}"):
                    self._fs.rm(path, recursive=True)

    def _nights_with(self, name: str) -> list[str]:
        found = self._fs.glob(f"{self._root}/*/{name}.json")
        return sorted(night for night in (PurePosixPath(path).parent.name for path in found) if _NIGHT.fullmatch(night))

    def _unknown(self, night: str) -> NightError:
        return NightError(f"night {night} is not there; known nights: {', '.join(self.nights()[-5:]) or 'none yet'}")

    def _folder(self, night: str) -> str:
        if not _NIGHT.fullmatch(night):
            raise NightError(f"night is {night!r}; expected a date such as 2026-11-22")
        return f"{self._root}/{night}"

    def _facts_path(self, night: str, name: str) -> str:
        return f"{self._folder(night)}/{_checked(name)}.json"

    def _table_path(self, night: str, name: str) -> str:
        return f"{self._folder(night)}/{_checked(name)}.parquet"

    def _url(self, path: str) -> str:
        return str(self._fs.unstrip_protocol(path)) if is_remote(self.home) else os.fspath(path)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a table or facts")
    return name
