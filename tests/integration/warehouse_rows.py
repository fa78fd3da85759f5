"""Rows for the warehouse's tests: a link, a page, a change and a night with as little said as a test needs."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from linkwatch import schemas
from linkwatch.model import Audit, Finding, NightSummary, Role, Scope, Severity, Site
from linkwatch.urls import link_id
from linkwatch.warehouse import NightLoad, tables

OWN = "own.example"
SITES = (Site(OWN, Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
_EMPTY = {schemas.S: "", schemas.B: False, schemas.I16: 0, schemas.I32: 0, schemas.I64: 0}


def at(night: str) -> datetime:
    """Three in the morning of a night."""
    return datetime.fromisoformat(night).replace(hour=3, tzinfo=UTC)


def link(number: int = 1, **values: Any) -> dict[str, Any]:
    """A live link to own.example from page `number` of blog.example."""
    row = {"site": OWN, "source_url": f"https://blog.example/{number}", "target_url": f"https://{OWN}/", "state": "live"}
    row |= {"source_domain": "blog.example", "followed": True, "anchor": "a"} | values
    return {"link_id": link_id(row["source_url"], row["target_url"])} | row


def page(number: int = 1, **values: Any) -> dict[str, Any]:
    """A readable page `number` of blog.example."""
    row = {"url": f"https://blog.example/{number}", "host": "blog.example", "source_domain": "blog.example"}
    return row | {"outcome": "readable", "http_status": 200, "redirects": "[]", "linked_domains": "[]"} | values


def change(kind: str, row: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A change of a link."""
    names = ("link_id", "site", "source_url", "target_url", "source_domain")
    return {name: row[name] for name in names} | {"kind": kind, "before": "{}", "after": "{}"} | values


def finding(key: str = "k", **values: Any) -> Finding:
    """A low finding of the rule `sitewide_link`."""
    row: dict[str, Any] = {"rule": "sitewide_link", "severity": Severity.LOW, "site": OWN, "link_ids": (1,)}
    return Finding(**{**row, "key": key, "evidence": {"pages": 12}, **values})


def summary(night: str, site: str = OWN, audit: Audit = Audit.PASSED, **values: Any) -> NightSummary:
    """A night of a site in which nothing happened."""
    names = ("pages_planned", "pages_fetched", "pages_inconclusive", "links_live", "referring_domains_live")
    counts = dict.fromkeys((*names, "gained", "lost", "recovered", "changed", "findings"), 0) | values
    return NightSummary(
        night=night, site=site, audit=audit, started_at=at(night), finished_at=at(night) + timedelta(minutes=5), **counts
    )


def load(night: str, **parts: Any) -> NightLoad:
    """A night with the rows that are given; tables as lists of dicts."""
    return NightLoad(
        night=night,
        sites=parts.get("sites", SITES),
        summaries=parts.get("summaries", [summary(night)]),
        links=_table(schemas.LINKS, parts.get("links", [])),
        pages=_table(schemas.PAGES, parts.get("pages", [])),
        changes=_table(schemas.CHANGES, parts.get("changes", [])),
        evidence=parts.get("evidence", {}),
        findings=parts.get("findings", []),
        claims=parts.get("claims", schemas.CLAIMED.empty_table()),
    )


def dump(engine: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every table and the view, row by row."""
    with engine.begin() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.columns.values()[:2]))]
            for table in (*tables.metadata.sorted_tables, tables.link)
        }


def _table(schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    empty = {field.name: _EMPTY.get(field.type, "") for field in schema if not field.nullable}
    return pa.Table.from_pylist([{**empty, **row} for row in rows], schema=schema)
