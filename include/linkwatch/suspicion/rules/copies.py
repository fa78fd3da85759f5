"""One text on several domains: reprinted, copied, or reworded."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity, Site
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.signs.anchors import brand_names, has_money_word, is_commercial, normalised_column
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, beside, unsaid
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import canonical_or_none, registrable_domain

_AGENCY = re.compile(
    r"\b(ap news|associated press|reuters|afp|dpa|pr ?newswire|business ?wire|globe ?newswire|ein presswire|accesswire"
    r"|(press|news) release|pressemitteilung|communiqué de presse|comunicado de prensa|comunicato stampa)\b"
)
"""What a title says that an agency or a press office wrote [judgement]."""

_NEWS = frozenset({"newsarticle", "reportagenewsarticle", "analysisnewsarticle", "backgroundnewsarticle", "opinionnewsarticle"})
_TITLE = 300  # characters of a title that are looked at
_FACTS = ("page_types", "published_at", "names_itself")
_LINK = ["link_id", "site", "source_url", "source_domain", "anchor", "followed", "first_seen_at"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SharedText:
    """Links to one site from pages that carry one text, or texts that come from one."""

    site: str
    syndicated: bool  # reprinted: as a wire story is, or a text whose links name who they are for
    rows: Sequence[Row]  # the links: columns of LINKS, "same" (pages of one value carry the same text), "telling"
    domains: tuple[str, ...]  # sorted

    @property
    def key(self) -> str:
        """The page that was seen first: copies that come later do not move it."""
        first: str = min(self.rows, key=_seen)["source_url"]
        return first


def copied_text(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """The main text of one page, or a reworded one, stands on at least `copied_domains` domains that link to a site.

    Info "syndicated" for the same text where half of the domains present it as news that others wrote or print too (news
    markup with a date; an article with a date on a site that says who it is; a canonical address on another domain; an agency
    or "press release" in the title), or where fewer than half of the domains link with followed telling anchors; unless half
    of them link with one of your `money_words`. All else, and every reworded text, is low; medium where at least
    `copied_domains` domains link with followed telling anchors. One finding per text and site.

    Two texts are the same at `copied_share` of their five-word shingles in common, or when one is the other made shorter;
    they come from one at `similar_share`, or when a chain of such pairs leads from one to the other.

    Standing: copied content and "press releases distributed on other sites" with optimised links are in Google's policies
    (read in a copy of June 2026). Measured on 172 articles: 14,706 unrelated pairs have at most .164 in common; rewording 5 %
    of the words leaves about .64, 10 % about .43, so a heavily reworded copy is missed. The numbers of domains and the cues
    of syndication are judgement; expected false alarms 60 % before syndication is set aside (judgement). Not evaluated
    for a page that was not analysed, or whose main text has fewer than 50 words.
    """
    for text in shared_texts(evidence, settings, settings.copied_domains):
        if len(text.domains) >= settings.copied_domains:
            yield _finding(text, settings)
    pages = evidence.analyses
    short = pages["url"].filter(pc.equal(pc.binary_length(pages["signature"]), 0))
    live = evidence.live_links(["link_id", "source_url"])
    yield from unsaid(NOT_ANALYSED, live.filter(pc.invert(pc.is_in(live["source_url"], value_set=pages["url"]))))
    yield from unsaid("its main text is too short to compare", live.filter(pc.is_in(live["source_url"], value_set=short)))


def shared_texts(
    evidence: NightEvidence, settings: SuspicionSettings, least: int, most: int | None = None
) -> Iterator[SharedText]:
    """Texts on at least `least` and at most `most` domains that link to one site.

    A text on the way between two copies is told apart: what is printed as it was and reads as syndicated, each for itself,
    and all the rest, which may be fewer domains than `least`.
    """
    links = _candidates(evidence, settings, least, most)
    says = _sayings(links, evidence.sites, settings)
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in links.to_pylist():
        telling, money = says[row["site"], row["words"]]
        row["telling"], row["money"] = row["followed"] and telling, row["followed"] and money
        groups.setdefault((row["site"], row["alike"]), []).append(row)
    for (site, _), rows in groups.items():
        yield from _told_apart(site, rows)


def _sayings(links: pa.Table, sites: Sequence[Site], settings: SuspicionSettings) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Of each site and anchor: whether it tells of a thing and not of whose site it is, and has one of `money_words`."""
    brands = {site.site: brand_names(site) for site in sites}
    pairs = links.group_by(["site", "words"]).aggregate([]).to_pylist()
    return {
        (site, words): (is_commercial(words, brands.get(site, frozenset()), settings), has_money_word(words, settings))
        for site, words in ((pair["site"], pair["words"]) for pair in pairs)
    }


def _candidates(evidence: NightEvidence, settings: SuspicionSettings, least: int, most: int | None) -> pa.Table:
    """Links whose page shares its text with pages of other domains that link to the same site, with what the page says."""
    alike = evidence.likeness.groups(settings.similar_share)
    links = evidence.live_links(_LINK)
    labels = pa.table({"url": evidence.analyses["url"], "alike": alike, "same": evidence.likeness.same(settings.copied_share)})
    links = beside(links, "source_url", labels, "url", {"alike": "alike", "same": "same"})
    links = links.filter(pc.greater_equal(links["alike"], 0))  # null, for a page that was not analysed, is dropped as well
    spread = links.group_by(["site", "alike"]).aggregate([("source_domain", "count_distinct")])
    wide = pc.greater_equal(spread["source_domain_count_distinct"], least)
    if most is not None:
        wide = pc.and_(wide, pc.less_equal(spread["source_domain_count_distinct"], most))
    links = links.join(spread.filter(wide).select(["site", "alike"]), ["site", "alike"], join_type="left semi")
    links = links.append_column("words", normalised_column(links["anchor"]))
    links = beside(links, "source_url", evidence.analyses, "url", {name: name for name in _FACTS})
    for column in ("first_seen_at", "published_at"):  # as numbers: a time as a Python object costs more than all the rest
        links = links.set_column(links.column_names.index(column), column, links[column].cast(pa.int64()))
    return beside(links, "source_url", evidence.pages, "url", {"title": "title", "canonical_url": "canonical_url"})


def _told_apart(site: str, rows: Sequence[Row]) -> Iterator[SharedText]:
    copies: dict[int, list[Row]] = {}
    for row in rows:
        copies.setdefault(row["same"], []).append(row)
    rest = []
    for same in copies.values():
        if _is_syndicated(same):
            yield SharedText(site, True, same, _domains(same))
        else:
            rest += same
    if rest:
        yield SharedText(site, False, rest, _domains(rest))


def _is_syndicated(rows: Sequence[Row]) -> bool:
    """Whether copies of one text read as reprints. One domain's pages do not: a text by itself is nobody's reprint."""
    half = len(_domains(rows)) / 2
    if half < 1 or len(_domains([row for row in rows if row["money"]])) >= half:
        return False
    telling = len(_domains([row for row in rows if row["telling"]]))
    return telling < half or len(_domains([row for row in rows if _is_press(row)])) >= half


def _is_press(row: Row) -> bool:
    types = frozenset((row["page_types"] or "").split())
    dated = row["published_at"] is not None
    if dated and (types & _NEWS or ("article" in types and row["names_itself"])):
        return True
    canonical = canonical_or_none(row["canonical_url"]) if row["canonical_url"] else None
    elsewhere = canonical is not None and registrable_domain(canonical) != row["source_domain"]
    return elsewhere or bool(_AGENCY.search((row["title"] or "")[:_TITLE].casefold()))


def _finding(text: SharedText, settings: SuspicionSettings) -> Finding:
    telling = [row for row in text.rows if row["telling"]]
    severity = Severity.INFO
    if not text.syndicated:
        severity = Severity.MEDIUM if len(_domains(telling)) >= settings.copied_domains else Severity.LOW
    of_text = Counter(same for same, _ in {(row["same"], row["source_domain"]) for row in text.rows})
    told = {
        "reading": "syndicated" if text.syndicated else "copied or reworded",
        "observed": f"one text on {len(text.domains)} referring domains, word for word on {max(of_text.values())}; "
        f"followed links with telling anchors on {len(_domains(telling))}",
        "threshold": f"{settings.copied_domains} domains; the same from {settings.copied_share:g} in common, "
        f"similar from {settings.similar_share:g}",
        "anchor": _most_common(row["anchor"] for row in telling),
        "samples": samples({row["source_url"] for row in text.rows}),
    }
    link_ids = tuple(sorted({row["link_id"] for row in text.rows}))
    return Finding("copied_text", text.key, severity, text.site, link_ids, told, text.domains, told_grounds(text.domains))


def _seen(row: Row) -> tuple[bool, Any, str]:
    """For the order in which links became known: those without a date last."""
    seen = row["first_seen_at"]
    return (seen is None, 0 if seen is None else seen, row["source_url"])


def _most_common(anchors: Iterable[str]) -> str:
    counts = Counter(anchors)
    return min(counts, key=lambda anchor: (-counts[anchor], anchor), default="")


def _domains(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted({row["source_domain"] for row in rows}))
