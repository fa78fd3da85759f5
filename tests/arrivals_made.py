"""Nights of arrivals for tests: links that were there, links of tonight, and the nights before in numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from arrow_rows import make_links, make_pages, make_table
from linkwatch import schemas
from linkwatch.model import Role, Scope, Site
from linkwatch.suspicion import Arrivals, NightEvidence

NIGHT = "2026-11-22"
AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
SITES = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
Row = Mapping[str, Any]


def past(*domains: int, tonight: int = 0, looked: int = 400, claims: int = 500, jump: float = 1) -> list[Arrivals]:
    """Nights one after the other with so many new domains and even coverage, tonight's, which looked at `jump` times as much."""
    days = [date.fromisoformat(NIGHT) - timedelta(days=back) for back in range(len(domains), 0, -1)]
    nights = [Arrivals(day.isoformat(), count, looked, claims) for day, count in zip(days, domains, strict=True)]
    return [*nights, Arrivals(NIGHT, tonight, round(jump * looked), round(jump * claims))]


def links_from(count: int, stem: str, **link: object) -> list[dict[str, Any]]:
    """A link each on so many domains: stem0.example, stem1.example, …"""
    return [{"source_url": f"https://{stem}{number}.example/post", **link} for number in range(count)]


def arriving(
    old: Iterable[Row],
    new: Iterable[Row],
    kind: str = "gained",
    history: Sequence[Arrivals] = tuple(past(*[3] * 40)),
    **more: Any,
) -> NightEvidence:
    """A night after which `old` and `new` links are live; the new ones are of tonight, as a change of that kind."""
    tonight = make_links([{"first_seen_at": AT, "origin": kind} | dict(row) for row in new])
    changes = [{"link_id": row["link_id"], "site": row["site"], "kind": kind} for row in tonight.to_pylist()]
    links = make_links([*({"first_seen_at": AT - timedelta(days=100)} | dict(row) for row in old), *tonight.to_pylist()])
    pages = more.pop("pages", None) or make_pages({"url": url} for url in links["source_url"].unique().to_pylist())
    numbers = {"own.example": history} if history else {}
    return NightEvidence(NIGHT, links, pages, make_table(schemas.CHANGES, changes), SITES, history=numbers, **more)
