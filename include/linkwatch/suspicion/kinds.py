"""What kind of link each is: what the publisher declares, and what we take it for, kept apart. Not a rule: nothing is flagged.

Signs are asked in the order of SIGNS and the first that holds decides (suspicion.md, section 5). Few publishers declare
anything (10.6 % of links to large sites carried nofollow in 2020, and far fewer ugc or sponsored), so that rel says nothing
means nothing. Confidences are judgement until people have reviewed some 200 links of each kind.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.analysis_schemas import ASSESSED
from linkwatch.model import Element, LinkType, Zone
from linkwatch.suspicion.evidence import NightEvidence
from linkwatch.suspicion.signs.closer import LINK_COLUMNS, Mask, beside, holding
from linkwatch.suspicion_settings import SuspicionSettings

EDITORIAL_WORDS = 150
"""Words of main text from which a link in its prose is taken for an editor's [judgement]."""

KIND_COLUMNS = ("target_url", "rel", "followed", "zone", "hidden_by", "element")
"""Columns of links that kinds are told from, besides LINK_COLUMNS."""

SOME_LINKS_CUES = ("affiliate link", "affiliate links", "we may earn a commission")
"""Disclosures that, said of a whole page, mean some of its links and not each."""

_PATH = r"^https?://[^/]+/(?:[^?]*/)?(?:{})(?:[/.?]|$)"
_FORUM = r"^https?://forums?\.|" + _PATH.format(r"forums?|threads?|viewtopic|showthread|topic/[0-9][^/?]*")
_PROFILE = _PATH.format("users?|profiles?")
_DIRECTORY = _PATH.format("director(?:y|ies)|links|resources|companies")
_PARTNER = _PATH.format("partners|integrations|customers|sponsors")
_FORUM_SOFTWARE = r"phpbb|vbulletin|discourse|xenforo|invision|mybb|simple machines|vanilla forums"


class Sign(NamedTuple):
    """Why a link is taken for something; `seen` is told where the page has no words of its own for it."""

    name: str
    kind: LinkType
    confidence: float
    seen: str


SIGNS = (
    Sign("declared_sponsored", LinkType.SPONSORED, 0.95, "rel=sponsored"),
    Sign("declared_ugc", LinkType.UGC, 0.95, "rel=ugc"),
    Sign("disclosed_beside", LinkType.SPONSORED, 0.8, ""),
    Sign("disclosed_page", LinkType.SPONSORED, 0.8, ""),
    Sign("paid_tracking", LinkType.SPONSORED, 0.8, "its address names an affiliate or a campaign that was paid for"),
    Sign("comment", LinkType.UGC, 0.85, "stands in a comment"),
    Sign("forum", LinkType.UGC, 0.85, "a forum by its software, its markup or its address"),
    Sign("profile", LinkType.UGC, 0.85, "a user's page by its markup or its address"),
    Sign("listed_partner", LinkType.PARTNER, 0.99, "its domain is in suspicion.partners"),
    Sign("directory", LinkType.DIRECTORY, 0.7, ""),
    Sign("partner_page", LinkType.PARTNER, 0.75, "the address of a page of partners, customers or sponsors"),
    Sign("logo_wall", LinkType.PARTNER, 0.75, "a picture among others like it, each with one link"),
    Sign("editorial", LinkType.EDITORIAL, 0.6, "a followed link in the prose of a main text"),
    Sign("none", LinkType.UNKNOWN, 0.0, ""),
)
"""First that holds decides. Comments' schema.org type is no sign: articles name the comments below them so."""

_PLACE = {
    "in_main": "in_main",
    "in_prose": "in_prose",
    "listed": "listed",
    "disclosure": "disclosed_beside",
    "campaign": "campaign",
}
_PAGE = {"main_words": "main_words", "page_types": "page_types", "generator": "generator", "disclosure": "disclosed_page"}
_FACTS = {name: name for name in ("external_links", "linked_domains")}


def assess(evidence: NightEvidence, settings: SuspicionSettings, not_evaluated: pa.Table) -> pa.Table:
    """Every live link's kind, with its evidence: ASSESSED, one row per live link sorted by link_id.

    `declared` is told from rel alone. `inferred` is what is declared (confidence .95), else the first of SIGNS that holds; a
    link whose page was not analysed is judged by its zone and addresses alone. `not_evaluated` has link_id and rules, as
    `Found.not_evaluated`. About 2.5 s a million links.
    """
    links = evidence.live_links([*LINK_COLUMNS, *KIND_COLUMNS]).sort_by("link_id")
    kinds = kinds_of(evidence, links, settings)
    lacking = beside(links.select(["link_id"]), "link_id", not_evaluated, "link_id", {"rules": "rules"})["rules"]
    declared = np.select(
        [_declares(links["rel"], LinkType.SPONSORED), _declares(links["rel"], LinkType.UGC)],
        [LinkType.SPONSORED.value, LinkType.UGC.value],
        LinkType.UNKNOWN.value,
    )
    columns = {
        "link_id": links["link_id"],
        "declared": pa.array(declared, pa.string()),
        "inferred": kinds["kind"],
        "confidence": kinds["confidence"],
        "because": _because(kinds),
        "not_evaluated": pc.fill_null(lacking, ""),
    }
    return pa.table(columns, schema=ASSESSED)


def kinds_of(evidence: NightEvidence, links: pa.Table, settings: SuspicionSettings) -> pa.Table:
    """Of links with LINK_COLUMNS and KIND_COLUMNS, row for row: sign (name of the Sign that decides), kind, confidence, seen."""
    urls = links["source_url"].combine_chunks().dictionary_encode()
    pages = beside(pa.table({"url": urls.dictionary}), "url", evidence.analyses, "url", _PAGE)
    pages = beside(pages, "url", evidence.read_pages(["url", *_FACTS]), "url", _FACTS)
    page = {name: mask[urls.indices] for name, mask in _by_page(pages, settings).items()}
    rows = beside(links, "link_id", evidence.places, "link_id", _PLACE)
    rows = rows.append_column("disclosed_page", pages["disclosed_page"].combine_chunks().take(urls.indices))
    listing = page["listing"] | holding(rows["listed"]).astype(np.int64) << len(_LISTING) - 1
    masks = {**_declared_or_paid(rows), **_by_place(rows, page, listing, settings)}
    holds = np.stack([masks[sign.name] for sign in SIGNS[:-1]] + [np.ones(len(rows), np.bool_)])
    which = pa.array(holds.argmax(axis=0))
    sign = pa.array([sign.name for sign in SIGNS], pa.string()).take(which)
    seen = pa.array([sign.seen for sign in SIGNS], pa.string()).take(which)
    for name, words in {
        "disclosed_beside": rows["disclosed_beside"].combine_chunks(),
        "disclosed_page": rows["disclosed_page"].combine_chunks(),
        "directory": _LISTINGS.take(pa.array(listing)),
    }.items():
        seen = pc.if_else(pc.equal(sign, name), words, seen)
    return pa.table(
        {
            "sign": sign,
            "kind": pa.array([sign.kind.value for sign in SIGNS], pa.string()).take(which),
            "confidence": pa.array([sign.confidence for sign in SIGNS], pa.float64()).take(which),
            "seen": seen,
        }
    )


def is_crowded(pages: pa.Table, settings: SuspicionSettings) -> pa.ChunkedArray:
    """Where a page has more external links, or to more domains, than honest articles do (see link_dominated_page)."""
    # Length of a JSON list of domains by its quotation marks: no domain has one, and parsing a million lists takes seconds.
    domains = pc.divide(pc.count_substring(pages["linked_domains"], '"'), 2)
    many = pc.greater(pages["external_links"], settings.dominated_links)
    return pc.or_kleene(many, pc.greater(domains, settings.dominated_domains))


def has_token(texts: pa.ChunkedArray, tokens: str) -> pa.ChunkedArray:
    """Where a space-separated text has a token that an alternation of regular expressions names."""
    return pc.match_substring_regex(texts, f"(?:^| )(?:{tokens})(?: |$)")


def is_paid_for(rows: pa.Table) -> dict[str, Mask]:
    """Where a link was paid for, by name of the sign. Needs disclosed_beside, campaign, disclosed_page and in_main."""
    each = pc.invert(pc.is_in(rows["disclosed_page"], value_set=pa.array(SOME_LINKS_CUES)))
    page = pc.and_(pc.and_(pc.not_equal(rows["disclosed_page"], ""), each), rows["in_main"])
    return {
        "disclosed_beside": holding(pc.not_equal(rows["disclosed_beside"], "")),
        "disclosed_page": holding(page),
        "paid_tracking": holding(pc.not_equal(rows["campaign"], "")),
    }


def _declared_or_paid(rows: pa.Table) -> dict[str, Mask]:
    return {
        "declared_sponsored": _declares(rows["rel"], LinkType.SPONSORED),
        "declared_ugc": _declares(rows["rel"], LinkType.UGC),
        **is_paid_for(rows),
    }


def _by_page(pages: pa.Table, settings: SuspicionSettings) -> dict[str, np.ndarray]:
    """What pages alone tell; `listing` has a bit for each sign of _LISTING but the last, which is a link's own."""
    urls, types = pages["url"], pages["page_types"]
    software = holding(pc.match_substring_regex(pages["generator"], _FORUM_SOFTWARE))
    listing = (is_crowded(pages, settings), has_token(types, "itemlist|collectionpage"), _named(urls, _DIRECTORY))
    return {
        "forum": software | holding(has_token(types, "discussionforumposting|qapage")) | holding(_named(urls, _FORUM)),
        "profile": holding(has_token(types, "profilepage|profile")) | holding(_named(urls, _PROFILE)),
        "partner_page": holding(_named(urls, _PARTNER)),
        "long": holding(pc.greater_equal(pages["main_words"], EDITORIAL_WORDS)),
        "listing": sum(
            (holding(sign).astype(np.int64) << bit for bit, sign in enumerate(listing)), np.zeros(len(pages), np.int64)
        ),
    }


def _by_place(
    rows: pa.Table, page: Mapping[str, np.ndarray], listing: np.ndarray, settings: SuspicionSettings
) -> dict[str, Mask]:
    """What page and place tell together. The page's frame is neither its visitors' nor a list that somebody keeps."""
    content = holding(pc.equal(rows["zone"], Zone.CONTENT.value))
    framed = holding(pc.is_in(rows["zone"], value_set=pa.array([Zone.FOOTER.value, Zone.SIDEBAR.value])))
    picture = holding(pc.equal(rows["element"], Element.IMAGE.value))
    prose = holding(pc.and_(rows["in_main"], rows["in_prose"]))
    offered = holding(pc.and_(rows["followed"], pc.equal(rows["hidden_by"], "")))
    partners = pa.array(settings.partners, pa.string())
    return {
        "comment": holding(pc.equal(rows["zone"], Zone.COMMENT.value)),
        "forum": content & page["forum"],
        "profile": content & page["profile"],
        "listed_partner": holding(pc.is_in(rows["source_domain"], value_set=partners)),
        "directory": content & (np.bitwise_count(listing) >= 2),
        "partner_page": content & page["partner_page"],
        "logo_wall": (content | framed) & picture & holding(rows["listed"]),
        "editorial": content & prose & offered & page["long"],
    }


_LISTING = (
    "more external links than an article",
    "marked up as a list or collection",
    "the address of a directory",
    "an entry among others like it",
)
"""Signs of a directory. One alone is common in honest articles and on blogs with a "resources" section, so two are asked for."""

_LISTINGS = pa.array(
    [", ".join(text for bit, text in enumerate(_LISTING) if mix >> bit & 1) for mix in range(2 ** len(_LISTING))]
)


def _named(urls: pa.Array | pa.ChunkedArray, path: str) -> pa.Array | pa.ChunkedArray:
    return pc.match_substring_regex(urls, path, ignore_case=True)


def _declares(rel: pa.ChunkedArray, kind: LinkType) -> Mask:
    return holding(has_token(rel, kind.value))


def _because(kinds: pa.Table) -> pa.Array:
    """JSON of sign and what was seen, written once for each of the few mixes that there are."""
    signs, seen = (kinds[name].combine_chunks().dictionary_encode() for name in ("sign", "seen"))
    mixes = signs.indices.to_numpy().astype(np.int64) * max(len(seen.dictionary), 1) + seen.indices.to_numpy()
    _, first, inverse = np.unique(mixes, return_index=True, return_inverse=True)
    texts = [_told(row) for row in kinds.select(["sign", "seen"]).take(pa.array(first)).to_pylist()]
    return pa.array(texts, pa.string()).take(pa.array(inverse))


def _told(row: Mapping[str, str]) -> str:
    return json.dumps({"rule": row["sign"], "seen": row["seen"]}, ensure_ascii=False)
