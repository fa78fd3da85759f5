"""What a night means: its numbers, the rows for the warehouse, the messages for people, and their delivery."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch import schemas
from linkwatch.alerts import LossStory, Message, OutboxRow, Poster, as_text, deliver, lost_day, night_messages, waiting_message
from linkwatch.errors import AlertError, SettingsError
from linkwatch.model import Audit, ChangeKind, Evidence, Finding, NightSummary, Outcome
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, compare, differing_rows, pages_looked, site_counts
from linkwatch.steps.connections import find_connection
from linkwatch.steps.evidence import change_lines, discovered_links, night_evidence
from linkwatch.steps.pulled import source_rows, trouble_message
from linkwatch.steps.recheck import one_look_each
from linkwatch.steps.suspecting import suspect
from linkwatch.warehouse import (
    Engine,
    NightLoad,
    Outbox,
    apply_mutes,
    disavowed_domains,
    findings_to_tell,
    load_night,
    loss_stories,
    migrate,
    new_findings,
    open_warehouse,
    reopen_by_new_evidence,
)

log = logging.getLogger(__name__)

ELSEWHERE_S = 60
"""How long a delivery waits for another run that is sending some of the messages: a message takes a second."""


def tell_night(settings: Settings, store: NightStore, engine: Engine, night: str, *, to_people: bool = True) -> dict[str, int]:
    """Work out a published night's changes and findings; queue its messages and load the warehouse. Idempotent.

    Messages are queued first: a night counts as told once it is loaded, so a kill in between tells it again, and the
    outbox takes each message once.
    """
    as_of, before, after = store.as_of(night), store.latest_before(night), store.path(night, "links")
    before_links = store.path(before, "links") if before else None
    differing, links = compare(before_links, after)
    changes = differing.filter(pc.not_equal(differing["kind"], ""))
    pages = pages_looked(store.path(night, "pages"), as_of)
    evidence = night_evidence(store, night, before, changes, links, pages)
    suspected = suspect(settings, store, night, changes, disavowed_domains(engine))
    found = suspected.found.findings
    fresh = new_findings(engine, night, [entry for entry in found if not entry.shadow])
    told = findings_to_tell(engine, night, found, fresh)
    audit = Audit.PASSED if (store.read_facts(night, "audit") or {}).get("passed") else Audit.RELEASED
    summaries = _summaries(settings, store, night, audit, changes, fresh)
    if to_people:
        messages = _messages(settings, engine, night, summaries, changes, evidence, told)
        waiting = waiting_message(night, store.read_facts(night, "fold") or {}, settings.slack)
        trouble = trouble_message(settings, store, night)
        Outbox(engine).add([*messages, *filter(None, (waiting, trouble))], as_of)
    load = NightLoad(
        night=night,
        sites=settings.sites,
        summaries=summaries,
        links=links,
        pages=pages,
        changes=changes,
        evidence=evidence,
        findings=found,
        claims=_differing_claims(store, before, night),
        rulings=suspected.rulings,
        kinds=suspected.kinds,
    )
    loaded = load_night(engine, load)
    reopen_by_new_evidence(engine, night)
    apply_mutes(engine, night)
    return {"changes": changes.num_rows, "findings": len(fresh), "rows_written": loaded.rows_written}


def held_summaries(settings: Settings, store: NightStore, night: str, audit: Audit) -> list[NightSummary]:
    """A held night in numbers: what was looked at tonight, and what is known from the nights before; no change is told."""
    return _summaries(settings, store, night, audit, None, [])


def outcomes_of(store: NightStore, night: str) -> dict[str, int]:
    """Pages that were looked at in a night, by the outcome of the look."""
    counted = one_look_each(store, night, ["url", "outcome"])["outcome"].value_counts().to_pylist()
    return {entry["values"]: entry["counts"] for entry in counted}


def warehouse_of(settings: Settings) -> Engine:
    """The warehouse that settings name, with its tables as this version knows them. Raises WarehouseError."""
    engine = open_warehouse(settings.warehouse_url)
    migrate(engine)
    return engine


def deliver_outbox(settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> dict[str, int]:
    """Deliver what waits. Raises AlertError when messages could not be delivered; they keep waiting, the night stands.

    Messages that another run is sending are left to it; should it die, they are taken over.
    """
    outbox, poster = Outbox(warehouse_of(settings)), _poster(settings)
    counts = deliver(outbox, poster, echo=print_message)
    sent, printed, waited = counts.sent + counts.found, counts.printed, 0
    while counts.elsewhere and not counts.problems and waited < ELSEWHERE_S:
        sleep(1)
        waited += 1
        counts = deliver(outbox, poster, echo=print_message)
        sent, printed = sent + counts.sent + counts.found, printed + counts.printed
    if counts.elsewhere:
        raise AlertError(
            f"alerts: another run has been sending for more than {ELSEWHERE_S} s (messages left to it: {counts.elsewhere}); "
            "expected it to finish. If it has died on another machine, its messages are free 10 minutes after it took them: "
            "clear the task, or wait for the next night"
        )
    if counts.pending or counts.failed:
        raise AlertError(
            f"alerts: {counts.pending} messages wait and {counts.failed} were refused: {'; '.join(counts.problems[:3])}. "
            "The night is published; waiting messages are sent when the task is cleared, or with the next night"
        )
    return {"sent": sent, "printed": printed}


def _poster(settings: Settings) -> Poster | None:
    """Slack, when the Airflow connection that settings name is there; None prints."""
    from linkwatch.alerts.slack import SlackPoster

    connection = find_connection(settings.slack.connection, "slack")
    if connection is None:
        return None
    if not connection.password:
        raise SettingsError(
            f"slack: the Airflow connection {settings.slack.connection!r} has no password; expected the bot token there (xoxb-…)"
        )
    extra = connection.extra_dejson
    return SlackPoster(connection.password, **({"base_url": extra["base_url"]} if extra.get("base_url") else {}))


def print_message(row: OutboxRow) -> None:
    """A message as it would read in Slack, marked as printed only. Replies in threads are details: the tables have them."""
    if not row.parent_key:
        print(f"\n{as_text(row, note='printed: no Slack connection')}")


def _differing_claims(store: NightStore, before: str | None, night: str) -> pa.Table:
    """First and last claims that the night changed; a night that an older version folded has none."""
    if not store.has(night, "claimed"):
        return schemas.CLAIMED.empty_table()
    known = store.path(before, "claimed") if before and store.has(before, "claimed") else None
    return differing_rows(known, store.path(night, "claimed"), schemas.CLAIMED)


def _messages(
    settings: Settings,
    engine: Engine,
    night: str,
    summaries: Sequence[NightSummary],
    changes: pa.Table,
    evidence: Mapping[int, str],
    fresh: Sequence[Finding],
) -> list[Message]:
    """The night's messages. A reply goes to the channel of the message that it answers, whatever the settings say by now."""
    lines = list(change_lines(changes, evidence))
    nights = {lost_day(line) for line in lines if line.kind == ChangeKind.RECOVERED} - {""}
    stories = [LossStory(**row) for row in loss_stories(engine, nights, night)] if nights else []
    new = discovered_links(changes)
    messages = night_messages(night, settings.sites, summaries, lines, fresh, settings.slack, discovered=new, stories=stories)
    outbox = Outbox(engine)
    parents = {message.parent_key: outbox.get(message.parent_key) for message in messages if message.kind == "recovered"}
    return [
        replace(message, channel=parent.channel) if (parent := parents.get(message.parent_key)) else message
        for message in messages
    ]


def _summaries(
    settings: Settings, store: NightStore, night: str, audit: Audit, changes: pa.Table | None, fresh: list[Finding]
) -> list[NightSummary]:
    """One row a site. The page counts are the whole night's: a page is looked at for all sites at once."""
    outcomes = outcomes_of(store, night)
    planned = store.read_table(night, "plan", ["shard"]).num_rows
    unsure = sum(pages for outcome, pages in outcomes.items() if Outcome(outcome).evidence is Evidence.INCONCLUSIVE)
    told = night if changes is not None else store.latest_before(night)
    live = site_counts(store.path(told, "links")) if told else {}
    kinds: dict[tuple[str, str], int] = {}
    if changes is not None:
        for site, kind in zip(changes["site"].to_pylist(), changes["kind"].to_pylist(), strict=True):
            kinds[site, kind] = kinds.get((site, kind), 0) + 1
    started_at = store.as_of(night)
    sources = source_rows(store, night)
    published = store.read_facts(night, "published") or {}
    finished_at = datetime.fromisoformat(published["finished_at"]) if published else started_at
    return [
        NightSummary(
            night=night,
            site=site.site,
            audit=audit,
            pages_planned=planned,
            pages_fetched=sum(outcomes.values()),
            pages_inconclusive=unsure,
            links_live=live.get(site.site, (0, 0))[0],
            referring_domains_live=live.get(site.site, (0, 0))[1],
            gained=kinds.get((site.site, ChangeKind.GAINED), 0),
            lost=kinds.get((site.site, ChangeKind.LOST), 0),
            recovered=kinds.get((site.site, ChangeKind.RECOVERED), 0),
            changed=kinds.get((site.site, ChangeKind.CHANGED), 0),
            findings=sum(finding.site == site.site for finding in fresh),
            started_at=started_at,
            finished_at=finished_at,
            sources=sources,
        )
        for site in settings.sites
    ]
