"""What became of each source in a night, from the facts that the night keeps: for the tables, the screen, and operations."""

from collections.abc import Mapping, Sequence

from linkwatch.alerts import Message, Trouble, same_trouble, sources_message
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.sources import PullFacts, PullStatus

_NOT_KEPT = {
    **dict.fromkeys(("kind", "read", "cap"), ""),
    **dict.fromkeys(("files", "columns", "partial", "held"), ()),
    **{"rows": 0, "total": None, "claimed_at": None, "units": 0.0},
}
"""What an older version did not keep of a source, as it is when there is none of it."""


def pulls_of(store: NightStore, night: str) -> list[PullFacts] | None:
    """Facts of the night's sources, in the order of the settings; None where they have not been collected yet."""
    kept = store.read_facts(night, "collect")
    if kept is None:
        return None
    return [PullFacts.from_dict({**_NOT_KEPT, **facts}) for facts in kept["sources"]]


def why_of(facts: PullFacts) -> str:
    """Why a source was not read, is held, or is partial, for people; "" where it is complete."""
    if facts.status is PullStatus.UNREADABLE:
        return facts.error
    if facts.status is PullStatus.HELD:
        return " ".join(f"{hold.check}: {hold.why}" for hold in facts.held)
    return "; ".join(filter(None, (*facts.partial, facts.cap)))


def source_rows(store: NightStore, night: str) -> tuple[Mapping[str, object], ...]:
    """What `night.sources` says: each source with its kind, status, claims (as they were read), and why."""
    return tuple(
        {
            "source": facts.name,
            "kind": facts.kind,
            "status": facts.status.value,
            "claims": facts.claims,
            "why": why_of(facts),
        }
        for facts in pulls_of(store, night) or ()
    )


def trouble_message(settings: Settings, store: NightStore, night: str) -> Message | None:
    """What operations is told of the night's sources that are held or could not be read; None where all is well."""
    troubles = _troubles(pulls_of(store, night) or ())
    return sources_message(night, troubles, settings.slack, since=_since(store, night, troubles))


def _troubles(pulls: Sequence[PullFacts]) -> list[Trouble]:
    bad = (PullStatus.HELD, PullStatus.UNREADABLE)
    return [(facts.name, facts.status.value, why_of(facts)) for facts in pulls if facts.status in bad]


def _since(store: NightStore, night: str, troubles: Sequence[Trouble]) -> dict[str, str]:
    """For each source in trouble the first of the nights in a row that had the same trouble with it."""
    since = {name: night for name, _, _ in troubles}
    lasting = {name: same_trouble((name, status, why)) for name, status, why in troubles}
    for earlier in reversed([name for name in store.nights() if name < night]):
        if not lasting:
            break
        pulls = pulls_of(store, earlier)
        if pulls is None:  # a night that did not get so far says nothing
            continue
        had = set(map(same_trouble, _troubles(pulls)))
        lasting = {name: trouble for name, trouble in lasting.items() if trouble in had}
        since |= dict.fromkeys(lasting, earlier)
    return since
