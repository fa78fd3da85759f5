"""Kinds of links: what is declared and what is inferred stay apart, and the first sign decides."""

import json
from typing import Any

import pyarrow as pa
import pytest

from linkwatch.analysis_schemas import ASSESSED
from linkwatch.suspicion import NightEvidence
from linkwatch.suspicion.kinds import SIGNS, assess
from linkwatch.suspicion_settings import SuspicionSettings
from looked_at import LINK, TO_RIVAL, looked_at

Row = dict[str, Any]
NOTHING_UNSAID = pa.table({"link_id": pa.array([], pa.int64()), "rules": pa.array([], pa.string())})
PARTNERS = SuspicionSettings(partners=("partner.example",))


def at(path: str, **link: object) -> Row:
    """A link on a page of the blog with this path."""
    return LINK | {"source_url": f"https://blog.example{path}"} | link


def assessed(evidence: NightEvidence) -> list[Row]:
    """Rows of ASSESSED."""
    rows: list[Row] = assess(evidence, PARTNERS, NOTHING_UNSAID).to_pylist()
    return rows


SPONSORED_REL = {"rel": "sponsored ugc", "followed": False}
LISTED_TYPE = {"page_types": "itemlist webpage"}
PAID = {"disclosure": "advertorial"}
PARTNER = LINK | {"source_url": "https://partner.example/post"}
LOGO = LINK | {"element": "image"}

KINDS: dict[str, tuple[Row, Row, Row, str, float, str]] = {
    "rel=sponsored": (LINK | SPONSORED_REL, {}, {}, "sponsored", 0.95, "declared_sponsored"),
    "rel=ugc": (LINK | {"rel": "nofollow ugc"}, {}, PAID, "ugc", 0.95, "declared_ugc"),
    "advertorial beside the link": (dict(LINK), {}, PAID, "sponsored", 0.8, "disclosed_beside"),
    "an advertorial": (dict(LINK), PAID, {}, "sponsored", 0.8, "disclosed_page"),
    "an affiliate": (dict(LINK), {}, {"campaign": "affid=3"}, "sponsored", 0.8, "paid_tracking"),
    "a comment below an article": (LINK | {"zone": "comment"}, {}, {}, "ugc", 0.85, "comment"),
    "a partner's comment": (PARTNER | {"zone": "comment"}, {}, {}, "ugc", 0.85, "comment"),
    "forum by its software": (dict(LINK), {"generator": "phpbb 3.3"}, {}, "ugc", 0.85, "forum"),
    "forum by its markup": (dict(LINK), {"page_types": "discussionforumposting"}, {}, "ugc", 0.85, "forum"),
    "forum by its address": (at("/forum/shoes/1"), {}, {}, "ugc", 0.85, "forum"),
    "forum by its host": (LINK | {"source_url": "https://forum.blog.example/t"}, {}, {}, "ugc", 0.85, "forum"),
    "a user's page": (at("/users/jane"), {}, {}, "ugc", 0.85, "profile"),
    "a partner's article": (dict(PARTNER), {}, {}, "partner", 0.99, "listed_partner"),
    "directory by address and list": (at("/directory/shoes"), {}, {"listed": True}, "directory", 0.7, "directory"),
    "directory by markup and address": (at("/companies"), LISTED_TYPE, {}, "directory", 0.7, "directory"),
    "a page of partners": (at("/en/partners/"), {}, {}, "partner", 0.75, "partner_page"),
    "a wall of logos": (dict(LOGO), {}, {"listed": True}, "partner", 0.75, "logo_wall"),
    "an article": (dict(LINK), {}, {}, "editorial", 0.6, "editorial"),
    "an article of 150 words": (dict(LINK), {"main_words": 150}, {}, "editorial", 0.6, "editorial"),
    "an article of a section of resources": (at("/resources/how-to"), {}, {}, "editorial", 0.6, "editorial"),
    "a list of sources below an article": (dict(LINK), {}, {"listed": True}, "editorial", 0.6, "editorial"),
    "an article with comments in its markup": (dict(LINK), {"page_types": "article comment"}, {}, "editorial", 0.6, "editorial"),
    "some links of the article are affiliates'": (
        dict(LINK),
        {"disclosure": "affiliate links"},
        {},
        "editorial",
        0.6,
        "editorial",
    ),
    "an article of 149 words": (dict(LINK), {"main_words": 149}, {}, "unknown", 0.0, "none"),
    "nofollow in an article": (LINK | {"followed": False}, {}, {}, "unknown", 0.0, "none"),
    "hidden in an article": (LINK | {"hidden_by": "opacity:0"}, {}, {}, "unknown", 0.0, "none"),
    "beside the main text": (dict(LINK), {}, {"in_main": False}, "unknown", 0.0, "none"),
    "in the main text, and not in prose": (dict(LINK), {}, {"in_prose": False}, "unknown", 0.0, "none"),
    "a forum's footer": (at("/forum/shoes", zone="footer"), {}, {}, "unknown", 0.0, "none"),
    "a footer": (LINK | {"zone": "footer"}, {}, {}, "unknown", 0.0, "none"),
}


@pytest.mark.parametrize(("link", "analysis", "place", "kind", "confidence", "sign"), KINDS.values(), ids=KINDS)
def test_kind(link: Row, analysis: Row, place: Row, kind: str, confidence: float, sign: str):
    """The first sign that holds decides what a link is taken for, with its confidence and evidence."""
    (row,) = assessed(looked_at([link], analysis=analysis, place=place))
    assert (row["inferred"], row["confidence"], json.loads(row["because"])["rule"]) == (kind, confidence, sign)


DECLARED = {"sponsored ugc": "sponsored", "nofollow ugc": "ugc", "nofollow": "unknown", "": "unknown", "ugcish": "unknown"}


@pytest.mark.parametrize(("rel", "declared"), DECLARED.items(), ids=DECLARED)
def test_declared_is_told_from_rel_alone(rel: str, declared: str):
    """A comment that says nothing of itself is inferred to be ugc, and declared to be nothing."""
    (row,) = assessed(looked_at([LINK | {"rel": rel, "zone": "comment"}]))
    assert row["declared"] == declared


UNANALYSED = {
    "rel": (LINK | {"rel": "sponsored"}, {}, "sponsored"),
    "zone": (LINK | {"zone": "comment"}, {}, "ugc"),
    "address": (at("/forum/1"), {}, "ugc"),
    "address and crowd": (at("/links"), {"external_links": 101}, "directory"),
    "nothing": (dict(LINK), {}, "unknown"),
}


@pytest.mark.parametrize(("link", "page", "kind"), UNANALYSED.values(), ids=UNANALYSED)
def test_kind_of_a_page_not_analysed(link: Row, page: Row, kind: str):
    """Without a closer look rel, zone and addresses tell what they can, and an editor's link is not made up."""
    (row,) = assessed(looked_at([link], page, analysed=False))
    assert row["inferred"] == kind


def test_words_that_decided_are_shown():
    """What the publisher wrote, and which signs made a directory, is the evidence."""
    (paid,) = assessed(looked_at([LINK], place=PAID))
    (listed,) = assessed(looked_at([at("/directory/")], {"external_links": 101}, place={"listed": True}))
    assert json.loads(paid["because"])["seen"] == "advertorial"
    assert "address of a directory" in json.loads(listed["because"])["seen"]


def test_assessed_is_one_row_per_live_link():
    """Rows are the live links sorted by id, with the rules that could not say anything of each."""
    links = [at("/1"), at("/2"), TO_RIVAL, at("/3", state="lost")]
    evidence = looked_at(links)
    live = sorted(evidence.live_links(["link_id"])["link_id"].to_pylist())
    unsaid = pa.table({"link_id": live[:1], "rules": ["stuffed_page thin_page"]})
    table = assess(evidence, PARTNERS, unsaid)
    assert table.schema == ASSESSED
    assert table["link_id"].to_pylist() == live
    assert table["not_evaluated"].to_pylist() == ["stuffed_page thin_page", "", ""]


def test_night_without_links_has_no_kinds():
    """An empty night makes an empty table of the same shape."""
    assert assess(looked_at([]), PARTNERS, NOTHING_UNSAID) == ASSESSED.empty_table()


def test_every_sign_has_a_case():
    """The table above shows each sign decide at least once."""
    assert {sign.name for sign in SIGNS} == {sign for *_, sign in KINDS.values()}
