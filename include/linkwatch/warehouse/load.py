"""A night into the warehouse, in one transaction; and the verdicts of the audit. What the rows mean is in `tables`."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linkwatch import schemas
from linkwatch.analysis_schemas import ASSESSED
from linkwatch.model import Audit, Finding, NightSummary, Site
from linkwatch.warehouse import tables
from linkwatch.warehouse.bulk import rows_of, upsert
from linkwatch.warehouse.columns import json_text, key_of
from linkwatch.warehouse.engine import writing
from linkwatch.warehouse.findings import load_findings


@dataclass(frozen=True, slots=True)
class NightLoad:
    """What one published night has to tell."""

    night: str  # YYYY-MM-DD
    sites: Sequence[Site]
    summaries: Sequence[NightSummary]  # one per site
    links: pa.Table  # schemas.LINKS: the links that changed durably, and no others
    pages: pa.Table  # schemas.PAGES: the pages that were looked at
    changes: pa.Table  # schemas.CHANGES; silent steps (kind "") are left out
    evidence: Mapping[int, str]  # of a change, by link_id: a JSON object as text
    findings: Sequence[Finding]
    claims: pa.Table = field(default_factory=schemas.CLAIMED.empty_table)  # schemas.CLAIMED, where it differs
    rulings: Sequence[Mapping[str, Any]] = ()  # rows of `rule_night`
    kinds: pa.Table = field(default_factory=ASSESSED.empty_table)  # analysis_schemas.ASSESSED, where it differs


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """Rows that were inserted or updated, by table; all zero when a night is loaded again."""

    sites: int
    nights: int
    pages: int
    links: int
    changes: int
    findings: int
    rulings: int
    kinds: int
    claims: int

    @property
    def rows_written(self) -> int:
        """Rows of all tables."""
        return sum(dataclasses.astuple(self))


def load_night(engine: sa.Engine, load: NightLoad) -> LoadCounts:
    """Tell the warehouse of a published night: all of it or nothing, and nothing more when it is told again.

    A night that is told late does not overwrite links, claims and pages of which a later night spoke. A finding that is known
    keeps its night and its review; one that the night did not find any more has ended. Raises WarehouseError where the
    database fails.
    """
    with writing(engine) as connection:
        return LoadCounts(
            sites=upsert(connection, tables.site, rows_of(tables.site, map(_site, load.sites))),
            nights=upsert(connection, tables.night, _night_rows(load.summaries)),
            pages=upsert(connection, tables.page, _page_rows(load), newest="updated_night"),
            links=upsert(connection, tables.link_row, _link_rows(load), newest="updated_night"),
            changes=upsert(connection, tables.change, _change_rows(load)),
            findings=load_findings(connection, load.night, load.findings),
            rulings=upsert(connection, tables.rule_night, rows_of(tables.rule_night, map(_ruling, load.rulings))),
            kinds=upsert(connection, tables.link_kind, _kind_rows(load), newest="updated_night"),
            claims=upsert(connection, tables.link_claim, _claim_rows(load), newest="updated_night"),
        )


def record_held(engine: sa.Engine, summaries: Iterable[NightSummary]) -> None:
    """Note a held night, a row a site. A night that was published stays as it is."""
    with writing(engine) as connection:
        night = tables.night
        published = connection.execute(
            sa.select(night.c.night, night.c.site).where(night.c.audit.in_((Audit.PASSED.value, Audit.RELEASED.value)))
        )
        known = {(row.night, row.site) for row in published}
        upsert(connection, night, _night_rows([entry for entry in summaries if (entry.night, entry.site) not in known]))


def set_audit(engine: sa.Engine, night: str, audit: Audit) -> None:
    """Note that a held night was released or dropped. A night that was never held (it did not get so far) has no row to note."""
    night_row = tables.night
    with writing(engine) as connection:
        connection.execute(sa.update(night_row).where(night_row.c.night == night).values(audit=audit.value))


def _site(site: Site) -> dict[str, Any]:
    return {"site": site.site, "role": site.role.value, "scope": site.scope.value}


def _night_rows(summaries: Iterable[NightSummary]) -> pa.Table:
    return rows_of(
        tables.night,
        (
            {**dataclasses.asdict(entry), "audit": entry.audit.value, "sources": json_text(list(map(dict, entry.sources)))}
            for entry in summaries
        ),
    )


def _page_rows(load: NightLoad) -> pa.Table:
    rows = load.pages.rename_columns(["source_url" if name == "url" else name for name in load.pages.column_names])
    return _with(rows, page_id=_page_ids(rows), updated_night=_repeated(load.night, rows))


def _link_rows(load: NightLoad) -> pa.Table:
    return _with(load.links, page_id=_page_ids(load.links), updated_night=_repeated(load.night, load.links))


def _ruling(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "reasons": json_text(row["reasons"])}


def _kind_rows(load: NightLoad) -> pa.Table:
    return _with(load.kinds, updated_night=_repeated(load.night, load.kinds))


def _claim_rows(load: NightLoad) -> pa.Table:
    return _with(load.claims, updated_night=_repeated(load.night, load.claims))


def _change_rows(load: NightLoad) -> pa.Table:
    rows = load.changes.filter(pc.not_equal(load.changes["kind"], ""))
    links, kinds = rows["link_id"].to_pylist(), rows["kind"].to_pylist()
    keys = [key_of(load.night, link, kind) for link, kind in zip(links, kinds, strict=True)]
    evidence = [load.evidence.get(link, "{}") for link in links]
    return _with(
        rows,
        change_id=pa.array(keys, schemas.I64),
        night=_repeated(load.night, rows),
        evidence=pa.array(evidence, schemas.S),
    )


def _page_ids(rows: pa.Table) -> pa.Array:
    urls = (url for chunk in rows["source_url"].chunks for url in chunk.to_pylist())
    return pa.array(map(key_of, urls), schemas.I64)


def _with(rows: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, values in columns.items():
        rows = rows.append_column(name, values)
    return rows


def _repeated(text: str, rows: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(text, schemas.S), rows.num_rows)
