"""Findings of a night into the warehouse. What people decide of them is in `reviews`.

A finding is one row for as long as anybody finds it: its night is the first that did, its severity, evidence and grounds are
those of the last that did, and `ended` is the first that did not. What was found of one night, a burst or a spike, is not found
again and not over for it: it ends after `EVENT_NIGHTS`. A night that is told late changes no finding that is known.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from linkwatch.decisions import Review
from linkwatch.model import Audit, Finding
from linkwatch.suspicion_settings import EVENTS
from linkwatch.warehouse import tables
from linkwatch.warehouse.bulk import rows_of, upsert
from linkwatch.warehouse.columns import finding_key, json_text

EVENT_NIGHTS = 30
"""Nights for which a finding about one night waits for a person."""


def load_findings(connection: sa.Connection, night: str, findings: Sequence[Finding]) -> int:
    """Note what a night found, and which findings it found no more; returns the number of rows written."""
    finding, found = tables.finding, {finding_key(entry): entry for entry in findings}
    published = tables.night.c.audit.in_((Audit.PASSED.value, Audit.RELEASED.value))
    later = connection.scalar(sa.select(sa.func.max(tables.night.c.night)).where(published, tables.night.c.night > night))
    rows = rows_of(finding, (_row(key, night, entry) for key, entry in found.items()))
    written = upsert(connection, finding, rows, keep=True if later else ("night", "review"))
    links = ({"finding_id": key, "link_id": link} for key, entry in found.items() for link in entry.link_ids)
    written += upsert(connection, tables.finding_link, rows_of(tables.finding_link, links), keep=True)
    if later:
        return written
    waits = (date.fromisoformat(night) - timedelta(days=EVENT_NIGHTS)).isoformat()
    is_waiting = sa.and_(finding.c.rule.in_(EVENTS), finding.c.night > waits)
    over_if_not_found = sa.select(finding.c.finding_id).where(finding.c.ended.is_(None), sa.not_(is_waiting))
    standing = set(connection.scalars(over_if_not_found))
    over = [{"over": key} for key in sorted(standing - found.keys())]
    if over:
        ends = sa.update(finding).where(finding.c.finding_id == sa.bindparam("over")).values(ended=night)
        connection.execute(ends, over)
    return written + len(over)


def _row(key: int, night: str, entry: Finding) -> dict[str, Any]:
    return {
        "finding_id": key,
        "night": night,
        "site": entry.site,
        "link_id": entry.link_id,
        "rule": entry.rule,
        "key": entry.key,
        "severity": entry.severity.value,
        "evidence": json_text(dict(entry.evidence)),
        "review": Review.OPEN.value,
        "domains": json_text(list(entry.domains)),
        "grounds": json_text(list(entry.grounds)),
        "links": len(entry.link_ids),
        "shadow": entry.shadow,
        "ended": None,
    }
