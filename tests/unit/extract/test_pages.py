"""observe() against tests/pages and what tests/cases/pages.toml expects of each."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest

from linkwatch import schemas
from linkwatch.extract import Look, Sighting, looks_table, observe, sightings_table
from linkwatch.extract.links import MAX_OCCURRENCES
from linkwatch.fetch.answers import HTML_TYPES, Answer, Expected, judge
from linkwatch.model import FetchedPage, Outcome, Redirect, Role, Scope, Site
from linkwatch.urls import Scopes, link_id

TESTS = Path(__file__).parents[2]
PAGES = tomllib.loads((TESTS / "cases" / "pages.toml").read_text(encoding="utf-8"))["page"]
SCOPES = Scopes(Site(name, Role.OWN, Scope.DOMAIN) for name in ("target.example", "rival.example"))
HTML = {"content-type": "text/html; charset=utf-8"}


def fetched(body: bytes, url: str = "https://source.example/post/", **fields: Any) -> FetchedPage:
    """A readable page, as the fetch stage hands it over."""
    page = FetchedPage(url, Outcome.READABLE, final_url=url, http_status=200, headers=HTML, body=body)
    return dataclasses.replace(page, **fields)


def answered(body: bytes, url: str, final_url: str, status: int, headers: dict[str, str]) -> FetchedPage:
    """What the fetch stage makes of an answer; of a 200 it does not look at what its headers announce."""
    page = fetched(body, url, final_url=final_url, headers=headers, http_status=status, detail=f"the server answered {status}")
    if status == 200:
        return page
    verdict = judge(Answer(status=status, headers=headers, body=body), Expected(HTML_TYPES, 10_000_000, 5_000_000))
    return dataclasses.replace(page, outcome=verdict.outcome, detail=verdict.detail, body=verdict.body)


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case["file"])
def test_a_page_shows_its_links_and_facts(case: dict[str, Any]) -> None:
    """A page gives the expected links in document order, each with the named attributes, and the named facts."""
    body = (TESTS / "pages" / case["file"]).read_bytes()
    url = case.get("url", "https://source.example/post/")
    headers = HTML | case.get("headers", {})
    observation = observe(answered(body, url, case.get("final_url", url), case.get("status", 200), headers), SCOPES)
    assert [
        {name: getattr(sighting, name, len(sighting.anchor)) for name in expected}
        for sighting, expected in zip(observation.sightings, case["links"], strict=True)
    ] == case["links"]
    assert {name: getattr(observation.look, name) for name in case.get("look", {})} == case.get("look", {})
    assert observation.sends_to == case.get("sends_to", observation.sends_to)


def test_every_page_is_expected_to_be_something() -> None:
    """No page lies in tests/pages without a row that says what it should give."""
    assert {path.name for path in (TESTS / "pages").iterdir()} == {case["file"] for case in PAGES}


def test_a_sighting_knows_its_link() -> None:
    """A sighting's identity is that of the page as asked for and the canonical target."""
    page = fetched(b'<a href="https://TARGET.example">us</a>', final_url="https://www.source.example/moved")
    (sighting,) = observe(page, SCOPES).sightings
    assert sighting.link_id == link_id("https://source.example/post/", "https://target.example/")


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.READABLE])
def test_only_readable_pages_are_read(outcome: Outcome) -> None:
    """Whatever else a fetch ended in, its look keeps that outcome, has no facts and no links."""
    page = fetched(
        b'<title>x</title><a href="https://target.example/">us</a>', outcome=outcome, detail="as it was", http_status=None
    )
    observation = observe(page, SCOPES)
    assert observation.sightings == ()
    assert observation.look == Look(
        url="https://source.example/post/",
        host="source.example",
        source_domain="source.example",
        outcome=outcome.value,
        final_url="https://source.example/post/",
        redirects="[]",
        moved=False,
        detail="as it was",
        etag="",
        last_modified="",
    )


def test_the_way_to_the_page_is_kept() -> None:
    """Redirects are kept as a JSON list of status and address."""
    page = fetched(b"<p>x</p>", redirects=(Redirect(301, "https://source.example/a"), Redirect(302, "https://source.example/b")))
    assert observe(page, SCOPES).look.redirects == '[[301, "https://source.example/a"], [302, "https://source.example/b"]]'


def test_a_page_of_one_link_is_cut() -> None:
    """A page that repeats one link without end gives MAX_OCCURRENCES of it, and still every other link."""
    body = b'<a href="https://target.example/">us</a>' * (MAX_OCCURRENCES + 5) + b'<a href="https://target.example/last">z</a>'
    sightings = observe(fetched(body), SCOPES).sightings
    assert len(sightings) == MAX_OCCURRENCES + 1
    assert sightings[-1].target_url == "https://target.example/last"


def test_a_prefix_scope_divides_a_host() -> None:
    """A page outside a watched prefix links into it by a path alone, and that is a backlink; one inside it is at home."""
    scopes = Scopes([Site("source.example/shop", Role.OWN, Scope.PREFIX)])
    body = b'<a href="/shop/shoes">shoes</a> <a href="/shopping">no</a>'
    outside = observe(fetched(body), scopes)
    assert [sighting.target_url for sighting in outside.sightings] == ["https://source.example/shop/shoes"]
    assert observe(fetched(body, "https://source.example/shop/"), scopes).sightings == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff\xfe", b"\xff\xfe", b"<", b"<a href=", b"<!doctype html><html><frameset><frame></frameset>", b"\x80" * 1000],
)
def test_any_body_makes_an_observation(body: bytes) -> None:
    """A body that is no page makes no link and raises nothing."""
    assert observe(fetched(body), SCOPES).sightings == ()


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000,
        b"<B x>" * 6_000,
        b"".join(b"<font size=%d>" % number for number in range(3_000)) + b"<p>x" * 3_000,
        b"</b>" * 9_000 + b"".join(b"<b id=%d>" % number for number in range(3_000)) + b"<p>x" * 3_000,
    ],
    ids=["nested", "formatting nested", "formatting left open", "closed before it opens"],
)
def test_a_bomb_is_not_parsed(body: bytes) -> None:
    """A page that would take the parser minutes or gigabytes is not read: what it holds cannot be told."""
    look = observe(fetched(body), SCOPES).look
    assert (look.outcome, look.detail) == ("too_large", "markup made to stall its readers")


def test_a_long_flat_page_is_parsed() -> None:
    """Many elements side by side are no bomb."""
    body = b"<p><b>word</b><br>" * 30_000 + b'<a href="https://target.example/">us</a>'
    assert len(observe(fetched(body), SCOPES).sightings) == 1


def test_rows_fit_their_schemas() -> None:
    """Fields are the schema's in its order; rows become tables of that schema, no rows an empty one."""
    observation = observe(fetched(b'<a href="https://target.example/">us</a>'), SCOPES)
    assert list(Look._fields) == schemas.LOOKS.names
    assert list(Sighting._fields) == schemas.SIGHTINGS.names
    for rows, table, schema in (
        ([observation.look], looks_table, schemas.LOOKS),
        (observation.sightings, sightings_table, schemas.SIGHTINGS),
    ):
        assert table(rows).schema == schema
        assert table(rows).to_pylist() == [row._asdict() for row in rows]
        assert table([]).schema == schema
        assert table([]).num_rows == 0
