"""Held nights and the list of nights: what a person does by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from linkwatch.alerts import waiting_losses
from linkwatch.errors import NightError
from linkwatch.model import Audit, NightSummary
from linkwatch.quality import AuditResult
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.sources import PullFacts
from linkwatch.steps.home import open_night_store
from linkwatch.steps.night import alert, detect, publish
from linkwatch.steps.pulled import pulls_of
from linkwatch.steps.telling import outcomes_of, warehouse_of
from linkwatch.warehouse import nights, set_audit

_ALL_NIGHTS = 10_000


@dataclass(frozen=True, slots=True)
class NightView:
    """What a person is shown of one night."""

    night: str
    status: str  # "published", "held" or "unfinished"
    sources: Sequence[PullFacts]
    outcomes: dict[str, int]  # pages by the outcome of tonight's look
    audit: AuditResult | None
    rows: Sequence[NightSummary]  # of the night table, one a site
    notes: Sequence[str] = field(default_factory=tuple)  # e.g. that the outage brake was on

    @property
    def held(self) -> bool:
        """True while the audit keeps the night from being published."""
        return self.status == "held"


def night_view(night: str) -> NightView:
    """One night as it stands. Raises NightError for a night that was never begun."""
    settings, store = open_night_store()
    return _view(store, night, _night_rows(settings))


def list_nights(limit: int = 14) -> list[NightView]:
    """The last nights, newest first, with what the audit said of each."""
    settings, store = open_night_store()
    names = store.nights()[::-1][:limit]
    rows = _night_rows(settings) if names else {}
    return [_view(store, name, rows) for name in names]


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
    if store.is_published(night) or night not in store.nights():
        store.drop(night)  # says why not; no other file of the night is read, as a damaged one is a reason to drop it
    engine = warehouse_of(settings)
    set_audit(engine, night, Audit.DROPPED)  # first: when the warehouse is away the folder stays, and the verb can be repeated
    store.drop(night)


def _night_rows(settings: Settings) -> dict[str, list[NightSummary]]:
    """Rows of the night table by night."""
    engine = warehouse_of(settings)
    rows: dict[str, list[NightSummary]] = {}
    for row in nights(engine, limit=_ALL_NIGHTS):
        rows.setdefault(row.night, []).append(row)
    return rows


def _view(store: NightStore, night: str, rows: Mapping[str, Sequence[NightSummary]]) -> NightView:
    status = _status(store, night)
    folded = store.read_facts(night, "fold") or {}
    return NightView(
        night=night,
        status=status,
        sources=pulls_of(store, night) or (),
        outcomes=outcomes_of(store, night),
        audit=_audit(store, night),
        rows=rows.get(night, ()),
        notes=waiting_losses(folded),
    )


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
