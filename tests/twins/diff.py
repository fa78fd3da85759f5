"""The diff, said slowly, and its inverse: `apply(before, diff(before, after))` gives `after` back, as far as it is durable."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from linkwatch import schemas

Row = dict[str, Any]

TOLD = ("anchor", "followed", "hidden_by", "nofollow_by", "page_canonical", "page_noindex", "rel", "target_broken", "zone")
IDENTITY = ("site", "source_url", "target_url", "source_domain")
DURABLE = tuple(name for name in schemas.LINKS.names if name not in ("link_id", "last_seen_at", "authority", "row_hash"))
DATES = tuple(name for name, _ in schemas.LINK_DATES)


def diff(before: Iterable[Row], after: Iterable[Row]) -> list[Row]:
    """Rows of schemas.CHANGES, with `before` and `after` as mappings instead of JSON, sorted by link_id."""
    old, new = {row["link_id"]: row for row in before}, {row["link_id"]: row for row in after}
    arrived = {(row["moved_from"], row["source_url"], row["target_url"]) for row in new.values()}
    changes = []
    for link_id in sorted({*old, *new}):
        b, a = old.get(link_id), new.get(link_id)
        names = [name for name in DURABLE if a is None or b is None or a[name] != b[name]]
        if names:
            kind, reason = _kind(b, a, arrived)
            shown = {"link_id": link_id, "kind": kind, "reason": reason, "before": _shown(b, names), "after": _shown(a, names)}
            changes.append(shown | {name: (a or b)[name] for name in IDENTITY})
    return changes


def apply(before: Iterable[Row], changes: Iterable[Row]) -> list[Row]:
    """The durable columns of the later snapshot."""
    links = {row["link_id"]: durable(row) for row in before}
    for change in changes:
        link = links.setdefault(change["link_id"], {"link_id": change["link_id"]})
        for name, value in change["after"].items():
            link[name] = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z") if name in DATES and value is not None else value
    return [links[link_id] for link_id in sorted(links)]


def durable(row: Row) -> Row:
    """A link as far as a diff speaks of it."""
    return {name: row[name] for name in ("link_id", *DURABLE)}


def parsed(change: Row) -> Row:
    """A row of schemas.CHANGES with its JSON read."""
    return change | {"before": json.loads(change["before"]), "after": json.loads(change["after"])}


def _kind(b: Row | None, a: Row | None, arrived: set[tuple[str, str, str]]) -> tuple[str, str]:
    was, now = b["state"] if b else "unverified", a["state"] if a else ""
    if now == "lost" and was != "lost":
        if not a["moved_to"]:
            return "lost", a["lost_reason"]
        known = (a["source_url"], a["moved_to"], a["target_url"]) in arrived
        return ("", "") if known else ("changed", "moved_to")
    if now != "live":
        return "", ""
    if was == "lost":
        return "recovered", ""
    if was == "unverified":
        return ("changed", "moved_from") if a["moved_from"] else (a["origin"], "")
    told = [name for name in TOLD if a[name] != b[name]]
    return ("changed", ",".join(told)) if told else ("", "")


def _shown(row: Row | None, names: list[str]) -> Row:
    if row is None:
        return {}
    return {name: _json_value(row[name]) for name in names}


def _json_value(value: object) -> object:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
