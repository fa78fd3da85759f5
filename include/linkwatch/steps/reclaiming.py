"""What a night knows of own sites, for the warehouse: crawled pages, links that leave, and what could be reclaimed."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from linkwatch import own, schemas
from linkwatch.model import Role
from linkwatch.own import Address, Gone, Living, Successors
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, living_pages, troubled_targets
from linkwatch.steps.crawling import crawled_tables
from linkwatch.urls import Scopes, registrable_domain, same_page
from linkwatch.warehouse import Engine, OwnNight, Reclaim, load_own_site

log = logging.getLogger(__name__)


def tell_own_site(settings: Settings, store: NightStore, engine: Engine, night: str) -> dict[str, int]:
    """Load what a published night found of own sites: pages and links that changed, and the whole of `reclaim`. Idempotent.

    Returns the number of own pages and links of tonight's crawls, of addresses to reclaim, and of rows that were written.
    """
    pages = crawled_tables(store, night, "own-pages-", schemas.OWN_PAGES)
    links = crawled_tables(store, night, "own-links-", schemas.OWN_LINKS)
    reclaim = reclaimable(settings, store, night)
    written = load_own_site(engine, OwnNight(night, pages, links, reclaim))
    counts = {"own_pages": pages.num_rows, "own_links": links.num_rows, "reclaim": len(reclaim), "rows_written": written}
    log.info("told own sites night=%s %s", night, counts)
    return counts


def reclaimable(settings: Settings, store: NightStore, night: str) -> list[Reclaim]:
    """Own addresses with something wrong that live backlinks lead to, the most valuable first, each with its redirect."""
    names = [site.site for site in settings.sites if site.role is Role.OWN]
    if not names:
        return []
    scopes = Scopes(settings.sites)
    crawled = [store.path(night, name) for name in store.names(night, "own-pages-")]
    troubled = troubled_targets(
        store.path(night, "links"),
        store.path(night, "pages"),
        crawled,
        own_sites=names,
        telling=[outcome.value for outcome in own.TELLING],
        as_of=store.as_of(night),
    ).to_pylist()
    wrong = [(row, problem) for row in troubled if (problem := own.problem_of(_address(row), scopes, names))]
    successors = _successors(store, night, crawled, scopes, names) if wrong else {}
    return [_reclaim(row, problem, successors[row["site"]]) for row, problem in wrong]


def _successors(
    store: NightStore, night: str, crawled: Sequence[str], scopes: Scopes, names: Sequence[str]
) -> dict[str, Successors]:
    domains = sorted({registrable_domain(name) for name in names})
    living: dict[str, list[Living]] = {name: [] for name in names}
    for row in living_pages(store.path(night, "pages"), crawled, domains=domains).to_pylist():
        site = scopes.site_of(row["url"])
        if site in living and same_page(row["url"], row["final_url"]):
            living[site].append(Living(row["url"], row["title"]))
    return {name: Successors(pages) for name, pages in living.items()}


def _reclaim(row: Mapping[str, Any], problem: str, successors: Successors) -> Reclaim:
    address = _address(row)
    if problem == own.CHAIN:
        suggestion, because = address.final_url, f"where its {address.hops} redirects end: one is enough"
    else:
        title = "" if address.hops else row["title"]  # of an address that sends on it is the other page's
        suggestion, because = successors.best(Gone(address.url, title, tuple(row["anchors"])))
    return Reclaim(
        site=row["site"],
        target_url=address.url,
        problem=problem,
        http_status=row["http_status"],
        hops=address.hops,
        final_url=address.final_url,
        links=row["links"],
        referring_domains=row["referring_domains"],
        value=row["value"],
        best_source_url=row["best_source_url"],
        suggestion=suggestion,
        suggested_because=because,
    )


def _address(row: Mapping[str, Any]) -> Address:
    return Address(row["target_url"], row["outcome"], row["final_url"], row["redirects"])
