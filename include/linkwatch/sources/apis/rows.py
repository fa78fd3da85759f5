"""From pages of a vendor's rows to batches of CLAIMS: which sites are asked about, how far, and why not further. No network.

A vendor's rows come in pages, and each page may fail. What was read before is kept, and the pull says that it is partial
and why; only where not one page could be read is the source unreadable.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.model import Role, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull

_CHANGED = "; the vendor changed its interface: look for a newer linkwatch"

Row = Mapping[str, Any]
Pages = Callable[[str], Iterator[Sequence[Row]]]
"""From a watched site to the pages of its rows, each asked for when it is wanted."""
Claim = Callable[[ClaimRows, Row], str]
"""Takes one row; the reason why it is refused, "" when it was taken."""


class BudgetSpent(Exception):
    """The next call would go beyond `budget_units`: no failure, the pull is partial. Its text is a sentence for people."""


class SiteRefused(SourceError):
    """The vendor does not answer about this one site; the others may be asked all the same."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """What asking about one site may cost at most."""

    site: str
    endpoint: str
    calls: int
    units: float
    of: str  # what a unit is: "API units"


def field(row: Any, name: str, kind: type | tuple[type, ...], where: str) -> Any:
    """A field that a vendor's answer must have.

    `where` is the vendor and the place of `row` in its answer: "ahrefs backlinks[]", or "ahrefs" for the answer itself.
    Raises SourceError when it is not there or of another kind: then the vendor changed its interface.
    """
    vendor, _, place = where.partition(" ")
    path = f"{place}.{name}" if place else name
    if not isinstance(row, Mapping) or name not in row:
        raise SourceError(f"answer of {vendor} has no field {path}{_CHANGED}")
    value = row[name]
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        expected = " or ".join(map(_kind_name, kinds))
        raise SourceError(f"answer of {vendor} has a {_kind_name(type(value))} as {path}, expected {expected}{_CHANGED}")
    return value


def rows_in(document: Any, name: str, where: str) -> list[Row]:
    """The list of rows that an answer must have in the field `name`; `where` as for `field`. Raises SourceError."""
    rows: list[Row] = field(document, name, list, where)
    vendor, _, place = where.partition(" ")
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            path = f"{f'{place}.{name}' if place else name}[{number}]"
            raise SourceError(f"answer of {vendor} has a {_kind_name(type(row))} as {path}, expected an object{_CHANGED}")
    return rows


def rating(value: Any) -> float | None:
    """A rating between 0 and 100, given as a number or its text; None for anything else, as vendors leave out what they lack."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 <= found <= 100 else None


def rel_of(**flags: bool) -> str:
    """The rel tokens whose flags are set: `rel_of(nofollow=True, ugc=False)`."""
    return " ".join(sorted(token for token, is_set in flags.items() if is_set))


def optional(row: Row, name: str, kind: type | tuple[type, ...], where: str) -> Any:
    """A field that an answer may leave out, or have as null: None then, else as `field` has it."""
    return None if row.get(name) is None else field(row, name, kind, where)


def sites_of(pull: Pull, *, own_only: bool = False) -> list[str]:
    """The watched sites to ask about: the one of the settings, or all; with `own_only` those that are ours."""
    return [
        site.site for site in pull.scopes.sites if pull.source.site in ("", site.site) and (site.role is Role.OWN or not own_only)
    ]


def site_named(pull: Pull, name: str) -> Site:
    """The watched site of this name, with its scope."""
    return next(site for site in pull.scopes.sites if site.site == name)


def page_sizes(max_rows: int, page_rows: int) -> list[int]:
    """How many rows to ask for, call by call, to read `max_rows` of them in pages of `page_rows` at most."""
    full, rest = divmod(max_rows, page_rows)
    return [page_rows] * full + [rest] * (rest > 0)


def planned(
    source: SourceSettings, sites: Sequence[str], *, endpoint: str, page_rows: int, price: Callable[[int], float], of: str
) -> list[PlannedCall]:
    """What each site may cost at most; `price` is that of a call for so many rows, `of` what a unit is."""
    sizes = page_sizes(source.max_rows, page_rows)
    return [PlannedCall(site, endpoint, len(sizes), sum(map(price, sizes)), of) for site in sites]


def read_rows(pull: Pull, rows: Pages, claim: Claim, *, sites: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS from the pages of each site's rows, `max_rows` a site; rejects name the row by its number.

    Notes rows, columns and what makes the pull partial; a vendor that counts adds its count to `notes.total` as it pages.
    Raises SourceError when not one page could be read.
    """
    reading = _Reading(pull, rows, claim)
    asked = list(sites_of(pull) if sites is None else sites)
    refusals: list[SiteRefused] = []
    for number, site in enumerate(asked):
        rest = asked[number + 1 :]
        try:
            yield from reading.site(site)
        except SiteRefused as refusal:
            refusals.append(refusal)
            pull.notes.partial.append(f"{site}: {refusal}")
        except BudgetSpent as spent:
            pull.notes.partial.append(f"{site}: {spent}{_unasked(rest)}")
            break
        except SourceError as error:
            if not reading.pages:
                raise
            pull.notes.partial.append(f"{site}: {error}{_unasked(rest)}")
            break
    if refusals and not reading.pages:
        raise refusals[0]
    if len(reading.claims):
        yield reading.claims.take()


class _Reading:
    """What was read so far, over all sites."""

    def __init__(self, pull: Pull, rows: Pages, claim: Claim) -> None:
        self.claims = ClaimRows(pull.source.name, pull.scopes, pull.notes.claimed_at or pull.as_of)
        self.pages = 0
        self._pull = pull
        self._rows = rows
        self._claim = claim

    def site(self, site: str) -> Iterator[pa.RecordBatch]:
        """Full batches as they come; the rest waits in `claims`."""
        notes, most = self._pull.notes, self._pull.source.max_rows
        counted, read = notes.total, 0
        for page in self._rows(site):
            for row in page[: most - read]:
                self._take(row)
                if self.claims.full:
                    yield self.claims.take()
            read += len(page[: most - read])
            self.pages += 1
            if read >= most:
                break
        total = None if notes.total is None else notes.total - (counted or 0)
        if total is not None and read < total:
            notes.partial.append(f"{site}: {read:,} of the {total:,} rows that there are were read (max_rows = {most:,})")
        elif total is None and read >= most:
            notes.partial.append(f"{site}: {read:,} rows were read (max_rows = {most:,}); there may be more")

    def _take(self, row: Row) -> None:
        notes = self._pull.notes
        notes.rows += 1
        if not notes.columns:
            notes.columns = tuple(row)
        if refusal := self._claim(self.claims, row):
            text = orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
            self._pull.rejects.add(notes.rows, refusal, text)


def _unasked(sites: Sequence[str]) -> str:
    return f"; not asked about: {', '.join(sites)}" if sites else ""


def _kind_name(kind: type) -> str:
    return "null" if kind is type(None) else kind.__name__
