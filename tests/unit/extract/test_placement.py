"""Zones, words and hiding against tests/cases/placement.toml."""

import tomllib
from pathlib import Path

import pytest

from linkwatch.extract import Sighting, observe
from linkwatch.extract.zones import words_of
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes

TABLE = tomllib.loads((Path(__file__).parents[2] / "cases" / "placement.toml").read_text(encoding="utf-8"))
SCOPES = Scopes([Site("target.example", Role.OWN, Scope.DOMAIN)])


def sighting(html: str) -> Sighting:
    """The one sighting of a page; LINK stands for a link to a watched site."""
    body = html.replace("LINK", '<a href="https://target.example/">us</a>')
    page = FetchedPage("https://source.example/", Outcome.READABLE, "https://source.example/", 200, body=body.encode())
    (found,) = observe(page, SCOPES).sightings
    return found


@pytest.mark.parametrize("case", [case for group in TABLE["zone"] for case in group["cases"]], ids=lambda case: case["html"])
def test_a_link_stands_in_one_zone(case: dict[str, str]) -> None:
    """Each row's link stands in the zone that it says, or in the content."""
    assert sighting(case["html"]).zone == case.get("zone", "content")


@pytest.mark.parametrize("case", [case for group in TABLE["hiding"] for case in group["cases"]], ids=lambda case: case["html"])
def test_a_link_is_hidden_or_not(case: dict[str, str]) -> None:
    """Each row's link is hidden by what it says, or visible."""
    assert sighting(case["html"]).hidden_by == case.get("hidden_by", "")


@pytest.mark.parametrize(
    "css",
    ["@a" * 50_000, "{" * 100_000, "}" * 100_000, "/*" * 50_000, "a{" * 50_000, ".x," * 30_000 + "{display:none}"],
    ids=["at", "open", "close", "comment", "nested", "selectors"],
)
def test_a_hostile_style_sheet_hides_nothing(css: str) -> None:
    """A style sheet made to stall its readers is read, and what it does not say is not believed."""
    assert sighting(f"<style>{css}</style><p class=y>LINK").hidden_by == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" ", 0),
        ("one", 1),
        (" one\n two\tthree ", 3),
        ("eins\u00a0zwei", 2),
        ("naïve café", 2),
        ("リンクの表示", 1 + 3),
    ],
)
def test_words_are_runs_of_characters(text: str, words: int) -> None:
    """White space parts words; in scripts without spaces two characters count as one more."""
    assert words_of(text) == words


def test_words_outside_the_page_itself_do_not_count() -> None:
    """Navigation, header, footer, sidebar, scripts and styles have no words of the page; an article's own header has."""
    html = (
        "<body class='sidebar-left'><header>no</header><nav>no</nav><div id=sidebar>no <nav>no</nav></div>"
        "<div role=contentinfo>no</div><main><article><header>two words</header><p>and LINK</p><aside>no</aside></article></main>"
        "<ul class='menu'><li>no</ul><script>no</script><style>no{}</style><footer>no</footer>"
    )
    body = html.replace("LINK", '<a href="https://target.example/">us</a>').encode()
    page = FetchedPage("https://source.example/", Outcome.READABLE, "https://source.example/", 200, body=body)
    assert observe(page, SCOPES).look.words == 4
