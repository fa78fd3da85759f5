"""One night, a verb a task. Each takes the night's name ("2026-11-22"), does its part once, and returns counts.

What a verb has finished lies in the night's folder; called again it answers from there. That is what makes a killed run
safe to run again: the pages that were looked at are not looked at twice, so both runs tell the same.
"""

import logging
from datetime import UTC, datetime

import pyarrow.compute as pc

from linkwatch.alerts import held_message
from linkwatch.errors import NightError
from linkwatch.model import Audit, Role
from linkwatch.quality import COLUMNS, AuditInput, AuditResult, run_audit
from linkwatch.settings import Settings
from linkwatch.snapshots import FoldInputs, NightStore, fold_claimed, fold_hosts, fold_night, plan_pages, site_counts
from linkwatch.sources import PullStatus
from linkwatch.steps.analysing import fold_analysed
from linkwatch.steps.gap import tell_gap
from linkwatch.steps.home import open_night_store
from linkwatch.steps.looking import look_at_shard
from linkwatch.steps.planned import planned_pages
from linkwatch.steps.pulled import pulls_of, trouble_message
from linkwatch.steps.recheck import one_look_each
from linkwatch.steps.reclaiming import tell_own_site
from linkwatch.steps.telling import deliver_outbox, held_summaries, tell_night, warehouse_of
from linkwatch.warehouse import Outbox, loaded_nights, record_held

log = logging.getLogger(__name__)

NEWS_NIGHTS = 7
"""An empty warehouse that is further behind than this is new, and what it is told is no news to people."""


def begin(logical_date: datetime) -> str:
    """Open the night that a run stands for and return its name: the UTC date of the run.

    The first run of a night settles its time; a later run of the same night keeps it. Raises NightError for a night
    that lies before the last published one: snapshots follow each other, none can be slipped in between.
    """
    _, store = open_night_store()
    as_of = logical_date.astimezone(UTC)
    night = as_of.date().isoformat()
    latest = store.latest()
    if latest is not None and night < latest and not store.is_published(night):
        raise NightError(
            f"night {night} lies before the last published night {latest}; expected a later one. "
            "A snapshot cannot be slipped in between; run tonight instead"
        )
    store.begin(night, as_of)
    return night


def plan(night: str) -> list[int]:
    """Choose the pages to look at tonight; returns the shards that they fall into (at least one, so that tasks follow)."""
    settings, store = open_night_store()
    if not store.has(night, "plan"):
        before = store.latest_before(night)
        pages = plan_pages(
            claims=store.path(night, "claims"),
            before_links=store.path(before, "links") if before else None,
            before_pages=store.path(before, "pages") if before else None,
            own_sites=[site.site for site in settings.sites if site.role is Role.OWN],
            target_sites=[source.site for source in settings.sources if source.kind in ("sitemap", "crawl")],
            as_of=store.as_of(night),
            shards=settings.fetch.shards,
            max_pages_per_host=settings.fetch.max_pages_per_host,
            max_pages=settings.fetch.max_pages,
            important=settings.confirm.important,
            spacing_h=settings.confirm.spacing_h,
            watched=watched_since(settings, store, night),
            complete=[facts.name for facts in pulls_of(store, night) or () if facts.status is PullStatus.COMPLETE],
            ranks=_ranks(store, night),
        )
        store.write_table(night, "plan", pages)
    shards = pc.unique(store.read_table(night, "plan", ["shard"])["shard"]).to_pylist()
    log.info("planned night=%s shards=%s", night, len(shards))
    return sorted(shards) or [0]


def check(night: str, shard: int) -> dict[str, int]:
    """Look at every planned page of one shard and keep what each look ended in and which links were seen."""
    settings, store = open_night_store()
    name = f"{shard:04d}"
    if not store.has(night, f"looks-{name}"):
        look_at_shard(settings, store, night, planned_pages(store, night, shard), name)
    looked = store.read_table(night, f"looks-{name}", ["outcome"])
    counts = {"shard": shard, "pages": looked.num_rows, "readable": pc.sum(pc.equal(looked["outcome"], "readable")).as_py() or 0}
    log.info("checked night=%s %s", night, counts)
    return counts


def fold(night: str) -> dict[str, object]:
    """Fold tonight's evidence into the last snapshot: the next snapshot, staged."""
    settings, store = open_night_store()
    done = store.read_facts(night, "fold")
    if done is None:
        before, watched = store.latest_before(night), watched_since(settings, store, night)
        inputs = FoldInputs(
            before_links=store.path(before, "links") if before else None,
            before_pages=store.path(before, "pages") if before else None,
            claims=store.path(night, "claims"),
            looks=[store.path(night, name) for name in store.names(night, "looks-")],
            sightings=[store.path(night, name) for name in store.names(night, "sightings-")],
        )
        counts = fold_night(
            inputs,
            as_of=store.as_of(night),
            confirm=settings.confirm,
            links_out=store.path(night, "links"),
            pages_out=store.path(night, "pages"),
            watched=watched,
            ranks=_ranks(store, night),
        )
        claimed = store.path(before, "claimed") if before and store.has(before, "claimed") else None
        fold_claimed(claimed, store.path(night, "claims"), store.path(night, "claimed"))
        hosts = store.path(before, "hosts") if before and store.has(before, "hosts") else None
        fold_hosts(hosts, [store.path(night, name) for name in store.names(night, "probes-")], store.path(night, "hosts"))
        fold_analysed(store, night, before)
        since = {site: moment.isoformat() for site, moment in watched.items()}
        done = {**counts.to_dict(), "before": before, "watched": since}
        store.write_facts(night, "fold", done)
    log.info("folded night=%s %s", night, done)
    return done


def audit(night: str) -> bool:
    """True when the staged night may be published. A held night changes nothing and queues one operations alert."""
    settings, store = open_night_store()
    kept = store.read_facts(night, "audit")
    if kept is None:
        result = run_audit(_audit_input(settings, store, night), settings.audit)
        store.write_facts(night, "audit", result.to_dict())
    else:
        result = AuditResult.from_dict(kept)
    if not result.passed and not store.is_published(night):
        engine = warehouse_of(settings)
        record_held(engine, held_summaries(settings, store, night, Audit.HELD))
        failed = [(entry.title, entry.observed, entry.expected) for entry in result.results if entry.holds]
        trouble = trouble_message(settings, store, night)
        Outbox(engine).add([held_message(night, failed, settings.slack), *([trouble] if trouble else [])], store.as_of(night))
    log.info("audited night=%s passed=%s expectations=%s", night, result.passed, len(result.results))
    return result.passed or store.is_published(night)


def publish(night: str) -> dict[str, int]:
    """Make the staged snapshot part of history, in one step.

    Raises NightError when history has grown since the night was folded (another night was released meanwhile): its
    snapshot does not know what that night knew, and to publish it would forget those links.
    """
    _, store = open_night_store()
    counts = site_counts(store.path(night, "links"))
    if not store.is_published(night):
        store.read_table(night, "pages", ["failures"])  # a file that was cut short must not become history
        folded, latest = store.read_facts(night, "fold"), store.latest_before(night)
        if folded is None:
            raise NightError(f"night {night} is not folded yet; expected a finished night. Run it again")
        if folded["before"] != latest:
            raise NightError(
                f"night {night} follows on {folded['before'] or 'no night'}, and night {latest} was published since then; "
                f"expected it to follow on {latest}. Nothing was published; `linkwatch drop {night}`, then run it anew"
            )
        finished_at = datetime.now(UTC).isoformat()  # the edge: when people can see it; not a time that rules use
        live = {site: counts.get(site, (0, 0))[0] for site in folded["watched"]}
        store.publish(night, {"finished_at": finished_at, "live": live, "watched": folded["watched"]})
    done = {"links_live": sum(live for live, _ in counts.values()), "sites": len(counts)}
    log.info("published night=%s %s", night, done)
    return done


def detect(night: str) -> dict[str, int]:
    """Compare with the night before, find what looks suspicious, and tell the warehouse and the outbox.

    Nights that were published but never told (the run was killed, the warehouse was away) are told first, in their order.
    An empty warehouse beside a long history is a new warehouse: its tables are told everything, people only of this night.
    """
    settings, store = open_night_store()
    engine = warehouse_of(settings)
    told = set(loaded_nights(engine))
    untold = [name for name in store.published() if name < night and name not in told]
    moved = not told and len(untold) > NEWS_NIGHTS
    counts: dict[str, int] = {}
    for name in [*untold, night]:
        counts = tell_night(settings, store, engine, name, to_people=name == night or not moved)
    tell_own_site(settings, store, engine, night)
    tell_gap(settings, store, engine, night)
    log.info("detected night=%s %s", night, counts)
    return counts


def alert(night: str) -> dict[str, int]:
    """Deliver what waits in the outbox: to Slack, or to the terminal when there is no connection."""
    settings, _ = open_night_store()
    counts = deliver_outbox(settings)
    log.info("alerted night=%s %s", night, counts)
    return counts


def watched_since(settings: Settings, store: NightStore, night: str) -> dict[str, datetime]:
    """Since when each watched site is looked for. A page read before that said nothing about links to it."""
    before = store.latest_before(night)
    known = store.published_facts(before)["watched"] if before else {}
    return {
        site.site: datetime.fromisoformat(known[site.site]) if site.site in known else store.as_of(night)
        for site in settings.sites
    }


def _ranks(store: NightStore, night: str) -> str | None:
    return store.path(night, "ranks") if store.has(night, "ranks") else None


def _nights_to_compare(settings: Settings, store: NightStore, night: str) -> list[str]:
    """Published nights that say what is usual, oldest first. Of a released night a person said that its numbers are right."""
    found: list[str] = []
    for name in reversed([name for name in store.published() if name < night][-settings.audit.trailing_nights :]):
        found.insert(0, name)
        if not (store.read_facts(name, "audit") or {"passed": True})["passed"]:
            break
    return found


def _audit_input(settings: Settings, store: NightStore, night: str) -> AuditInput:
    live = [store.published_facts(name)["live"] for name in _nights_to_compare(settings, store, night)]
    names = [site.site for site in settings.sites]
    return AuditInput(
        night=night,
        as_of=store.as_of(night),
        links=store.read_table(night, "links", COLUMNS["links"]),
        looks=one_look_each(store, night, COLUMNS["looks"]),
        plan=store.read_table(night, "plan", COLUMNS["plan"]),
        before_live={name: live[-1].get(name, 0) for name in names} if live else {},
        live_history={name: [counts[name] for counts in live if name in counts] for name in names},
        sites=settings.sites,
    )
