"""The gap to competitors, said slowly: domain by domain, in the words of `linkwatch.snapshots.gap`."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from linkwatch.model import Evidence, Outcome
from linkwatch.snapshots.plan import WEIGHTS, ZONES
from linkwatch.urls import registrable_domain

Row = dict[str, Any]


def gap_of(
    links: Sequence[Row], pages: Sequence[Row], own_sites: Sequence[str], competitor_sites: Sequence[str], max_domains: int
) -> list[Row]:
    """Rows of the gap, by site and rank."""
    watched = {registrable_domain(site) for site in (*own_sites, *competitor_sites)}
    live: dict[str, list[Row]] = {}
    for link in links:
        if link["state"] == "live" and link["site"] in competitor_sites and link["source_domain"] not in watched:
            live.setdefault(link["source_domain"], []).append(link)
    rated = _rated(links)
    usual = median(rated.values()) if rated else WEIGHTS["middling_authority"]
    found = []
    for site in sorted(own_sites):
        rows = [
            _row(site, domain, its_links, rated.get(domain), pages)
            for domain, its_links in live.items()
            if not any(_may_lead_to(link, site) for link in links if link["source_domain"] == domain)
        ]
        rows.sort(key=lambda row: _order(row, usual))
        found += [{**row, "rank": place} for place, row in enumerate(rows[:max_domains], 1)]
    return found


def _may_lead_to(link: Row, site: str) -> bool:
    unknown = link["state"] == "unverified" and link["refuted_at"] is None
    return link["site"] == site and (link["state"] in ("live", "missing") or unknown)


def _rated(links: Sequence[Row]) -> dict[str, float]:
    rated: dict[str, float] = {}
    for link in links:
        if link["authority"] is not None:
            authority = min(max(link["authority"], 0.0), 100.0)
            rated[link["source_domain"]] = max(authority, rated.get(link["source_domain"], 0.0))
    return rated


def _row(site: str, domain: str, links: Sequence[Row], authority: float | None, pages: Sequence[Row]) -> Row:
    best = min(links, key=_worth)
    linking = {link["source_url"] for link in links}
    naming = [page for page in pages if page["source_domain"] == domain and site in page["mentions"].split(",")]
    naming = [page for page in naming if Outcome(page["outcome"]).evidence is not Evidence.GONE]
    naming.sort(key=lambda page: (page["url"] != best["source_url"], page["url"] not in linking, page["noindex"], page["url"]))
    competitors = sorted({link["site"] for link in links})
    return {
        "site": site,
        "source_domain": domain,
        "competitors": len(competitors),
        "competitor_sites": ",".join(competitors),
        "links": len(links),
        "links_followed": sum(link["followed"] for link in links),
        "authority": authority,
        "best_page": best["source_url"],
        "best_target": best["target_url"],
        "unlinked_mention": bool(naming),
        "mention_page": naming[0]["url"] if naming else "",
    }


def _worth(link: Row) -> tuple[float, float, str, str]:
    worth = (1.0 if link["followed"] else WEIGHTS["nofollow"]) * {zone.value: ZONES[zone] for zone in ZONES}.get(
        link["zone"], 1.0
    )
    return (-worth, -1.0 * (-1.0 if link["authority"] is None else link["authority"]), link["source_url"], link["target_url"])


def _order(row: Row, usual: float) -> tuple[Any, ...]:
    authority = usual if row["authority"] is None else row["authority"]
    value = 2 ** (authority / WEIGHTS["doubling_authority"]) * row["competitors"]
    return (-value, not row["unlinked_mention"], -row["links_followed"], -row["links"], row["source_domain"])
