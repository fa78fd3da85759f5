"""Which of a night's findings are news to people: new ones, and decided ones that rest on something new. Muted ones are not."""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from linkwatch.decisions import DECIDED, Decision, has_risen, is_new_evidence
from linkwatch.model import Finding
from linkwatch.warehouse import tables
from linkwatch.warehouse.columns import finding_key
from linkwatch.warehouse.engine import reading
from linkwatch.warehouse.mutes import mutes_on


def new_findings(engine: sa.Engine, night: str, found: Iterable[Finding]) -> list[Finding]:
    """Those of a night's findings that no earlier night made; the same before and after the night is loaded."""
    finding = tables.finding
    with reading(engine) as connection:
        known = set(connection.scalars(sa.select(finding.c.finding_id).where(finding.c.night < night)))
    return [entry for entry in found if finding_key(entry) not in known]


def findings_to_tell(engine: sa.Engine, night: str, found: Sequence[Finding], fresh: Iterable[Finding]) -> list[Finding]:
    """Those of a night's findings that people are told, in their order: neither on trial nor muted, and new to them.

    New is what no earlier night found (`fresh`: see `new_findings`), and what was decided when it rested on less or
    was less severe. Ask before the night is loaded: afterwards such a finding is open again, and waits for a person.
    """
    new = {finding_key(entry) for entry in fresh}
    with reading(engine) as connection:
        mutes, decided = mutes_on(connection, date.fromisoformat(night)), _last_decisions(connection)

    def is_news(entry: Finding) -> bool:
        key = finding_key(entry)
        last = decided.get(key)
        return key in new or (
            last is not None and (has_risen(entry.severity, last[0]) or is_new_evidence(entry.grounds, last[1]))
        )

    def is_silent(entry: Finding) -> bool:
        only = entry.link_id if len(entry.link_ids) == 1 else None
        return entry.shadow or mutes.cover(entry.rule, entry.site, entry.domains, only)

    return [entry for entry in found if is_news(entry) and not is_silent(entry)]


def _last_decisions(connection: sa.Connection) -> dict[int, tuple[str, Sequence[str]]]:
    """Severity and grounds of what was last decided of each decided finding."""
    decision, finding = tables.decision, tables.finding
    query = (
        sa.select(decision.c.finding_id, decision.c.severity, decision.c.grounds)
        .join(finding, finding.c.finding_id == decision.c.finding_id)
        .where(finding.c.review.in_(DECIDED), decision.c.verb.in_([verb.value for verb in Decision]))
        .order_by(decision.c.decided_at)
    )
    return {key: (severity, grounds) for key, severity, grounds in connection.execute(query)}
