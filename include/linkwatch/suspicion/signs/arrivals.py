"""Arrivals: the referring domains that are new to a site tonight, and which nights can be compared with each other.

New to us is not new: a domain that was known, that only came back, or whose link is older by a source's own date is none.
What arrived is told by domain and never by link, and a night that looked at much more or much less than the nights before
it says nothing of arrivals, tonight's or any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import ChangeKind, State
from linkwatch.suspicion.evidence import Arrivals, NightEvidence
from linkwatch.suspicion_settings import SuspicionSettings

RECENT = timedelta(days=14)
"""A link that a source saw longer ago than this is none of tonight's, however new to us it is [judgement]."""

NIGHTS_COMPARED = 7
"""Nights before, whose median is the usual coverage [judgement]."""

_SHOWN = ["link_id", "site", "source_domain", "source_url", "target_url", "anchor"]
_PAIR = ["site", "source_domain"]


def new_domains(evidence: NightEvidence) -> dict[str, pa.Table]:
    """By site (each site of the night), tonight's new links of the referring domains that arrived tonight.

    Columns: link_id, site, source_domain, source_url, target_url, anchor, dated; sorted by source_domain and link_id. A domain
    arrived when a link of it was gained, or discovered without a date or with one of the last 14 days (`dated`), and no link
    of it to the site was there before: live or missing since, lost tonight, or older by its date.
    """
    arriving = _arriving(evidence).sort_by([("source_domain", "ascending"), ("link_id", "ascending")])
    return {site.site: arriving.filter(pc.equal(arriving["site"], site.site)) for site in evidence.sites}


def arrivals_tonight(evidence: NightEvidence, looked: int, claims: int) -> dict[str, Arrivals]:
    """Tonight's row of the history of each site; `looked` pages and `claims` of the whole night, all sites together.

    Pages and claims of links that arrived with a recent date are left out of both: a source itself says that they are new, so
    they are a burst and no wider look. What comes without a date counts as coverage as well.
    """
    arrived = new_domains(evidence)
    dated = [links.filter(links["dated"]) for links in arrived.values()]
    pages = len(pc.unique(pa.chunked_array([chunk for links in dated for chunk in links["source_url"].chunks], pa.string())))
    rest = max(0, looked - pages), max(0, claims - sum(map(len, dated)))
    return {site: Arrivals(evidence.night, count_domains(links), *rest) for site, links in arrived.items()}


def count_domains(links: pa.Table) -> int:
    """Referring domains of some links."""
    return int(pc.count_distinct(links["source_domain"]).as_py())


@dataclass(frozen=True, slots=True)
class Past:
    """The nights of a site that tonight can be compared with, oldest first."""

    nights: Sequence[Arrivals]  # without those whose coverage jumped
    because: str  # why tonight cannot be compared at all; "" when it can


def past_of(evidence: NightEvidence, site: str, settings: SuspicionSettings) -> Past:
    """The last `velocity_nights` nights of a site before tonight, without jumps of coverage."""
    history = evidence.history.get(site, ())
    if not history or history[-1].night != evidence.night:
        return Past((), "it is not known how much was looked at tonight")
    comparable = steady(history, settings.coverage_jump_share)
    pairs = list(zip(history, comparable, strict=True))[:-1][-settings.velocity_nights :]
    nights = [night for night, is_steady in pairs if is_steady]
    if len(history) == 1:
        return Past((), "no night before this one is known")
    return Past(nights, "" if comparable[-1] else "tonight looked at much more or much less than the nights before")


def steady(history: Sequence[Arrivals], share: float) -> list[bool]:
    """For each night, whether its coverage is within `share` of the median of up to 7 nights before it.

    Coverage is the pages looked at, the claims, and the days since the night before; one that is usually 0 jumps with the
    first that is not. The first night of all has nothing before it: everything is new to it, so it is never steady.
    """
    days = [date.fromisoformat(night.night).toordinal() for night in history]
    gaps = [None, *(after - before for before, after in pairwise(days))]
    coverage = [(night.looked, night.claims, gap) for night, gap in zip(history, gaps, strict=False)]
    weeks = [coverage[max(0, place - NIGHTS_COMPARED) : place + 1] for place in range(len(coverage))]
    return [len(week) > 1 and _is_steady(week, share) for week in weeks]


def _is_steady(coverage: Sequence[tuple[int | None, ...]], share: float) -> bool:
    """The last row beside those before it, column by column."""
    *before, tonight = coverage
    for value, column in zip(tonight, zip(*before, strict=True), strict=True):
        known = [one for one in column if one is not None]
        usual = median(known) if known else value
        if value is not None and usual is not None and abs(value - usual) > share * usual:
            return False
    return True


def _arriving(evidence: NightEvidence) -> pa.Table:
    """Tonight's new links of domains that had none before, all sites, unsorted."""
    gained, discovered = (_of_kind(evidence, kind) for kind in (ChangeKind.GAINED, ChangeKind.DISCOVERED))
    links = evidence.links.select([*_SHOWN, "state", "claimed_first_seen"])
    is_gained = pc.is_in(links["link_id"], value_set=gained)
    is_found = pc.is_in(links["link_id"], value_set=discovered)
    is_new = pc.or_(is_gained, is_found)
    since = pa.scalar(datetime.fromisoformat(evidence.night).replace(tzinfo=UTC) - RECENT, links["claimed_first_seen"].type)
    is_recent = pc.greater_equal(links["claimed_first_seen"], since)  # null where no source gives a date
    is_old = pc.and_(is_found, pc.invert(pc.fill_null(is_recent, fill_value=True)))
    is_there = pc.is_in(links["state"], value_set=pa.array([State.LIVE.value, State.MISSING.value]))
    is_fallen = pc.is_in(links["link_id"], value_set=_of_kind(evidence, ChangeKind.LOST))
    is_known = pc.or_(pc.or_(pc.and_(is_there, pc.invert(is_new)), is_fallen), is_old)
    dated = pc.and_(is_found, pc.fill_null(is_recent, fill_value=False))
    arriving = links.select(_SHOWN).append_column("dated", dated).filter(pc.and_(is_new, pc.equal(links["state"], "live")))
    known = links.select(_PAIR).filter(is_known)
    known = known.filter(pc.is_in(known["source_domain"], value_set=pc.unique(arriving["source_domain"])))
    return arriving.join(known.group_by(_PAIR).aggregate([]), _PAIR, join_type="left anti")


def _of_kind(evidence: NightEvidence, kind: ChangeKind) -> pa.ChunkedArray:
    return evidence.changes["link_id"].filter(pc.equal(evidence.changes["kind"], kind.value))
