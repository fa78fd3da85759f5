"""A night's Arrow tables as the few narrow frames that the suite looks at.

Facts only: whether they are good is for the suite to say.

night         one row: pages_planned, coverage_share, inconclusive_share
sites         one row per watched site: live, usual, live_share, what makes it look silently empty
columns       one row per column: nulls (where it may have none), latest (of dates)
links         one row per link: key, words, dates
sample        SAMPLE_ROWS links at even distances: checks that cost a hash or a URL parse a row
source_pages  one row per distinct source page
targets       one row per distinct site and target
plan, looks   one row per page
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Evidence, Outcome, Site, State
from linkwatch.schemas import LINKS, LOOKS, PLAN, UTC_US
from linkwatch.settings import AuditSettings
from linkwatch.urls import Scopes, canonical_or_none, link_id

SAMPLE_ROWS = 2000
"""Links whose key and spelling are computed anew; a systematic fault of 0.2 % of the rows is seen with 98 % certainty."""

MIN_HISTORY_NIGHTS = 3
"""Fewer published nights than this have no median worth the name: the last snapshot stands in."""

MIN_USUAL_LINKS = 20
"""A site with fewer live links is not judged by share: two of three links may go in one night and all is well."""

_DATES = ("first_seen_at", "last_seen_at", "missing_since", "last_absence_at", "refuted_at", "lost_at")
_WORDS = ("state", "lost_reason", "origin", "zone", "element", "link_type")

COLUMNS: Mapping[str, list[str]] = {
    "links": ["link_id", "site", "source_url", "target_url", *_WORDS, *_DATES],
    "looks": ["url", "outcome"],
    "plan": ["url"],
}
"""The least of each table that the audit reads: half the memory of whole tables. More columns are searched for nulls."""
_INCONCLUSIVE = [outcome.value for outcome in Outcome if outcome.evidence is Evidence.INCONCLUSIVE]


@dataclass(frozen=True, slots=True)
class AuditInput:
    """A staged night: its tables, and what the nights before it were like."""

    night: str  # YYYY-MM-DD, UTC
    links: pa.Table  # schemas.LINKS, after the night; at least its COLUMNS
    looks: pa.Table  # schemas.LOOKS; at least its COLUMNS
    plan: pa.Table  # schemas.PLAN; at least its COLUMNS
    before_live: Mapping[str, int]  # site -> live links in the last published snapshot
    live_history: Mapping[str, Sequence[int]]  # site -> live links of its last published nights, oldest first
    sites: Sequence[Site]
    as_of: datetime | None = None  # no date may be later; None: two days after the night begins

    @property
    def latest_possible(self) -> datetime:
        """`as_of`, or its generous stand-in."""
        return self.as_of or _night_start(self.night) + timedelta(days=2)


def build_frames(data: AuditInput, settings: AuditSettings) -> dict[str, pa.Table]:
    """The frames of the module docstring."""
    return {
        "night": _night(data),
        "sites": _sites(data, settings),
        "columns": _columns(data),
        "links": _links(data.links),
        "sample": _sample(data.links),
        "source_pages": _with_length(pa.table({"source_url": pc.unique(data.links["source_url"])}), "source_url"),
        "targets": _targets(data),
        "plan": data.plan.select(COLUMNS["plan"]),
        "looks": data.looks.select(COLUMNS["looks"]),
    }


def _night_start(night: str) -> datetime:
    return datetime.fromisoformat(night).replace(tzinfo=UTC)


def _night(data: AuditInput) -> pa.Table:
    """With nothing planned nothing is covered, with no look no look could tell: emptiness never reads as success."""
    planned = data.plan.num_rows
    covered = _count(pc.is_in(data.plan["url"], value_set=data.looks["url"]))
    told = data.looks.num_rows - _count(pc.is_in(data.looks["outcome"], value_set=pa.array(_INCONCLUSIVE, pa.string())))
    row = {
        "pages_planned": planned,
        "coverage_share": covered / planned if planned else 0.0,
        "inconclusive_share": 1 - told / data.looks.num_rows if data.looks.num_rows else 1.0,
    }
    return pa.Table.from_pylist([row])


def _sites(data: AuditInput, settings: AuditSettings) -> pa.Table:
    links = data.links
    tonight = pc.or_(_since(links["missing_since"], data.night), _since(links["lost_at"], data.night))
    absent = pc.and_(pc.is_in(links["state"], value_set=pa.array([State.MISSING, State.LOST], pa.string())), tonight)
    planned = pc.is_in(links["source_url"], value_set=data.plan["url"])
    live_of = _count_by_site(links, pc.equal(links["state"], State.LIVE.value))
    absent_of = _count_by_site(links, absent)
    planned_of = _count_by_site(links, planned)
    rows = []
    for site in (site.site for site in data.sites):
        before, live, gone = data.before_live.get(site, 0), live_of.get(site, 0), absent_of.get(site, 0)
        usual = _usual(data.live_history.get(site, ()), before, settings)
        silent = before > 0 and live == 0 and gone < before
        unplanned = before > 0 and planned_of.get(site, 0) == 0
        rows.append(
            {
                "site": site,
                "live_share": live / usual if usual is not None else None,
                "empty_offender": f"{site}: {before} live before, none now, {gone} explained" if silent else None,
                "unplanned_offender": f"{site}: {before} live before, no page planned" if unplanned else None,
            }
        )
    text = ("site", "empty_offender", "unplanned_offender")
    return pa.Table.from_pylist(rows, pa.schema([*((name, pa.string()) for name in text), ("live_share", pa.float64())]))


def _usual(history: Sequence[int], before: int, settings: AuditSettings) -> float | None:
    """Live links that the site usually has; None where there are too few to judge by."""
    trailing = list(history)[-settings.trailing_nights :]
    usual = statistics.median(trailing) if len(trailing) >= MIN_HISTORY_NIGHTS else float(before)
    return usual if usual >= MIN_USUAL_LINKS else None


def _columns(data: AuditInput) -> pa.Table:
    rows: list[dict[str, object]] = []
    for name, table, schema in (("links", data.links, LINKS), ("looks", data.looks, LOOKS), ("plan", data.plan, PLAN)):
        for field in schema:
            if not field.nullable and field.name in table.column_names:
                rows.append({"column": f"{name}.{field.name}", "nulls": table[field.name].null_count})
    rows += [{"column": f"links.{name}", "latest": pc.max(data.links[name]).as_py()} for name in _DATES]
    schema = pa.schema([("column", pa.string()), ("nulls", pa.int64()), ("latest", UTC_US)])
    return pa.Table.from_pylist(rows, schema)


def _links(links: pa.Table) -> pa.Table:
    unseen = pc.or_(pc.is_null(links["first_seen_at"]), pc.is_null(links["last_seen_at"]))
    unexplained = pc.or_(pc.is_null(links["lost_at"]), pc.equal(links["lost_reason"], ""))
    return (
        links.select(["link_id", *_WORDS, *_DATES])
        .append_column("unseen_offender", _offenders(links, State.LIVE, unseen))
        .append_column("unexplained_offender", _offenders(links, State.LOST, unexplained))
    )


def _offenders(links: pa.Table, state: State, fault: pa.ChunkedArray) -> pa.ChunkedArray:
    wrong = pc.and_(pc.equal(links["state"], state.value), fault)
    return pc.if_else(pc.fill_null(wrong, True), links["source_url"], pa.scalar(None, pa.string()))


def _sample(links: pa.Table) -> pa.Table:
    step = max(1, links.num_rows // SAMPLE_ROWS)
    sample = links.select(["link_id", "source_url", "target_url"]).take(pa.array(range(0, links.num_rows, step), pa.int64()))
    keys, spellings = [], []
    for key, source, target in zip(*(column.to_pylist() for column in sample.columns), strict=True):
        shown = f"{source} → {target}"
        whole = source is not None and target is not None
        keys.append(None if whole and key == link_id(source, target) else shown)
        canonical = whole and canonical_or_none(source) == source and canonical_or_none(target) == target
        spellings.append(None if canonical else shown)
    return pa.table({"key_offender": pa.array(keys, pa.string()), "spelling_offender": pa.array(spellings, pa.string())})


def _targets(data: AuditInput) -> pa.Table:
    seen = data.links.select(["site", "target_url"]).filter(_since(data.links["last_seen_at"], data.night))
    targets = seen.group_by(["site", "target_url"]).aggregate([])
    # Each site's scope by itself: with a narrower site added, older links may still be counted for the wider one.
    scopes = {site.site: Scopes([site]) for site in data.sites}
    offenders = [
        None if site not in scopes or _in_scope(scopes[site], url) else f"{url} (counted for {site})"
        for site, url in zip(targets["site"].to_pylist(), targets["target_url"].to_pylist(), strict=True)
    ]
    return _with_length(targets, "target_url").append_column("scope_offender", pa.array(offenders, pa.string()))


def _in_scope(scopes: Scopes, url: str | None) -> bool:
    try:
        return url is not None and scopes.site_of(url) is not None
    except ValueError:  # no URL at all, so in nobody's scope
        return False


def _with_length(table: pa.Table, column: str) -> pa.Table:
    return table.append_column("url_length", pc.utf8_length(table[column]))


def _since(dates: pa.ChunkedArray, night: str) -> pa.ChunkedArray:
    """True for dates in the night or later; unknown dates are not."""
    return pc.fill_null(pc.greater_equal(dates, pa.scalar(_night_start(night), UTC_US)), False)


def _count(flags: pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _count_by_site(links: pa.Table, flags: pa.ChunkedArray) -> dict[str, int]:
    counts = pc.value_counts(links["site"].filter(flags)).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}
