"""What search engines' policies ask: that paid links say so, and that pages do not trade or hoard links for their own sake."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import ChangeKind, Finding, LinkType, Role, Severity, State, Zone
from linkwatch.schemas import UTC_US
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.kinds import KIND_COLUMNS, is_crowded, is_paid_for, kinds_of
from linkwatch.suspicion.signs.closer import (
    LINK_COLUMNS,
    NOT_ANALYSED,
    NOT_READ,
    Told,
    beside,
    holding,
    page_findings,
    read_pages,
    unsaid,
)
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import registrable_domain

LISTED_LINKS = 10
"""External links from which a page named "links" is one [judgement]."""

RECIPROCAL_DAYS = 30
RECIPROCAL_SHARE = 0.2
RECIPROCAL_DOMAINS = 5
"""New referring domains of a month, and share and number of them that we link to, from which it is a habit [judgement]."""

_NAMES = (
    r"(?:(?:our|my|useful|favou?rite|recommended|more|other|web|site|external)[ _-]?)*"
    r"(?:links?|link[ _-]?partners?|link[ _-]?exchange|partners?|partner[ _-]?sites|resources?|friends|blogroll)(?:[ _-]?page)?"
)
_NAMED_PATH = rf"^https?://[^?]+/{_NAMES}(?:\.[a-z]+)?/?(?:$|\?)"
_NAMED_TITLE = rf"(?:^|[|–—:•·»-])\s*{_NAMES}\s*(?:$|[|–—:•·«-])"

_PAGES = ("title", "external_links", "linked_domains")
_WORDS = {"main_words": "main_words"}
_PAID = {"disclosure": "disclosed_beside", "campaign": "campaign", "in_main": "in_main"}


def unqualified_paid(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A link that was paid for is followed: nothing says rel=sponsored or nofollow. High on own sites, else info.

    Paid for means a cue of lexicon.DISCLOSURES in the link's block or its heading, or one that speaks for the whole page when
    the link stands in its main text ("affiliate links" speaks for some links only, and counts beside a link alone), or an
    address that names an affiliate or a paid campaign. On own sites it is our own affair, and mending it is one message away;
    what competitors' publishers do is worth knowing and nothing to be done about. One finding per page and site.

    Standing: Google's policies ask for nofollow or sponsored on links that were bought (read in a copy of June 2026); any is
    the threshold. That ugc, which withholds as well, is no fault is judgement, as are the addresses' parameters and expected
    false alarms of 20 %. Not evaluated for a followed link whose page was not analysed yet.
    """
    live = evidence.live_links([*LINK_COLUMNS, "anchor", "rel", "followed"])
    followed = live.filter(live["followed"])
    rows = beside(followed, "link_id", evidence.places, "link_id", _PAID)
    rows = beside(rows, "source_url", evidence.analyses, "url", {"disclosure": "disclosed_page"})
    signs = is_paid_for(rows)
    paid = np.logical_or.reduce(list(signs.values()))
    yield from unsaid(NOT_ANALYSED, rows.filter(pa.array(~paid & holding(pc.is_null(rows["disclosed_beside"])))))
    own = {site.site for site in evidence.sites if site.role is Role.OWN}
    for name, mask in signs.items():
        rows = rows.append_column(name + "_sign", pa.array(mask))

    def tell(_: object, links: list[dict[str, Any]]) -> Told:
        reasons = {
            "beside": [row["disclosed_beside"] for row in links if row["disclosed_beside_sign"]],
            "page": [row["disclosed_page"] for row in links if row["disclosed_page_sign"]],
            "address": [row["campaign"] for row in links if row["paid_tracking_sign"]],
        }
        observed = "; ".join(f"{_WHERE[where]} “{texts[0][:200]}”" for where, texts in reasons.items() if texts)
        shown = {"observed": observed, "threshold": "any, where rel lacks sponsored and nofollow", "anchor": links[0]["anchor"]}
        return Told(
            Severity.HIGH if links[0]["site"] in own else Severity.INFO,
            shown,
            tuple(sorted(where for where, texts in reasons.items() if texts)),
        )

    yield from page_findings("unqualified_paid", rows.filter(pa.array(paid)), None, tell)


def partner_page(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A followed link stands on a page of links, partners, resources or friends that has little else to say. Low.

    Its address or title is such a name, it has ten external links or more, fewer than `partner_page_words` words of main text
    for every 20 of them, and fewer than `directory_words` words describe the link. Links of `partners` are left out: they are
    what they look like. One finding per page and site.

    Standing: Google's policies name "partner pages exclusively for the sake of cross-linking" (read in a copy of June 2026);
    all numbers are judgement, and so are expected false alarms of some 40 %: friends do recommend friends. Not evaluated for
    a page that was never read or needs rendering, nor for one of such a name that was not analysed yet.
    """
    pages = read_pages(evidence, ("followed", "zone"), _PAGES, _WORDS)
    facts = pages.facts
    yield from unsaid(NOT_READ, pages.links_elsewhere())
    named = _is_named(facts["url"], facts["title"]) & holding(pc.greater_equal(facts["external_links"], LISTED_LINKS))
    yield from unsaid(NOT_ANALYSED, pages.links_where(named & holding(pc.is_null(facts["main_words"]))))
    needed = pc.multiply(facts["external_links"], settings.partner_page_words)
    bare = holding(pc.less(pc.multiply(facts["main_words"], 20), needed))
    links = _with_place(evidence, pages.links_where(named & bare))
    yield from unsaid(NOT_ANALYSED, links.filter(pc.is_null(links["described"])))

    def tell(page: Mapping[str, Any], _: object) -> Told:
        shown = {
            "observed": f"{page['main_words']} words of main text with {page['external_links']} external links",
            "threshold": f"fewer than {settings.partner_page_words} words for every 20",
            "title": page["title"],
        }
        return Told(Severity.LOW, shown, ("partner_page",))

    yield from page_findings("partner_page", _undescribed(links, settings), facts, tell)


def low_directory(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A followed entry in a directory that lists very many and describes few: under `directory_words` words beside it. Low.

    A directory by its build (see kinds.SIGNS), on a page dominated by links (`dominated_links`, `dominated_domains`). Links
    of `partners` are left out. One finding per page and site.

    Standing: Google's policies name "low-quality directory or bookmark site links" without a number; 15 words are judgement,
    and so are expected false alarms of 40 %. Not evaluated for a page that was never read or needs rendering, nor for a
    dominated page that was not analysed yet.
    """
    pages = read_pages(evidence, KIND_COLUMNS, _PAGES, _WORDS)
    facts = pages.facts
    yield from unsaid(NOT_READ, pages.links_elsewhere())
    crowded = holding(is_crowded(facts, settings))
    analysed = holding(pc.is_valid(facts["main_words"]))
    yield from unsaid(NOT_ANALYSED, pages.links_where(crowded & ~analysed))
    links = _with_place(evidence, pages.links_where(crowded & analysed))
    yield from unsaid(NOT_ANALYSED, links.filter(pc.is_null(links["described"])))
    links = _undescribed(links, settings)
    kinds = kinds_of(evidence, links, settings)
    links = links.filter(pc.equal(kinds["kind"], LinkType.DIRECTORY.value))

    def tell(page: Mapping[str, Any], rows: list[dict[str, Any]]) -> Told:
        described = min(row["described"] for row in rows)
        shown = {
            "observed": f"{described} words beside the link, one of {page['external_links']} on the page",
            "threshold": f"a directory, dominated by links, with fewer than {settings.directory_words} words",
        }
        return Told(Severity.LOW, shown, ("low_directory",))

    yield from page_findings("low_directory", links, facts, tell)


def reciprocal_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """An own site and a referring domain link to each other. Info on a page of links or partners; low when it is a habit.

    A single exchange is normal among honest sites (some 60 % of single ones, judgement), so it is told alone only where the
    other side's link stands on a page that is named after links, partners, resources or friends: one finding per domain and
    site. A habit is one finding per site: of the referring domains of the last 30 days, five or more and above 20 % are ones
    that we link to. New is a domain all of whose links are, by the date that a source gives or since an earlier look did
    not show them. Own sites among themselves and `partners` are left out.

    Standing: "excessive link exchanges" are named in Google's policies (read in a copy of June 2026) without a number; all
    numbers are judgement. Not evaluated for a site whose own pages were not crawled, or that none of them links away from;
    nor for competitors, whose links we do not crawl.
    """
    live = evidence.live_links(LINK_COLUMNS)
    outward = _linked_domains(evidence, settings)
    competitors = [site.site for site in evidence.sites if site.role is not Role.OWN]
    yield from unsaid("whom a competitor links to is not known", live.filter(_among(live["site"], competitors)))
    uncrawled = [site.site for site in evidence.sites if site.role is Role.OWN and site.site not in outward]
    yield from unsaid("no own site was crawled", live.filter(_among(live["site"], uncrawled)))
    for site, own_pages in outward.items():
        links = live.filter(pc.equal(live["site"], site))
        mutual = links.filter(_among(links["source_domain"], own_pages))
        titles = beside(mutual, "source_url", evidence.pages, "url", {"title": "title"})
        listed = titles.filter(pa.array(_is_named(titles["source_url"], titles["title"])))
        for domain in sorted(set(listed["source_domain"].to_pylist())):
            yield _exchange(site, domain, listed.filter(pc.equal(listed["source_domain"], domain)), own_pages[domain])
        new = _new_domains(evidence, site)
        ours = sorted(new & own_pages.keys())
        if len(ours) >= RECIPROCAL_DOMAINS and len(ours) > RECIPROCAL_SHARE * len(new):
            yield _habit(site, ours, len(new), mutual.filter(_among(mutual["source_domain"], ours)))


_WHERE = {"beside": "beside the link", "page": "the page says", "address": "its address says"}


def _is_named(urls: pa.ChunkedArray, titles: pa.ChunkedArray) -> np.ndarray:
    """Where a page is named after links: the end of its path, or a whole part of its title."""
    by_path = pc.match_substring_regex(urls, _NAMED_PATH, ignore_case=True)
    return holding(by_path) | holding(pc.match_substring_regex(titles, _NAMED_TITLE, ignore_case=True))


def _with_place(evidence: NightEvidence, links: pa.Table) -> pa.Table:
    return beside(links, "link_id", evidence.places, "link_id", {"described": "described"})


def _undescribed(links: pa.Table, settings: SuspicionSettings) -> pa.Table:
    """Followed links of a page's own part that hardly any words stand beside, partners' left out."""
    wanted = holding(pc.and_(links["followed"], pc.equal(links["zone"], Zone.CONTENT.value)))
    wanted &= holding(pc.less(links["described"], settings.directory_words))
    return links.filter(pa.array(wanted & ~holding(_among(links["source_domain"], settings.partners))))


def _among(column: pa.ChunkedArray, values: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(list(values), pa.string()))


def _linked_domains(evidence: NightEvidence, settings: SuspicionSettings) -> dict[str, dict[str, list[str]]]:
    """Of each own site whose crawl found links away: domains that it links to, each with some own pages that do."""
    left_out = {registrable_domain(site.site) for site in evidence.sites if site.role is Role.OWN} | set(settings.partners)
    crawled: dict[str, dict[str, list[str]]] = {}
    own = [site.site for site in evidence.sites if site.role is Role.OWN]
    for row in () if evidence.own_links is None else evidence.own_links.select(["site", "source_url", "target_url"]).to_pylist():
        if row["site"] in own:
            domain, pages = registrable_domain(row["target_url"]), crawled.setdefault(row["site"], {})
            if domain not in left_out:
                pages.setdefault(domain, []).append(row["source_url"])
    return crawled


def _new_domains(evidence: NightEvidence, site: str) -> set[str]:
    """Referring domains that are new within the last days, live or not: a link of unknown age makes its domain an old one."""
    seen = evidence.links.filter(
        pc.and_(pc.equal(evidence.links["site"], site), pc.not_equal(evidence.links["state"], State.UNVERIFIED.value))
    )
    long_ago = pa.scalar(datetime(1970, 1, 1, tzinfo=UTC), UTC_US)
    gained = pc.if_else(pc.equal(seen["origin"], ChangeKind.GAINED.value), seen["first_seen_at"], pa.scalar(None, UTC_US))
    born = pc.coalesce(seen["claimed_first_seen"], gained, long_ago)
    domains = pa.table({"domain": seen["source_domain"], "born": born}).group_by("domain").aggregate([("born", "min")])
    since = datetime.fromisoformat(evidence.night).replace(tzinfo=UTC) - timedelta(days=RECIPROCAL_DAYS)
    return set(domains["domain"].filter(pc.greater_equal(domains["born_min"], pa.scalar(since, UTC_US))).to_pylist())


def _exchange(site: str, domain: str, links: pa.Table, own_pages: Iterable[str]) -> Finding:
    told = {
        "observed": f"{site} and {domain} link to each other, {domain} from a page of links or partners",
        "threshold": "any such page",
        "samples": samples(links["source_url"].to_pylist()),
        "own_pages": samples(own_pages),
    }
    link_ids = tuple(sorted(links["link_id"].to_pylist()))
    return Finding("reciprocal_link", domain, Severity.INFO, site, link_ids, told, (domain,), ("listed",))


def _habit(site: str, ours: list[str], new: int, links: pa.Table) -> Finding:
    told = {
        "observed": f"{site} links to {len(ours)} of the {new} referring domains that are new within {RECIPROCAL_DAYS} days",
        "threshold": f"{RECIPROCAL_DOMAINS} domains, and more than {RECIPROCAL_SHARE:.0%}",
        "samples": samples(links["source_url"].to_pylist()),
    }
    link_ids = tuple(sorted(links["link_id"].to_pylist()))
    return Finding("reciprocal_link", "habit", Severity.LOW, site, link_ids, told, tuple(ours), told_grounds(ours))
