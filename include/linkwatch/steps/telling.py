"""What a night means: its numbers, the evidence of each change, the rows for the warehouse, the messages for people."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.alerts import ChangeLine, OutboxRow, Poster, as_text, deliver, night_messages
from linkwatch.errors import AlertError, SettingsError
from linkwatch.model import Audit, ChangeKind, Evidence, Finding, NightSummary, Outcome
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, changed_links, diff_snapshots, pages_looked, site_counts
from linkwatch.suspicion import COLUMNS, NightEvidence, find
from linkwatch.warehouse import Engine, NightLoad, Outbox, load_night, migrate, new_findings, open_warehouse

log = logging.getLogger(__name__)

_PAGE_EVIDENCE = ("outcome", "http_status", "final_url", "redirects", "detail", "last_fetched_at")
_LINK_EVIDENCE = ("last_seen_at", "first_seen_at", "missing_since", "followed", "rel", "zone", "anchor")


def tell_night(settings: Settings, store: NightStore, engine: Engine, night: str, *, to_people: bool = True) -> dict[str, int]:
    """Work out a published night's changes and findings; queue its messages and load the warehouse. Idempotent.

    Messages are queued first: a night counts as told once it is loaded, so a kill in between tells it again, and the
    outbox takes each message once.
    """
    as_of, before, after = store.as_of(night), store.latest_before(night), store.path(night, "links")
    before_links = store.path(before, "links") if before else None
    differing = diff_snapshots(before_links, after)
    changes = differing.filter(pc.not_equal(differing["kind"], ""))
    links = changed_links(before_links, after)
    pages = pages_looked(store.path(night, "pages"), as_of)
    evidence = dict(_evidence(changes, links, pages))
    found = find(_night_evidence(settings, store, night, changes), settings.suspicion)
    fresh = new_findings(engine, night, found)
    audit = Audit.PASSED if (store.read_facts(night, "audit") or {}).get("passed") else Audit.RELEASED
    summaries = _summaries(settings, store, night, audit, changes, fresh)
    if to_people:
        lines = list(_lines(changes, evidence))
        Outbox(engine).add(night_messages(night, settings.sites, summaries, lines, fresh, settings.slack), as_of)
    loaded = load_night(engine, NightLoad(night, settings.sites, summaries, links, pages, changes, evidence, found))
    return {"changes": changes.num_rows, "findings": len(fresh), "rows_written": loaded.rows_written}


def held_summaries(settings: Settings, store: NightStore, night: str, audit: Audit) -> list[NightSummary]:
    """A held night in numbers: what was looked at tonight, and what is known from the nights before; no change is told."""
    return _summaries(settings, store, night, audit, None, [])


def outcomes_of(store: NightStore, night: str) -> dict[str, int]:
    """Pages that were looked at in a night, by the outcome of the look."""
    pages: dict[str, int] = {}
    for shard in store.names(night, "looks-"):
        for entry in store.read_table(night, shard, ["outcome"])["outcome"].value_counts().to_pylist():
            pages[entry["values"]] = pages.get(entry["values"], 0) + entry["counts"]
    return pages


def warehouse_of(settings: Settings) -> Engine:
    """The warehouse that settings name, with its tables as this version knows them. Raises WarehouseError."""
    engine = open_warehouse(settings.warehouse_url)
    migrate(engine)
    return engine


def deliver_outbox(settings: Settings) -> dict[str, int]:
    """Deliver what waits. Raises AlertError when messages could not be delivered; they keep waiting, the night stands."""
    counts = deliver(Outbox(warehouse_of(settings)), _poster(settings), echo=print_message)
    if counts.pending or counts.failed:
        raise AlertError(
            f"alerts: {counts.pending} messages wait and {counts.failed} were refused: {'; '.join(counts.problems[:3])}. "
            "The night is published; waiting messages are sent when the task is cleared, or with the next night"
        )
    return {"sent": counts.sent + counts.found, "printed": counts.printed}


def _poster(settings: Settings) -> Poster | None:
    """Slack, when the Airflow connection that settings name is there; None prints."""
    from linkwatch.alerts.slack import SlackPoster

    connection = _connection(settings.slack.connection)
    if connection is None:
        return None
    if not connection.password:
        raise SettingsError(
            f"slack: the Airflow connection {settings.slack.connection!r} has no password; expected the bot token there (xoxb-…)"
        )
    extra = connection.extra_dejson
    return SlackPoster(connection.password, **({"base_url": extra["base_url"]} if extra.get("base_url") else {}))


def _connection(name: str) -> Any | None:
    """An Airflow connection; None where there is none. A task asks its supervisor, `linkwatch release` Airflow's database."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    with suppress(AirflowNotFoundException):
        return BaseHook.get_connection(name)
    from airflow.models.connection import Connection

    with suppress(AirflowNotFoundException):
        return Connection.get_connection_from_secrets(name)
    variable = f"AIRFLOW_CONN_{name.upper()}"
    if os.environ.get(variable):  # Airflow passes over what it cannot read; the messages would be printed, and never sent
        raise SettingsError(
            f"slack: ${variable} cannot be read as a connection; expected "
            '{"conn_type": "slack", "password": "xoxb-…"} (it is not shown, it holds the token)'
        )
    return None


def print_message(row: OutboxRow) -> None:
    """A message as it would read in Slack, marked as printed only. Replies in threads are details: the tables have them."""
    if not row.parent_key:
        print(f"\n{as_text(row, note='printed: no Slack connection')}")


def _night_evidence(settings: Settings, store: NightStore, night: str, changes: pa.Table) -> NightEvidence:
    return NightEvidence(
        night=night,
        links=store.read_table(night, "links", COLUMNS["links"]),
        pages=store.read_table(night, "pages", COLUMNS["pages"]),
        changes=changes,
        sites=settings.sites,
    )


def _evidence(changes: pa.Table, links: pa.Table, pages: pa.Table) -> Iterator[tuple[int, dict[str, object]]]:
    """For each change what the last look showed and what is known of the link; keyed by link_id."""
    looked = {row["url"]: row for row in _rows_of(pages, "url", set(changes["source_url"].to_pylist()))}
    known = {row["link_id"]: row for row in _rows_of(links, "link_id", set(changes["link_id"].to_pylist()))}
    for change in changes.select(["link_id", "source_url", "before"]).to_pylist():
        link, page = known[change["link_id"]], looked.get(change["source_url"], {})
        told: dict[str, object] = {name: page[name] for name in _PAGE_EVIDENCE if page.get(name) not in (None, "")}
        if "redirects" in told:
            told["redirects"] = json.loads(str(told["redirects"]))
        told |= {name: link[name] for name in _LINK_EVIDENCE if link[name] is not None}
        told["context"] = f"{link['context_left']} [{link['anchor']}] {link['context_right']}".strip()
        told["looks"] = link["absences"]
        lost_at = json.loads(change["before"]).get("lost_at")
        if lost_at:
            told["lost_at"] = lost_at
        yield change["link_id"], {name: _plain(value) for name, value in told.items()}


def _rows_of(table: pa.Table, key: str, wanted: set[Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.is_in(table[key], pa.array(list(wanted), table[key].type))).to_pylist()
    return rows


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _lines(changes: pa.Table, evidence: Mapping[int, Mapping[str, object]]) -> Iterator[ChangeLine]:
    for row in changes.to_pylist():
        row["before"], row["after"] = json.loads(row["before"]), json.loads(row["after"])
        yield ChangeLine(**row, evidence=evidence[row["link_id"]])


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
            **{kind.value: kinds.get((site.site, kind.value), 0) for kind in _COUNTED},
            findings=sum(finding.site == site.site for finding in fresh),
            started_at=started_at,
            finished_at=finished_at,
        )
        for site in settings.sites
    ]


_COUNTED = (ChangeKind.GAINED, ChangeKind.LOST, ChangeKind.RECOVERED, ChangeKind.CHANGED)
