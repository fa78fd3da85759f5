"""From what a source says to rows of CLAIMS, and a place for what it says that cannot be used. Knows no file format.

A row that cannot be used is a reject: counted, kept with its line and its reason, and never a stop to the rest.
"""

import csv
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.errors import StoreError
from linkwatch.schemas import CLAIMS, UTC_US
from linkwatch.sources.ends import Ends, canonical_or_refusal, internal
from linkwatch.urls import Scopes, link_id

BATCH_ROWS = 50_000
MAX_ANCHOR_LENGTH = 1000
"""Characters; a longer anchor is cut, as nobody reads it and a vendor's file is not ours to trust."""
MAX_REJECT_LENGTH = 500
"""Characters of a rejected row that are kept."""

CLAIMED_AT = CLAIMS.get_field_index("claimed_at")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_UNPRINTABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not be used."""

    line: int  # of the file, from 1; 0 where the whole document is meant
    reason: str  # "what is wrong" or "what is wrong: the particulars"
    text: str  # the row as it stood, cut


class Rejects:
    """The rows of one source that could not be used: counted, sampled, and written to a CSV file `source,line,reason,text`.

    The file appears whole at `close`, and only when there are rejects; one of an earlier run is removed. A text that a
    spreadsheet would take for a formula is led by an apostrophe. Raises StoreError when the file cannot be written.
    """

    def __init__(self, source: str, path: Path, *, max_samples: int = 5) -> None:
        self.source = source
        self.path = path
        self.count = 0
        self.samples: list[Reject] = []  # the first `max_samples`
        self.reasons: Counter[str] = Counter()  # without the particulars behind the colon
        self._max_samples = max_samples
        self._unfinished = path.with_name(f".{path.name}.unfinished")
        self._file: IO[str] | None = None

    def add(self, line: int, reason: str, text: str) -> None:
        """Keep one row that could not be used."""
        reject = Reject(line, reason, _printable(text)[:MAX_REJECT_LENGTH])
        self.count += 1
        self.reasons[reason.partition(": ")[0]] += 1
        if len(self.samples) < self._max_samples:
            self.samples.append(reject)
        try:
            if self._file is None:
                self._file = self._open()
            csv.writer(self._file).writerow(
                (self.source, line, no_formula(_printable(reason)[:MAX_REJECT_LENGTH]), no_formula(reject.text))
            )
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Put the file in its place. May be called twice."""
        try:
            if self._file is not None:
                self._file.close()
                self._file = None
                os.replace(self._unfinished, self.path)
            elif not self.count:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _open(self) -> IO[str]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self._unfinished.open("w", encoding="utf-8", newline="")
        csv.writer(file).writerow(("source", "line", "reason", "text"))
        return file

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(f"rejects of {self.source}: cannot write {self.path}: {error.strerror}; check $LINKWATCH_HOME")


class ClaimRows:
    """Rows of CLAIMS under construction. `page` and `link` return the reason why a row is refused, "" when it was taken.

    Row by row, as interfaces answer; `bulk.BulkClaims` says the same of whole columns.
    """

    def __init__(self, claimed_by: str, scopes: Scopes, claimed_at: datetime) -> None:
        self._claimed_by = claimed_by
        self._claimed_at = claimed_at
        self._ends = Ends(scopes)
        self._rows: list[tuple[object, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def full(self) -> bool:
        """True when it is time to `take`."""
        return len(self._rows) >= BATCH_ROWS

    def page(self, url: str) -> str:
        """A page worth looking at, whatever it links to."""
        page, refusal = canonical_or_refusal("page", url)
        if refusal:
            return refusal
        domain, _ = self._ends.owner(page)
        self._rows.append((page, domain, False, None, None, None, None, None, None, None, None))
        return ""

    def link(
        self,
        source: str,
        target: str,
        *,
        anchor: str | None = None,
        rel: str | None = None,
        first_seen: str | None = None,
        last_seen: str | None = None,
        says_lost: bool = False,
        authority: float | None = None,
    ) -> str:
        """A link from a page to a watched site. None is "the source does not say"; an unreadable date is not known either."""
        target_url, site, _, refusal = self._ends.target(target)
        if refusal:
            return refusal
        page, refusal = canonical_or_refusal("source page", source)
        if refusal:
            return refusal
        domain, page_site = self._ends.owner(page)
        if page_site == site:
            return internal(site)
        if anchor:
            anchor = folded_anchor(anchor)
        if rel:
            rel = folded_rel(rel)
        link = (target_url, site, link_id(page, target_url), anchor, rel, first_seen, last_seen, authority)
        self._rows.append((page, domain, says_lost, *link))
        return ""

    def take(self) -> pa.RecordBatch:
        """The rows so far, as one batch; begins anew."""
        columns: list[Sequence[Any]] = list(zip(*self._rows, strict=True)) or [()] * (len(CLAIMS) - 2)
        columns.insert(2, (self._claimed_by,) * len(self._rows))
        columns.insert(CLAIMED_AT, (self._claimed_at,) * len(self._rows))
        self._rows = []
        arrays = [
            _dates(column) if field.name in ("first_seen", "last_seen") else pa.array(column, type=field.type)
            for column, field in zip(columns, CLAIMS, strict=True)
        ]
        return pa.record_batch(arrays, schema=CLAIMS)


def folded_anchor(anchor: str) -> str:
    """An anchor with its white space as single spaces, cut."""
    return " ".join(anchor.split())[:MAX_ANCHOR_LENGTH]


@lru_cache(maxsize=1024)
def folded_rel(rel: str) -> str:
    """Tokens of a rel attribute in lower case, each once, sorted."""
    return " ".join(sorted(set(rel.lower().split())))[:MAX_ANCHOR_LENGTH]


def _dates(texts: Sequence[str | None]) -> pa.Array:
    """ISO 8601 dates and times as aware UTC; without a zone it is taken for UTC. Null where empty or not readable."""
    plain = pa.array([text or None for text in texts], type=pa.string())
    try:
        return pc.assume_timezone(plain.cast(pa.timestamp("us")), "UTC")
    except pa.ArrowInvalid:  # a date with a zone, or one that is none: one by one, thirty times slower
        return pa.array([_date(text) for text in texts], type=UTC_US)


def _date(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((text or "").strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("�", text.strip("\r\n"))


def no_formula(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like one is led by an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
