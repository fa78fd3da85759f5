"""Pages of others that own pages link to: which of them to look at tonight, and what is known of each.

A night's budget does not always reach all of them, so those with the oldest look come first and each keeps what its last
look said. A look that cannot tell changes nothing that one before it could.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import pyarrow as pa

from linkwatch import schemas
from linkwatch.model import Evidence, Outcome
from linkwatch.urls import host_of

TARGETS = pa.schema(
    [
        pa.field("url", schemas.S, nullable=False),  # key
        pa.field("outcome", schemas.S, nullable=False),
        pa.field("final_url", schemas.S, nullable=False),
        pa.field("http_status", schemas.I32),
        pa.field("looked_at", schemas.UTC_US),
    ]
)
"""Rows of a night's table `own-targets-<part>`: every page of others that own pages link to and that was ever looked at."""

_IS_THERE = frozenset(
    {
        *(Outcome.READABLE, Outcome.NOT_MODIFIED, Outcome.NOT_HTML, Outcome.TOO_LARGE, Outcome.TRUNCATED),
        *(Outcome.GARBLED, Outcome.NEEDS_RENDERING),
    }
)
"""Somebody answered with what was asked for, be it a PDF: enough to know that a link is not broken."""


@dataclass(frozen=True, slots=True)
class TargetLook:
    """What is known of a page that own pages link to: a row of TARGETS."""

    url: str
    outcome: str
    final_url: str
    http_status: int | None
    looked_at: datetime  # the last look, whatever it could tell


def choose_targets(urls: Iterable[str], known: Mapping[str, TargetLook], *, max_looks: int, max_looks_per_host: int) -> list[str]:
    """The addresses to look at tonight, each once: those never looked at, then by the age of the last look."""
    order = sorted(set(urls), key=lambda url: (known[url].looked_at.timestamp() if url in known else 0.0, url))
    hosts: Counter[str] = Counter()
    chosen: list[str] = []
    for url in order:
        host = host_of(url)
        if len(chosen) < max_looks and hosts[host] < max_looks_per_host:
            hosts[host] += 1
            chosen.append(url)
    return chosen


def latest_looks(urls: Iterable[str], known: Mapping[str, TargetLook], tonight: Iterable[TargetLook]) -> dict[str, TargetLook]:
    """What is known after tonight of the addresses that are still linked to."""
    wanted = set(urls)
    looks = {url: look for url, look in known.items() if url in wanted}
    for look in tonight:
        looks[look.url] = settled(looks.get(look.url), look)
    return looks


def settled(before: TargetLook | None, now: TargetLook) -> TargetLook:
    """The last word on a page: tonight's where it can tell or nothing was known, else the one before, as old as tonight's."""
    if before is None or _tells(now.outcome) or not _tells(before.outcome):
        return now
    return TargetLook(before.url, before.outcome, before.final_url, before.http_status, now.looked_at)


def rotten(look: TargetLook) -> bool:
    """True where the page is gone: 404, 410, an error page, a parked domain. A server that is away tonight is not."""
    return Outcome(look.outcome).evidence is Evidence.GONE


def looks_table(looks: Iterable[TargetLook]) -> pa.Table:
    """Looks as a table of TARGETS, by address."""
    return pa.Table.from_pylist([asdict(look) for look in sorted(looks, key=lambda look: look.url)], TARGETS)


def looks_of(table: pa.Table) -> dict[str, TargetLook]:
    """The looks of a table of TARGETS, by address."""
    rows: Sequence[dict[str, object]] = table.to_pylist()
    return {str(row["url"]): TargetLook(**row) for row in rows}  # type: ignore[arg-type]  # the schema says what they are


def _tells(outcome: str) -> bool:
    known = Outcome(outcome)
    return known in _IS_THERE or known.evidence is not Evidence.INCONCLUSIVE
