"""observe() on real pages: every link of html5boilerplate.com's home page on eleven dates, and 91 articles that are articles."""

import gzip
import json
from pathlib import Path

import pytest

from linkwatch.extract import observe
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes


def read(body: bytes, url: str) -> FetchedPage:
    """A page as the fetch stage hands it over."""
    return FetchedPage(url, Outcome.READABLE, url, 200, headers={"content-type": "text/html"}, body=body)


@pytest.mark.parametrize("year", [2014, 2015, *range(2017, 2026)])
def test_the_home_page_shows_exactly_its_links(real_data: Path, year: int) -> None:
    """Each date's page has the expected links, with rel and anchor of every occurrence, and no other."""
    folder = real_data / "html5boilerplate.com"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    scopes = Scopes(Site(name, Role.OWN, Scope.DOMAIN) for name in expected["watched"])
    (night,) = [night for night in expected["nights"] if night["date"] == f"{year}-06-01"]
    observation = observe(read((folder / night["date"] / "index.html").read_bytes(), expected["page"]), scopes)
    seen: dict[str, list[dict[str, object]]] = {}
    for sighting in observation.sightings:
        seen.setdefault(sighting.target_url, []).append({"rel": sighting.rel.split(), "anchor": sighting.anchor})
    assert seen == night["links"]
    assert {sighting.hidden_by for sighting in observation.sightings} == {""}


def test_real_articles_are_pages(real_data: Path) -> None:
    """No real article is taken for an error page, a challenge, a parked domain or an empty shell; each has words and a title."""
    scopes = Scopes([Site("nobody-links-here.example", Role.OWN, Scope.DOMAIN)])
    files = sorted((real_data / "articles").glob("*.html.gz"))
    looks = {
        file.name[:8]: observe(read(gzip.decompress(file.read_bytes()), "https://news.example/x"), scopes).look for file in files
    }
    assert len(looks) == 91
    assert {name: (look.outcome, look.detail) for name, look in looks.items() if look.outcome != "readable"} == {}
    assert [name for name, look in looks.items() if look.words < 50 or not look.title] == []
