"""Questions to the warehouse. Rows come back as dicts with the names of the table's columns; nights as `NightSummary`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from linkwatch.model import Audit, ChangeKind, Finding, NightSummary
from linkwatch.urls import link_id
from linkwatch.warehouse import tables
from linkwatch.warehouse.engine import reading

_PUBLISHED = (Audit.PASSED.value, Audit.RELEASED.value)
_TOLD_FIRST = {kind.value: place for place, kind in enumerate(ChangeKind)}


@dataclass(frozen=True, slots=True)
class LinkStory:
    """All that the warehouse holds on one link."""

    link: dict[str, Any]  # row of `link`
    page: dict[str, Any] | None  # row of `page`; None while nobody looked at it
    changes: list[dict[str, Any]]  # oldest first
    findings: list[dict[str, Any]]


def loaded_nights(engine: sa.Engine) -> list[str]:
    """Nights whose data is in the warehouse (passed or released), oldest first."""
    night = tables.night
    with reading(engine) as connection:
        return list(
            connection.scalars(sa.select(night.c.night).where(night.c.audit.in_(_PUBLISHED)).distinct().order_by(night.c.night))
        )


def nights(engine: sa.Engine, limit: int = 30) -> list[NightSummary]:
    """The last `limit` nights, whatever their audit said: newest first, a row a site, sites by name."""
    night = tables.night
    last = sa.select(night.c.night).distinct().order_by(night.c.night.desc()).limit(limit).scalar_subquery()
    query = sa.select(night).where(night.c.night.in_(last)).order_by(night.c.night.desc(), night.c.site)
    return [NightSummary(**{**row, "audit": Audit(row["audit"])}) for row in _dicts(engine, query)]


def changes_of(engine: sa.Engine, night: str, until: str = "") -> list[dict[str, Any]]:
    """Changes of a night, or of the nights up to and with `until`: by night, site, then what people are told first."""
    change = tables.change
    query = (
        sa.select(change)
        .where(change.c.night.between(night, until or night))
        .order_by(
            change.c.night, change.c.site, sa.case(_TOLD_FIRST, value=change.c.kind), change.c.source_domain, change.c.source_url
        )
    )
    return _dicts(engine, query)


def findings_of(engine: sa.Engine, night: str, *, new_only: bool = True) -> list[dict[str, Any]]:
    """Findings that a night was the first to make; without `new_only` also the older ones that nobody has reviewed."""
    finding = tables.finding
    older = sa.and_(finding.c.night < night, finding.c.review == "open")
    where = finding.c.night == night if new_only else sa.or_(finding.c.night == night, older)
    return _dicts(engine, sa.select(finding).where(where).order_by(finding.c.site, finding.c.rule, finding.c.key))


def new_findings(engine: sa.Engine, night: str, found: Iterable[Finding]) -> list[Finding]:
    """Those of a night's findings that no earlier night made; the same before and after the night is loaded."""
    finding = tables.finding
    with reading(engine) as connection:
        known = set(connection.scalars(sa.select(finding.c.finding_id).where(finding.c.night < night)))
    return [entry for entry in found if tables.finding_key(entry) not in known]


def link_story(engine: sa.Engine, source_url: str, target_url: str) -> LinkStory | None:
    """What is known of one link, by its canonical URLs; None for a link that the warehouse has never heard of."""
    key = link_id(source_url, target_url)
    link, page, change, finding = tables.link, tables.page, tables.change, tables.finding
    found = _dicts(engine, sa.select(link).where(link.c.link_id == key))
    if not found:
        return None
    pages = _dicts(engine, sa.select(page).where(page.c.page_id == tables.key_of(source_url)))
    return LinkStory(
        link=found[0],
        page=pages[0] if pages else None,
        changes=_dicts(engine, sa.select(change).where(change.c.link_id == key).order_by(change.c.night)),
        findings=_dicts(engine, sa.select(finding).where(finding.c.link_id == key).order_by(finding.c.night)),
    )


def _dicts(engine: sa.Engine, query: sa.Select[Any]) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
