"""Questions to the warehouse. Rows come back as dicts with the names of the table's columns; nights as `NightSummary`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from linkwatch.model import Audit, ChangeKind, NightSummary
from linkwatch.warehouse import tables
from linkwatch.warehouse.columns import key_of
from linkwatch.warehouse.engine import reading

_PUBLISHED = (Audit.PASSED.value, Audit.RELEASED.value)
_TOLD_FIRST = {kind.value: place for place, kind in enumerate(ChangeKind)}


@dataclass(frozen=True, slots=True)
class LinkStory:
    """All that the warehouse holds on one link."""

    link: dict[str, Any]  # row of `link`
    page: dict[str, Any] | None  # row of `page`; None while nobody looked at it
    changes: list[dict[str, Any]]  # oldest first
    findings: list[dict[str, Any]]  # that are about this link, alone or among others
    decisions: list[dict[str, Any]]  # on these findings, oldest first
    kind: dict[str, Any] | None  # row of `link_kind`; None where nobody could tell yet
    alerts: list[dict[str, Any]]  # messages that told of it, in the order of delivery


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
    rows = _dicts(engine, query)
    return [NightSummary(**{**row, "audit": Audit(row["audit"]), "sources": tuple(row["sources"])}) for row in rows]


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


def link_story(engine: sa.Engine, link_id: int) -> LinkStory | None:
    """What is known of one link, by its id; None for a link that the warehouse has never heard of."""
    link, page, change, finding = tables.link, tables.page, tables.change, tables.finding
    found = _dicts(engine, sa.select(link).where(link.c.link_id == link_id))
    if not found:
        return None
    pages = _dicts(engine, sa.select(page).where(page.c.page_id == key_of(found[0]["source_url"])))
    changes = _dicts(engine, sa.select(change).where(change.c.link_id == link_id).order_by(change.c.night))
    about = sa.select(tables.finding_link.c.finding_id).where(tables.finding_link.c.link_id == link_id)
    findings = _dicts(engine, sa.select(finding).where(finding.c.finding_id.in_(about)).order_by(finding.c.night, finding.c.rule))
    kinds = _dicts(engine, sa.select(tables.link_kind).where(tables.link_kind.c.link_id == link_id))
    return LinkStory(
        link=found[0],
        page=pages[0] if pages else None,
        changes=changes,
        findings=findings,
        decisions=_decisions(engine, [entry["finding_id"] for entry in findings]),
        kind=kinds[0] if kinds else None,
        alerts=_told_by(engine, found[0], [entry["night"] for entry in changes if entry["kind"] != ChangeKind.DISCOVERED]),
    )


def known_links(engine: sa.Engine, source_domain: str, containing: str = "", limit: int = 1000) -> list[dict[str, Any]]:
    """Links on the pages of one referring domain, by source and target: `link_id`, `source_url`, `target_url`, `state`.

    With `containing` only those whose source contains it, in upper or lower case.
    """
    link = tables.link_row
    names = (link.c.link_id, link.c.source_url, link.c.target_url, link.c.state)
    query = sa.select(*names).where(link.c.source_domain == source_domain)
    if containing:
        query = query.where(link.c.source_url.icontains(containing, autoescape=True))
    return _dicts(engine, query.order_by(link.c.source_url, link.c.target_url).limit(limit))


def loss_stories(engine: sa.Engine, lost_nights: Iterable[str], before: str) -> list[dict[str, Any]]:
    """What became of the losses that some nights told, a row a night, site and referring domain: `night`, `site`, `domain`,
    `lost` links, and how many of them are `back`: recovered in a night after the loss and before `before`.
    """
    loss, again = tables.change.alias("loss"), tables.change.alias("again")
    recovered = (
        sa.exists()
        .where(again.c.link_id == loss.c.link_id, again.c.kind == ChangeKind.RECOVERED.value)
        .where(again.c.night > loss.c.night, again.c.night < before)
    )
    return _dicts(
        engine,
        sa.select(
            loss.c.night,
            loss.c.site,
            loss.c.source_domain.label("domain"),
            sa.func.count().label("lost"),
            sa.func.count().filter(recovered).label("back"),
        )
        .where(loss.c.night.in_(list(lost_nights)), loss.c.kind == ChangeKind.LOST.value)
        .group_by(loss.c.night, loss.c.site, loss.c.source_domain)
        .order_by(loss.c.night, loss.c.site, loss.c.source_domain),
    )


def _decisions(engine: sa.Engine, findings: Iterable[int]) -> list[dict[str, Any]]:
    decision = tables.decision
    query = sa.select(decision).where(decision.c.finding_id.in_(list(findings)))
    return _dicts(engine, query.order_by(decision.c.decided_at, decision.c.decision_id))


def _told_by(engine: sa.Engine, link: dict[str, Any], nights: Iterable[str]) -> list[dict[str, Any]]:
    """Messages of the nights that changed a link: those of its site, the part of their threads that names it, and what was
    suspicious of its domain.
    """
    alert = tables.alert
    of_site = sa.select(alert).where(alert.c.night.in_(list(nights)), alert.c.site == link["site"])
    told = _dicts(engine, of_site.order_by(alert.c.night, alert.c.position, alert.c.dedupe_key))
    marks = {"thread": rf"link_id {link['link_id']}\b", "suspicion": rf"(?<![\w.-]){re.escape(link['source_domain'])}(?![\w-])"}
    return [row for row in told if re.search(marks.get(row["kind"], ""), str(row["payload"]))]


def _dicts(engine: sa.Engine, query: sa.Select[Any]) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
