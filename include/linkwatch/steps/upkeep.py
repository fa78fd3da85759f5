"""Held nights and the list of nights: what a person does by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from linkwatch.errors import NightError
from linkwatch.model import Audit
from linkwatch.quality import AuditResult
from linkwatch.snapshots import NightStore
from linkwatch.steps.night import alert, detect, open_night_store, publish
from linkwatch.warehouse import migrate, nights, open_warehouse, set_audit


@dataclass(frozen=True, slots=True)
class NightView:
    """What a person is shown of one night."""

    night: str
    status: str  # "published", "held" or "unfinished"
    sources: Sequence[dict[str, Any]]  # name, claims, rejected, samples, error
    outcomes: dict[str, int]  # pages by the outcome of tonight's look
    audit: AuditResult | None
    rows: Sequence[Any]  # rows of the night table, one a site
    notes: Sequence[str] = field(default_factory=tuple)  # e.g. that the outage brake was on

    @property
    def held(self) -> bool:
        """True while the audit keeps the night from being published."""
        return self.status == "held"


def night_view(night: str) -> NightView:
    """One night as it stands. Raises NightError for a night that was never begun."""
    settings, store = open_night_store()
    store.as_of(night)
    outcomes: dict[str, int] = {}
    for name in store.names(night, "looks-"):
        for entry in store.read_table(night, name, ["outcome"])["outcome"].value_counts().to_pylist():
            outcomes[entry["values"]] = outcomes.get(entry["values"], 0) + entry["counts"]
    engine = open_warehouse(settings.warehouse_url)
    migrate(engine)
    folded = store.read_facts(night, "fold") or {}
    return NightView(
        night=night,
        status=_status(store, night),
        sources=(store.read_facts(night, "collect") or {"sources": []})["sources"],
        outcomes=outcomes,
        audit=_audit(store, night),
        rows=[row for row in nights(engine) if row.night == night],
        notes=_notes(folded),
    )


def list_nights(limit: int = 14) -> list[NightView]:
    """The last nights, newest first, with what the audit said of each."""
    _, store = open_night_store()
    return [night_view(night) for night in reversed(store.nights()[-limit:])]


def release(night: str) -> None:
    """Publish a held night all the same, tell the warehouse, and deliver its messages. Raises NightError."""
    _, store = open_night_store()
    _require_held(store, night)
    latest = store.latest()
    if latest is not None and latest > night:
        raise NightError(
            f"night {night} is held, and the later night {latest} is published already; a snapshot cannot be slipped in "
            f"between. Drop it: linkwatch drop {night}"
        )
    publish(night)
    detect(night)  # notes the night as released: it is published although its audit failed
    alert(night)


def drop(night: str) -> None:
    """Throw a held or unfinished night away; what was known before it stays as it was. Raises NightError."""
    settings, store = open_night_store()
    if store.is_published(night):
        raise NightError(f"night {night} is published and part of history; expected a held or unfinished night")
    store.drop(night)
    engine = open_warehouse(settings.warehouse_url)
    migrate(engine)
    set_audit(engine, night, Audit.DROPPED)


def _require_held(store: NightStore, night: str) -> None:
    status = _status(store, night)
    if status != "held":
        raise NightError(f"night {night} is {status}; expected a held night. `linkwatch nights` lists them")


def _status(store: NightStore, night: str) -> str:
    store.as_of(night)
    if store.is_published(night):
        return "published"
    audit = _audit(store, night)
    return "unfinished" if audit is None or audit.passed else "held"


def _audit(store: NightStore, night: str) -> AuditResult | None:
    kept = store.read_facts(night, "audit")
    return None if kept is None else AuditResult.from_dict(kept)


def _notes(folded: dict[str, Any]) -> list[str]:
    notes = []
    if folded.get("brake"):
        notes.append(
            f"outage brake: {folded['newly_failing']} of {folded['answered_before']} pages that answered last time cannot tell "
            "tonight; no link is called lost"
        )
    return notes
