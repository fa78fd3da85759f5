"""Names of own sites in the text of a page: tests/cases/mentions.toml, and what of a page is text that readers see."""

import tomllib
from pathlib import Path

import pytest

from linkwatch.extract import Names, observe, without_linked
from linkwatch.extract.mentions import names_of
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes

TABLE = tomllib.loads((Path(__file__).parents[2] / "cases" / "mentions.toml").read_text(encoding="utf-8"))
BRAND = ("Example", "Example-Ltd", "Müller & Söhne", "Node.js", "Sainsbury's", "楽天市場", "Яндекс", "Große Straße")
OWN = Site("example.com", Role.OWN, Scope.DOMAIN, brand=BRAND)
RIVAL = Site("rival.example", Role.COMPETITOR, Scope.DOMAIN, brand=("Rival",))
WORDS = "<p>enough words for a page that somebody may want to read in full, and a few more of them</p>" * 3


def mentions(html: str, *sites: Site, url: str = "https://blog.example/post") -> str:
    """The mentions of a page with that main part."""
    watched = sites or (OWN, RIVAL)
    body = f"<!doctype html><title>t</title><body><main>{WORDS}{html}</main>".encode()
    return observe(FetchedPage(url, Outcome.READABLE, url, 200, body=body), Scopes(watched), names=Names(watched)).look.mentions


@pytest.mark.parametrize("text", [case["text"] for case in TABLE["says"]])
def test_a_name_that_is_said(text: str) -> None:
    """Each row says a name of the site."""
    assert mentions(f"<p>{text}</p>") == "example.com"


@pytest.mark.parametrize("text", [case["text"] for case in TABLE["silent"]])
def test_a_name_that_only_seems_to_be_said(text: str) -> None:
    """Each row looks like a name of the site and is none."""
    assert mentions(f"<p>{text}</p>") == ""


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>We like <a href='https://www.example.com/x'>Example</a>.", ""),
        ("<p>Example is good. <footer><a href='https://example.com/'>home</a></footer>", ""),
        ("<p><a href='https://rival.example/'>better than Example</a>", "example.com"),
        ("<p>Example and <a href='/example/'>our page on it</a>", "example.com"),
        ("<p>Rival is good.", ""),
        ("<script>var a = 'Example'</script>", ""),
        ("<style>.example { content: 'Example' }</style>", ""),
        ("<!-- Example -->", ""),
        ("<template>Example</template>", ""),
        ("<noscript>Example</noscript>", ""),
        ("<textarea>Example</textarea>", ""),
        ("<img alt='Example' src='x.png'>", ""),
        ("<nav>Example</nav>", ""),
        ("<footer>Example</footer>", ""),
        ("<p hidden>Example</p>", ""),
        ("<div style='display: none'><p>so <b>Example</b></p></div>", ""),
        ("<style>.gone { position: absolute; left: -9999px }</style><p class=gone>Example</p>", ""),
        ("<p hidden>Example</p><p>Example</p>", "example.com"),
        ("<p hidden>Example Ltd</p><p>for example</p>", "example.com"),
        ("<p>Node<b>.</b>js and Müller &amp; <b>Söhne</b>", "example.com"),
        ("<div class=accordion><div style='display:none'>Example</div></div>", "example.com"),
    ],
)
def test_what_of_a_page_is_read(html: str, expected: str) -> None:
    """Only main text that readers see, and only on pages that do not link to the site."""
    assert mentions(html) == expected


def test_without_brand_words_the_domain_counts() -> None:
    """The registrable domain is always a name, and nothing else is."""
    bare = Site("blog.example.co.uk", Role.OWN, Scope.HOST)
    assert names_of(bare) == {"example.co.uk"}
    assert mentions("<p>Have you seen example.co.uk lately?", bare) == "blog.example.co.uk"
    assert mentions("<p>Have you seen Example lately?", bare) == ""


def test_of_a_prefix_the_address_counts() -> None:
    """A place on somebody else's domain is not named by that domain."""
    prefix = Site("forge.example/us/", Role.OWN, Scope.PREFIX)
    assert mentions("<p>It lies at https://www.forge.example/us/tool.", prefix) == "forge.example/us/"
    assert mentions("<p>It lies at forge.example and at forge.example/user.", prefix) == ""


def test_a_domain_is_named_as_one_reads_it() -> None:
    """A domain in punycode is named in its own letters too."""
    site = Site("xn--mller-kva.example", Role.OWN, Scope.DOMAIN)
    assert mentions("<p>Bei MÜLLER.example gekauft", site) == "xn--mller-kva.example"
    assert mentions("<p>Bei www.xn--mller-kva.example gekauft", site) == "xn--mller-kva.example"


def test_a_page_of_the_site_names_itself() -> None:
    """The site's own pages are no mentions of it."""
    assert mentions("<p>We at Example", url="https://www.example.com/about") == ""


def test_each_site_has_its_own_names() -> None:
    """Sites come sorted; a name that two share counts for neither where the page links to one of them."""
    first, second = (
        Site("b.example", Role.OWN, Scope.DOMAIN, brand=("Shared", "Beta")),
        Site("a.example", Role.OWN, Scope.DOMAIN, brand=("Shared", "Alpha")),
    )
    assert mentions("<p>Shared", first, second) == "a.example,b.example"
    assert mentions("<p>Beta, Alpha", first, second) == "a.example,b.example"
    assert mentions("<p>Shared <a href='https://a.example/'>x</a>", first, second) == ""
    assert mentions("<p>Shared Beta <a href='https://a.example/'>x</a>", first, second) == "b.example"


def test_many_places_where_a_name_fits() -> None:
    """A page that is full of look-alikes is given up, and one that says the name among the first is not."""
    assert mentions("<p>" + "example.org " * 50_000 + "Example") == ""
    assert mentions("<p>" + "example.org " * 500 + "Example") == "example.com"


def test_nothing_is_looked_for_without_names() -> None:
    """Whoever hands over no names gets no mentions."""
    page = FetchedPage("https://blog.example/", Outcome.READABLE, "https://blog.example/", 200, body=f"{WORDS}Example".encode())
    assert observe(page, Scopes((OWN,))).look.mentions == ""
    assert mentions("<p>Example Rival", RIVAL) == ""


def test_a_link_that_was_seen_later_ends_the_mention() -> None:
    """What a browser shows counts too."""
    assert without_linked("a.example,b.example", {"a.example"}) == "b.example"
    assert without_linked("", {"a.example"}) == ""
