"""One reading of one source: what it may use, and what it notes for people and for the checks. No file format, no network.

A pull is complete or partial and says so. Nobody concludes anything from what a source leaves out but this: where a
complete pull no longer lists a link, its page moves up tonight's queue.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

import pyarrow as pa

from linkwatch.model import FetchedPage, PageRequest
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import Rejects
from linkwatch.urls import Scopes

Fetch = Callable[[Sequence[PageRequest]], Iterator[FetchedPage]]
"""Documents by address, one answer a request, in any order; text/plain and XML bodies come through."""


class PullStatus(StrEnum):
    """What became of a source in one night."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    HELD = "held"  # its claims wait; the pages that it names are looked at all the same
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class PulledFile:
    """One file that a source was read from."""

    path: str  # as a person would find it: with the member of an archive or the sheet of a workbook behind a "#"
    sha256: str  # of the bytes as they lie there
    size: int  # bytes
    rows: int  # data rows, sound and broken
    exported_at: datetime | None  # the export's own date: from its name or its content; None when it says none
    modified_at: datetime | None  # as its file system says


@dataclass(frozen=True, slots=True)
class Account:
    """What an Airflow connection says: how to sign in. Never in a file, a log or an XCom: its text shows no secret."""

    login: str = ""
    password: str = field(default="", repr=False)
    base_url: str = ""  # of another server than the vendor's own: `base_url` of the connection's extra; "" for the vendor's


class Ledger(Protocol):
    """Where calls that cost something are entered, before they are sent. Units are the vendor's own."""

    def spent(self) -> float:
        """Units of this source in the night's calendar month (UTC); a call that was not settled counts as priced."""
        ...

    def enter(self, endpoint: str, units: float) -> int:
        """Note a call that is about to be sent, at the most that it can cost; returns its number."""
        ...

    def settle(self, call: int, *, units: float, rows: int, status: str) -> None:
        """Note what came of it: the units that it did cost, rows, and "200", "429", "timeout", …"""
        ...


@dataclass(slots=True)
class Notes:
    """What a source notes while it is read."""

    read: str = ""  # how it was read, for people: "UTF-16, tabs"
    files: list[PulledFile] = field(default_factory=list)
    columns: tuple[str, ...] = ()  # headers (or fields of an API's rows) as they stood, in their order
    rows: int = 0  # rows of data, sound and broken
    total: int | None = None  # rows that the source itself says there are
    partial: list[str] = field(default_factory=list)  # why this is not all that the source knows, a sentence each
    cap: str = ""  # the vendor's limit that was hit: "50,000 rows, the most that Semrush exports"
    claimed_at: datetime | None = None  # when the source said so: the export's own date; None: when it was read
    units: float = 0.0  # that the pull cost


@dataclass(slots=True)
class Pull:
    """One reading of one source, or of one part of it."""

    source: SourceSettings
    scopes: Scopes
    as_of: datetime  # the night's time
    rejects: Rejects
    fetch: Fetch  # the polite fetcher: robots.txt, sitemaps, pages
    part: str = ""  # which part of the source (`sources.parts_of`); "" where it has one
    account: Account | None = None  # of `source.connection`
    ledger: Ledger | None = None  # where calls are entered; None for sources that cost nothing
    notes: Notes = field(default_factory=Notes)


Source = Callable[[Pull], Iterator[pa.RecordBatch]]
"""Batches of CLAIMS, BATCH_ROWS rows at most. Raises SourceError when the source cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a source's claims wait."""

    check: str  # one of source_settings.CHECKS
    why: str  # a sentence: what, got, expected


@dataclass(frozen=True, slots=True)
class PullFacts:
    """What is kept of a source's reading beside its claims, as JSON in the night's folder."""

    name: str
    kind: str
    claims: int
    rejected: int
    samples: tuple[Mapping[str, Any], ...]  # the first rejects: line, reason, text
    error: str  # why it could not be read; "" when it could
    read: str
    files: tuple[PulledFile, ...]
    columns: tuple[str, ...]
    rows: int
    total: int | None
    partial: tuple[str, ...]
    cap: str
    claimed_at: datetime | None
    units: float
    held: tuple[Hold, ...] = ()
    night: str = ""  # that it was read in; "" in facts that an older version kept

    @classmethod
    def of(cls, pull: Pull, claims: int, error: str = "") -> "PullFacts":
        """The facts of a pull that has ended, with the number of its claims."""
        notes = asdict(pull.notes) | {"files": tuple(pull.notes.files), "partial": tuple(pull.notes.partial)}
        samples = tuple(asdict(sample) for sample in pull.rejects.samples)
        night = pull.as_of.astimezone(UTC).date().isoformat()
        return cls(pull.source.name, pull.source.kind, claims, pull.rejects.count, samples, error, **notes, night=night)

    @property
    def status(self) -> PullStatus:
        """What became of it."""
        if self.error:
            return PullStatus.UNREADABLE
        if self.held:
            return PullStatus.HELD
        return PullStatus.PARTIAL if self.partial or self.cap else PullStatus.COMPLETE

    def holding(self, holds: Sequence[Hold]) -> "PullFacts":
        """The same, with what its claims wait for."""
        return replace(self, held=tuple(holds))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `from_dict` reads it back."""
        kept: dict[str, Any] = _plain(asdict(self))
        return kept

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "PullFacts":
        """The facts that `to_dict` gave."""
        files = tuple(
            PulledFile(**{**file, "exported_at": _time(file["exported_at"]), "modified_at": _time(file["modified_at"])})
            for file in kept["files"]
        )
        texts = {name: tuple(kept[name]) for name in ("samples", "columns", "partial")}
        held = tuple(Hold(**hold) for hold in kept["held"])
        return cls(**{**kept, **texts, "files": files, "held": held, "claimed_at": _time(kept["claimed_at"])})


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value
