"""Whether what a source said tonight is to be believed, and what of it counts where it is not. Pure: facts in, findings out.

Volume, freshness and form are judged, and never what is claimed. What is held waits for the night with all its claims; the
pages that they name are looked at all the same, so nothing is missed but what only the source could have said.

    collapse   far fewer claims than are usual           stale   an export that is older than it should be
    identical  the bytes of an earlier file, delivered   cap     the vendor's limit was hit, so the rest is missing
               anew                                      schema  a column that was there before is gone
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar

import pyarrow as pa

from linkwatch.schemas import CLAIMS
from linkwatch.source_settings import KINDS, SourceSettings
from linkwatch.sources.files.layout import folded_header
from linkwatch.sources.files.links_csv import USUAL_HEADERS
from linkwatch.sources.pull import Hold, PulledFile, PullFacts, PullStatus

USUAL_PULLS = 7
"""Pulls that say how many claims are usual: those that were neither held nor unreadable, the last ones."""
LEAST_USUAL = 20
"""Claims; where fewer are usual nothing collapses: three links of five are no fault of an export."""

_SAMPLES = 5
_NAMES = 8  # columns or files that a sentence lists
_T = TypeVar("_T")
_Check = Callable[[SourceSettings, PullFacts, Sequence[PullFacts], datetime], str]


def judge(source: SourceSettings, tonight: PullFacts, before: Sequence[PullFacts], as_of: datetime) -> list[Hold]:
    """Why a source's claims wait tonight, in the order of CHECKS; nothing where they do not, or where it could not be read.

    `before` are the source's facts of earlier nights, newest first, held and unreadable ones among them: as many as a file may
    lie there unchanged, because it is judged as on the night when it came. Checks that the source accepts are passed over.
    The same facts on the next night give the same sentences.
    """
    if tonight.error:
        return []
    found = [(check, find(source, tonight, before, as_of)) for check, find in _CHECKS.items() if check not in source.accept]
    return [Hold(check, f"{why}. {_accepting(check)}.") for check, why in found if why]


def pages_only(claims: pa.Table) -> pa.Table:
    """What counts of claims that are held: their pages, a row each (schemas.CLAIMS), and nothing of what is said of them."""
    kept = ("source_url", "source_domain", "claimed_by")
    pages = claims.group_by(["source_url"], use_threads=False).aggregate([(name, "first") for name in kept[1:]])
    columns = {"source_url": pages["source_url"], **{name: pages[f"{name}_first"] for name in kept[1:]}}
    columns["says_lost"] = pa.repeat(pa.scalar(False), pages.num_rows)
    return pa.table([columns.get(field.name, pa.nulls(pages.num_rows, field.type)) for field in CLAIMS], schema=CLAIMS)


def merge_parts(facts: Sequence[PullFacts]) -> PullFacts:
    """The parts of one source, at least one, as one pull: sums, and partial where any part is, or could not be read.

    Where no part could be read the source could not.
    """
    first = facts[0]
    if len(facts) == 1:
        return first
    errors = _distinct(part.error for part in facts if part.error)
    failed = sum(bool(part.error) for part in facts)
    partial = [reason for part in facts for reason in part.partial]
    if errors and failed < len(facts):
        partial.append(f"{failed:,} of {len(facts):,} parts could not be read: {errors[0]}")
    totals = [part.total for part in facts if part.total is not None]
    return replace(
        first,
        claims=sum(part.claims for part in facts),
        rejected=sum(part.rejected for part in facts),
        samples=tuple(sample for part in facts for sample in part.samples)[:_SAMPLES],
        error="; ".join(errors[:3]) if failed == len(facts) else "",
        read="; ".join(_distinct(part.read for part in facts if part.read)),
        files=tuple(file for part in facts for file in part.files),
        columns=tuple(_distinct(column for part in facts for column in part.columns)),
        rows=sum(part.rows for part in facts),
        total=sum(totals) if len(totals) == len(facts) else None,
        partial=tuple(_distinct(partial)),
        cap="; ".join(_distinct(part.cap for part in facts if part.cap)),
        claimed_at=max((part.claimed_at for part in facts if part.claimed_at), default=None),
        units=sum(part.units for part in facts),
        held=tuple(_distinct(hold for part in facts for hold in part.held)),
    )


def _collapse(source: SourceSettings, tonight: PullFacts, before: Sequence[PullFacts], as_of: datetime) -> str:
    sound = _sound(before)[:USUAL_PULLS]
    usual = median(facts.claims for facts in sound) if sound else 0
    if usual < LEAST_USUAL or tonight.claims >= source.min_share * usual:
        return ""
    least = math.ceil(source.min_share * usual)
    why = f"it has {_counted(tonight.claims)}; expected at least {least:,}, as {_counted(round(usual))} are usual"
    if tonight.rejected:
        why += f" ({tonight.rejected:,} rows were set aside)"
    known = {reason for facts in sound for reason in facts.partial}
    new = [f"; {reason}" for reason in tonight.partial if reason not in known]
    return f"{why}{''.join(new)}. Get it again, whole and without filters"


def _stale(source: SourceSettings, tonight: PullFacts, before: Sequence[PullFacts], as_of: datetime) -> str:
    if not source.max_age_days:
        return ""
    since = as_of - timedelta(days=source.max_age_days)
    dated = [(file.exported_at or file.modified_at, file.path) for file in tonight.files]
    old = [f"{path} is of {date:%Y-%m-%d}" for date, path in dated if date is not None and date < since]
    if not old:
        return ""
    return f"{_listed(old)}; expected an export of the last {source.max_age_days:g} days. Export it anew, or take the file away"


def _identical(source: SourceSettings, tonight: PullFacts, before: Sequence[PullFacts], as_of: datetime) -> str:
    """A file that lies there unchanged is judged as on the night when it came."""
    earlier = [facts for facts in before if facts.files and not facts.error]
    why = (_same_bytes(source, file, earlier) for file in tonight.files)
    return next(filter(None, why), "")


def _cap(source: SourceSettings, tonight: PullFacts, before: Sequence[PullFacts], as_of: datetime) -> str:
    if not tonight.cap:
        return ""
    return f"a limit was hit: {tonight.cap}; expected fewer rows, as what lies beyond is missing. Get it in smaller parts"


def _schema(source: SourceSettings, tonight: PullFacts, before: Sequence[PullFacts], as_of: datetime) -> str:
    had = next((facts.columns for facts in _sound(before) if facts.columns), ())
    if not tonight.columns:  # an answer without rows has no columns to judge
        return ""
    there, known = set(map(folded_header, tonight.columns)), set(map(folded_header, had))
    gone = [_shown(column) for column in had if folded_header(column) not in there and _counts(source, column)]
    if not gone:
        return ""
    new = [_shown(column) for column in tonight.columns if folded_header(column) not in known]
    instead = f", and new: {_listed(new)}" if new else ""
    return f"columns are gone: {_listed(gone)}{instead}; expected those of the pulls before. Export with all columns, as before"


_CHECKS: dict[str, _Check] = {
    "collapse": _collapse,
    "stale": _stale,
    "identical": _identical,
    "cap": _cap,
    "schema": _schema,
}


def _accepting(check: str) -> str:
    return f'If it is right as it is, add "{check}" to `accept` of this source'


def _sound(before: Sequence[PullFacts]) -> list[PullFacts]:
    return [facts for facts in before if facts.status in (PullStatus.COMPLETE, PullStatus.PARTIAL)]


def _same_bytes(source: SourceSettings, file: PulledFile, earlier: Sequence[PullFacts]) -> str:
    """Whether a file came with bytes that were read before it came, as a sentence; "" where it did not."""
    lay = 0
    while lay < len(earlier) and any(_is_unchanged(source, file, known) for known in earlier[lay].files):
        lay += 1
    for facts in reversed(earlier[lay:]):
        for known in facts.files:
            if known.sha256 == file.sha256:
                return (
                    f"{file.path} is byte-identical to {_beside(file.path, known.path)}, first read"
                    f"{f' on {facts.night}' if facts.night else ' before'}; expected news in a file that is delivered anew. "
                    "Look into the job that delivers it, and export it again"
                )
    return ""


def _is_unchanged(source: SourceSettings, file: PulledFile, known: PulledFile) -> bool:
    """True where a file lies there as it lay there, be it that its whole folder has moved.

    A list that people keep by hand may be saved again as it was.
    """
    if (_name(file), file.sha256) != (_name(known), known.sha256):
        return False
    by_hand = not KINDS[source.kind].max_age_days
    return by_hand or not (file.modified_at and known.modified_at and file.modified_at > known.modified_at)


def _name(file: PulledFile) -> str:
    return file.path.rpartition("/")[2]


def _beside(path: str, other: str) -> str:
    """`other` as it is named in the folder of `path`."""
    folder = path.rpartition("/")[0]
    return "itself" if other == path else other.removeprefix(f"{folder}/") if folder else other


def _counts(source: SourceSettings, column: str) -> bool:
    """Whether the loss of a column matters. Of a table of people's own only the columns that are read are our business."""
    if source.kind != "links_csv":
        return True
    usual = (header for name, headers in USUAL_HEADERS.items() if name not in source.columns for header in headers)
    return folded_header(column) in set(map(folded_header, (*source.columns.values(), *usual)))


def _shown(column: str) -> str:
    return repr(column[:80])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def _counted(claims: int) -> str:
    return f"{claims:,} claim{'' if claims == 1 else 's'}"


def _distinct(values: Iterable[_T]) -> list[_T]:
    return list(dict.fromkeys(values))
