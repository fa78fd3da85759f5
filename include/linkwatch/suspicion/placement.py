"""Where a link stands: on every page of a domain, or where no reader sees it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity, Zone
from linkwatch.suspicion.anchors import Bucket, brand_names, bucket, names_brand, normalise, normalised_column
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples
from linkwatch.suspicion_settings import SuspicionSettings

MIN_KNOWN_PAGES = 5
"""Readable pages of a domain below which a share of them says nothing [judgement]."""

TEMPLATE_PAGES = 20
"""Pages with the link in footer or sidebar that make it a template's, whatever share of the domain is known [judgement]."""

UNRELATED_DOMAINS = 3
"""Domains with one and the same site-wide telling anchor that make it a pattern [judgement]."""

HIDDEN_TOGETHER = 3
"""Hidden links to watched sites on one page that look like a block of them [judgement]."""

_MENUS = (Zone.NAV, Zone.HEADER)

_GROUP = ("source_domain", "site", "target_url", "anchor")


def sitewide_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """One target with one anchor on many pages of a domain: ten, and half of those known; or twenty footers or sidebars.

    Low: most are credits, partners and blogrolls (expected false alarms 50–70 %, judgement). Medium when followed and the
    anchor is no brand, URL or empty phrase; high when, besides, three unrelated domains do so with the same anchor for one site.
    One finding per domain, site, target and anchor.

    Standing: "widely distributed links in the footers or templates of various sites" is named in Google's spam policies
    (read in a copy of June 2026); all numbers are judgement. By share, not evaluated for a domain of which fewer than 5
    readable pages are known.
    """
    live = evidence.live_links(["link_id", "source_url", "zone", "followed", *_GROUP])
    live = _often_linked(live, min(settings.sitewide_pages, TEMPLATE_PAGES))
    live = live.set_column(live.column_names.index("anchor"), "anchor", normalised_column(live["anchor"]))
    live = live.append_column("in_template", pc.is_in(live["zone"], value_set=pa.array([Zone.FOOTER, Zone.SIDEBAR], pa.string())))
    found = live.group_by(_GROUP).aggregate([([], "count_all"), ("in_template", "sum"), ("followed", "max")])
    known = _readable_pages(evidence.pages)
    groups = [row | {"known": known.get(row["source_domain"], 0)} for row in _frequent(found, settings).to_pylist()]
    groups = [row for row in groups if _is_sitewide(row, settings)]
    brands = {site.site: brand_names(site) for site in evidence.sites}
    spread: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in groups:
        row["telling"] = bucket(row["anchor"], brands.get(row["site"], frozenset())) is Bucket.OTHER
        if row["telling"]:
            spread[row["site"], row["anchor"]].add(row["source_domain"])
    members = _members(live, groups)
    for row in groups:
        domains = spread[row["site"], row["anchor"]]
        yield _sitewide_finding(row, len(domains), members[tuple(row[name] for name in _GROUP)], settings)


def hidden_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A live link that no reader sees: display:none, zero size, off screen and their like, as `hidden_by` says.

    Tabs, accordions and text for screen readers were left out when the page was read. Low in menus and page heads, which open
    by script, and when the anchor tells nothing or names the brand. Else medium, and high when three or more such links
    are hidden on one page.

    Standing: off-screen, zero-size and same-colour text are on Google's list of hidden text; display:none and the severities
    are judgement. On 91 clean news pages 11 of 461 links to nine large sites are hidden, all follow buttons; the exemption
    of brand anchors was made after seeing these pages, so that all 11 are low there is no measure of false alarms elsewhere.
    Styles from other files are not seen, so what is not found may still be hidden.
    """
    live = evidence.live_links(["link_id", "site", "source_url", "source_domain", "target_url", "anchor", "zone", "hidden_by"])
    hidden = live.filter(pc.not_equal(live["hidden_by"], "")).to_pylist()
    brands = {site.site: brand_names(site) for site in evidence.sites}
    together: dict[str, int] = defaultdict(int)
    for row in hidden:
        row["telling"] = row["zone"] not in _MENUS and _is_telling(row["anchor"], brands.get(row["site"], frozenset()))
        together[row["source_url"]] += row["telling"]
    for row in hidden:
        severity = Severity.LOW
        if row["telling"]:
            severity = Severity.HIGH if together[row["source_url"]] >= HIDDEN_TOGETHER else Severity.MEDIUM
        told = {
            "observed": f"hidden by {row['hidden_by']}; {together[row['source_url']]} such with telling anchors on the page",
            "threshold": f"any; high from {HIDDEN_TOGETHER} with telling anchors on a page",
            "anchor": row["anchor"],
            "samples": [row["source_url"]],
        }
        link_id = row["link_id"]
        domains = (row["source_domain"],)
        yield Finding("hidden_link", str(link_id), severity, row["site"], (link_id,), told, domains, (row["hidden_by"],))


def _is_telling(anchor: str, brands: frozenset[str]) -> bool:
    words = normalise(anchor)
    return bucket(words, brands) is Bucket.OTHER and not names_brand(words, brands)


def _often_linked(live: pa.Table, pages: int) -> pa.Table:
    """Links of a domain to a target to which it has at least so many: the others, by far most, cannot be site-wide."""
    domains, targets = (live[name].combine_chunks().dictionary_encode() for name in ("source_domain", "target_url"))
    pairs = pc.add(pc.multiply(domains.indices.cast(pa.int64()), len(targets.dictionary)), targets.indices.cast(pa.int64()))
    counts = pc.value_counts(pairs)
    often = counts.field("values").filter(pc.greater_equal(counts.field("counts"), pages))
    return live.filter(pc.is_in(pairs, value_set=often))


def _frequent(found: pa.Table, settings: SuspicionSettings) -> pa.Table:
    """A link is one source page and one target, so the rows of a group are its pages."""
    often = pc.greater_equal(found["count_all"], settings.sitewide_pages)
    return found.filter(pc.or_(often, pc.greater_equal(found["in_template_sum"], TEMPLATE_PAGES)))


def _readable_pages(pages: pa.Table) -> dict[str, int]:
    """Pages ever read, by registrable domain."""
    counts = pc.value_counts(pages["source_domain"].filter(pc.is_valid(pages["last_readable_at"]))).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}


def _is_sitewide(row: Mapping[str, Any], settings: SuspicionSettings) -> bool:
    pages, known = row["count_all"], row["known"]
    by_share = pages >= settings.sitewide_pages and known >= MIN_KNOWN_PAGES and pages / known >= settings.sitewide_share
    return bool(by_share or row["in_template_sum"] >= TEMPLATE_PAGES)


def _members(live: pa.Table, groups: list[dict[str, Any]]) -> dict[tuple[str, ...], list[tuple[int, str]]]:
    """Link and source page of every link in a group."""
    keys = pa.table({name: pa.array([row[name] for row in groups], pa.string()) for name in _GROUP})
    rows = live.select([*_GROUP, "link_id", "source_url"]).join(keys, list(_GROUP), join_type="left semi").to_pylist()
    members = defaultdict(list)
    for row in rows:
        members[tuple(row[name] for name in _GROUP)].append((row["link_id"], row["source_url"]))
    return members


def _sitewide_finding(row: Mapping[str, Any], spread: int, links: list[tuple[int, str]], settings: SuspicionSettings) -> Finding:
    severity = Severity.LOW
    if row["followed_max"] and row["telling"]:
        severity = Severity.HIGH if spread >= UNRELATED_DOMAINS else Severity.MEDIUM
    told = {
        "observed": f"{row['count_all']} pages of {row['source_domain']}, of {row['known']} known readable; "
        f"{row['in_template_sum']} in footer or sidebar; anchor site-wide on {max(spread, 1)} domains",
        "threshold": f"{settings.sitewide_pages} pages and {settings.sitewide_share:.0%} of those known, "
        f"or {TEMPLATE_PAGES} footers or sidebars",
        "anchor": row["anchor"],
        "followed": row["followed_max"],
        "samples": samples(url for _, url in links),
    }
    link_ids = tuple(sorted(link_id for link_id, _ in links))
    key = "|".join((row["source_domain"], row["target_url"], row["anchor"]))
    return Finding("sitewide_link", key, severity, row["site"], link_ids, told, (row["source_domain"],), (row["anchor"],))
