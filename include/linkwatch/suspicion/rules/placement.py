"""Where a link stands: on every page of a domain, or in a block that many domains embed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity, Zone
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.signs.anchors import brand_names, is_commercial, normalise, normalised_column
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, beside, unsaid
from linkwatch.suspicion_settings import SuspicionSettings

MIN_KNOWN_PAGES = 5
"""Readable pages of a domain below which a share of them says nothing [judgement]."""

TEMPLATE_PAGES = 20
"""Pages with the link in their template that make it a template's, whatever share of the domain is known [judgement]."""

UNRELATED_DOMAINS = 3
"""Domains with one and the same site-wide commercial anchor that make it a pattern [judgement]."""

_GROUP = ("source_domain", "site", "target_url", "anchor")


def sitewide_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """One target with one anchor in one block of many pages of a domain: ten, and half of those known; or twenty templates.

    Blocks are one where their tags and classes are (PLACES.block); links whose page was not analysed yet count as standing in
    the block where most of the others do. A link is in the template when it stands in a footer or sidebar, or outside both
    the main text and any prose, comments apart. One finding per domain, site, target and anchor.

    Low: most are credits, partners and blogrolls (expected false alarms 50–70 %, judgement). Medium when followed and the
    anchor is commercial: no brand, URL or empty phrase, and no "built by …". High when, besides, three unrelated domains have the
    same anchor for one site in the same block: the mark of one hand. Always low from `partners`.

    Standing: "widely distributed links in the footers or templates of various sites" is named in Google's spam policies
    (read in a copy of June 2026); all numbers are judgement. Not evaluated for a domain of which fewer than 5 readable pages
    are known, unless it is seen in twenty templates.
    """
    live = _often_linked(evidence.live_links(["link_id", "source_url", "zone", "followed", *_GROUP]), settings)
    live = _with_blocks(live, evidence.places)
    known = _readable_pages(evidence.pages)
    groups = [row | {"known": known.get(row["source_domain"], 0)} for row in _densest_blocks(live, settings)]
    groups = [row for row in groups if _is_sitewide(row, settings)]
    brands = {site.site: brand_names(site) for site in evidence.sites}
    spread: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in groups:
        row["commercial"] = is_commercial(row["anchor"], brands.get(row["site"], frozenset()), settings)
        row["partner"] = row["source_domain"] in settings.partners
        if row["commercial"] and row["followed"] and not row["partner"]:
            spread[row["site"], row["anchor"], row["block"]].add(row["source_domain"])
    members = _members(live, groups)
    found: list[int] = []
    for row in groups:
        domains = spread[row["site"], row["anchor"], row["block"]]
        finding = _sitewide_finding(row, len(domains), members[tuple(row[name] for name in _GROUP)], settings)
        found += finding.link_ids
        yield finding
    yield from _too_little_known(evidence, known, found)


def widget_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """One embedded block (badge, counter, script with its link) on `widget_domains` domains, with a commercial anchor. Medium.

    Blocks are one where their own markup is (PLACES.widget). Only followed links count: Google asks for no more than nofollow.
    A badge with the brand, a URL or an image without words as its anchor is none, nor is one on `partners`. One finding per
    site and block; a new anchor is new evidence, one more domain is not: a badge that is kept may spread.

    Standing: "keyword-rich, hidden, or low-quality links embedded in widgets that are distributed across various sites" is
    named in Google's spam policies (read in a copy of June 2026); three domains are judgement, as are the expected false
    alarms of about 30 %: first of all your own badge. Not evaluated for pages that were not analysed yet.
    """
    links, unplaced = placed_links(evidence, ["site", "source_url", "source_domain", "anchor", "followed"], ["widget"])
    yield from unsaid(NOT_ANALYSED, unplaced)
    links = links.filter(pc.and_(links["followed"], pc.not_equal(links["widget"], "")))
    links = links.filter(pc.invert(pc.is_in(links["source_domain"], value_set=pa.array(settings.partners, pa.string()))))
    brands = {site.site: brand_names(site) for site in evidence.sites}
    embedded: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _widespread(links, settings.widget_domains).to_pylist():
        row["anchor"] = normalise(row["anchor"])
        if is_commercial(row["anchor"], brands.get(row["site"], frozenset()), settings):
            embedded[row["site"], row["widget"]].append(row)
    for (site, widget), rows in sorted(embedded.items()):
        domains = tuple(sorted({row["source_domain"] for row in rows}))
        if len(domains) >= settings.widget_domains:
            yield _widget_finding(site, widget, domains, rows, settings)


def placed_links(evidence: NightEvidence, columns: Sequence[str], places: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """Live links with `link_id`, `columns` of LINKS and `places` of PLACES: those whose page was analysed, and the others."""
    live = evidence.live_links(["link_id", *columns])
    live = beside(live, "link_id", evidence.places, "link_id", {name: name for name in places})
    known = pc.is_valid(live[places[0]])  # no column of PLACES is ever null
    return live.filter(known), live.filter(pc.invert(known))


def _often_linked(live: pa.Table, settings: SuspicionSettings) -> pa.Table:
    """Links of a domain to a target to which it has enough of them, anchors in one spelling: by far most have not."""
    domains, targets = (live[name].combine_chunks().dictionary_encode() for name in ("source_domain", "target_url"))
    pairs = pc.add(pc.multiply(domains.indices.cast(pa.int64()), len(targets.dictionary)), targets.indices.cast(pa.int64()))
    counts = pc.value_counts(pairs)
    often = pc.greater_equal(counts.field("counts"), min(settings.sitewide_pages, TEMPLATE_PAGES))
    live = live.filter(pc.is_in(pairs, value_set=counts.field("values").filter(often)))
    return live.set_column(live.column_names.index("anchor"), "anchor", normalised_column(live["anchor"]))


def _with_blocks(live: pa.Table, places: pa.Table) -> pa.Table:
    """The links with `block` ("" when their page was not analysed) and `in_template`."""
    live = beside(live, "link_id", places, "link_id", {"block": "block", "in_main": "in_main", "in_prose": "in_prose"})
    outside = pc.fill_null(pc.invert(pc.or_(live["in_main"], live["in_prose"])), False)
    outside = pc.and_(outside, pc.not_equal(live["zone"], Zone.COMMENT.value))
    framed = pc.is_in(live["zone"], value_set=pa.array([Zone.FOOTER, Zone.SIDEBAR], pa.string()))
    block = pc.fill_null(live["block"], "")
    return live.drop_columns("block").append_column("block", block).append_column("in_template", pc.or_(framed, outside))


def _densest_blocks(live: pa.Table, settings: SuspicionSettings) -> list[dict[str, Any]]:
    """Per group the numbers of the block that has most of its pages, with the pages that were not analysed yet added to it.

    A link is one source page and one target, so the rows of a group are its pages.
    """
    whole = live.group_by(_GROUP).aggregate([([], "count_all"), ("in_template", "sum")])
    often = pc.greater_equal(whole["count_all"], settings.sitewide_pages)
    whole = whole.filter(pc.or_(often, pc.greater_equal(whole["in_template_sum"], TEMPLATE_PAGES))).select(list(_GROUP))
    blocks = live.join(whole, list(_GROUP), join_type="left semi").group_by([*_GROUP, "block"])
    groups: dict[tuple[str, ...], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in blocks.aggregate([([], "count_all"), ("in_template", "sum"), ("followed", "max")]).to_pylist():
        groups[tuple(row[name] for name in _GROUP)][row["block"]] = row
    return [_densest(named) for named in groups.values()]


def _densest(blocks: dict[str, dict[str, Any]]) -> dict[str, Any]:
    unknown = blocks.pop("", None)
    densest = max(blocks.values(), key=lambda row: (row["count_all"], row["block"]), default=None)
    parts = [part for part in (densest, unknown) if part]
    return {
        **parts[0],
        "pages": sum(part["count_all"] for part in parts),
        "in_template": sum(part["in_template_sum"] for part in parts),
        "followed": any(part["followed_max"] for part in parts),
    }


def _readable_pages(pages: pa.Table) -> dict[str, int]:
    """Pages ever read, by registrable domain."""
    counts = pc.value_counts(pages["source_domain"].filter(pc.is_valid(pages["last_readable_at"]))).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}


def _is_sitewide(row: Mapping[str, Any], settings: SuspicionSettings) -> bool:
    pages, known = row["pages"], row["known"]
    by_share = pages >= settings.sitewide_pages and known >= MIN_KNOWN_PAGES and pages / known >= settings.sitewide_share
    return bool(by_share or row["in_template"] >= TEMPLATE_PAGES)


def _members(live: pa.Table, groups: list[dict[str, Any]]) -> dict[tuple[str, ...], list[tuple[int, str]]]:
    """Link and source page of every link in a group's block, and of those that may be in it."""
    blocks = {tuple(row[name] for name in _GROUP): row["block"] for row in groups}
    keys = pa.table({name: pa.array([row[name] for row in groups], pa.string()) for name in _GROUP})
    rows = live.select([*_GROUP, "block", "link_id", "source_url"]).join(keys, list(_GROUP), join_type="left semi").to_pylist()
    members = defaultdict(list)
    for row in rows:
        group = tuple(row[name] for name in _GROUP)
        if row["block"] in ("", blocks[group]):
            members[group].append((row["link_id"], row["source_url"]))
    return members


def _sitewide_finding(row: Mapping[str, Any], spread: int, links: list[tuple[int, str]], settings: SuspicionSettings) -> Finding:
    severity, grounds = Severity.LOW, [row["anchor"]]
    if row["followed"] and row["commercial"] and not row["partner"]:
        severity = Severity.MEDIUM
        if spread >= UNRELATED_DOMAINS:
            severity = Severity.HIGH
            grounds.append(f"the same on {UNRELATED_DOMAINS} domains")
    told = {
        "observed": f"{row['pages']} pages of {row['source_domain']}, of {row['known']} known readable; "
        f"{row['in_template']} in the template; anchor site-wide on {max(spread, 1)} domains",
        "threshold": f"{settings.sitewide_pages} pages and {settings.sitewide_share:.0%} of those known, "
        f"or {TEMPLATE_PAGES} templates",
        "anchor": row["anchor"],
        "followed": row["followed"],
        "samples": samples(url for _, url in links),
    }
    link_ids = tuple(sorted(link_id for link_id, _ in links))
    key = "|".join((row["source_domain"], row["target_url"], row["anchor"]))
    domains = (row["source_domain"],)
    return Finding("sitewide_link", key, severity, row["site"], link_ids, told, domains, told_grounds(grounds))


def _too_little_known(evidence: NightEvidence, known: Mapping[str, int], found: list[int]) -> Iterator[NotEvaluated]:
    live = evidence.live_links(["link_id", "source_domain"])
    enough = pa.array([domain for domain, pages in known.items() if pages >= MIN_KNOWN_PAGES], pa.string())
    doubtful = live.filter(pc.invert(pc.is_in(live["source_domain"], value_set=enough)))
    doubtful = doubtful.filter(pc.invert(pc.is_in(doubtful["link_id"], value_set=pa.array(found, pa.int64()))))
    yield from unsaid(f"fewer than {MIN_KNOWN_PAGES} pages of its domain were read", doubtful)


def _widespread(links: pa.Table, domains: int) -> pa.Table:
    """Links in widgets that so many domains carry."""
    counts = links.group_by(["site", "widget"]).aggregate([("source_domain", "count_distinct")])
    often = counts.filter(pc.greater_equal(counts["source_domain_count_distinct"], domains)).select(["site", "widget"])
    return links.join(often, ["site", "widget"], join_type="left semi")


def _widget_finding(
    site: str, widget: str, domains: tuple[str, ...], rows: Sequence[Mapping[str, Any]], settings: SuspicionSettings
) -> Finding:
    anchors = sorted({row["anchor"] for row in rows})
    told = {
        "observed": f"the same embedded block on {len(domains)} domains",
        "threshold": f"{settings.widget_domains} domains, followed and with a commercial anchor",
        "anchor": anchors[0],
        "samples": samples(row["source_url"] for row in rows),
    }
    link_ids = tuple(sorted(row["link_id"] for row in rows))
    return Finding("widget_link", widget, Severity.MEDIUM, site, link_ids, told, domains, told_grounds(anchors))
