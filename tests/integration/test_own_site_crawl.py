"""The crawl of an own site over a real fetcher: what is found, what is left out, and what is known of pages of others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from linkwatch.settings import load_settings
from linkwatch.snapshots import NightStore
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import PullFacts, PullStatus
from linkwatch.steps.pulling import read_part
from night_home import OWN, WORDS, NightHome, as_of, name_of
from servers.page_proxy import page_proxy

CRAWL = SourceSettings("crawl", name="ours", site="own.example")
PART = "0001-0000"
Rows = dict[str, dict[str, Any]]


def html(*links: str, head: str = "<title>A page</title>") -> str:
    """A page with plain links, each anchored by its own address."""
    anchors = "".join(f'<p><a href="{link}">to {link}</a></p>' for link in links)
    return f"<!doctype html><html lang=en>{head}<body><main>{WORDS}{anchors}</main>"


def moved(to: str, status: int = 301) -> dict[str, object]:
    """Status and headers of a redirect."""
    return {"status": status, "headers": {"Location": to, "Content-Type": "text/html"}}


def sitemap(*paths: str) -> str:
    """A sitemap of pages of the site."""
    return f"<urlset>{''.join(f'<url><loc>{OWN}{path}</loc></url>' for path in paths)}</urlset>"


@pytest.fixture
def proxy():
    """A web of its own for each test."""
    with page_proxy() as proxy:
        yield proxy


@pytest.fixture
def site(proxy):
    """A function that serves pages of the site by path: HTML, or redirects."""

    def put(pages: dict[str, Any]) -> None:
        for path, page in pages.items():
            if isinstance(page, dict):
                proxy.put(f"{OWN}{path}", "", **page)
            else:
                headers = {"Content-Type": "application/xml" if path.endswith(".xml") else "text/html"}
                proxy.put(f"{OWN}{path}", page, headers=headers)

    return put


@pytest.fixture
def crawl(proxy, tmp_path, airflow_home) -> Callable[..., tuple[Rows, Rows, PullFacts]]:
    """A function that crawls in one night: own pages by path, links by (path, target), and what is told of it."""
    del airflow_home
    home = NightHome(tmp_path / "home", proxy.address, [], sites=("own.example", "rival.example"))

    def run(source: SourceSettings = CRAWL, number: int = 1, **confirm: object) -> tuple[Rows, Rows, PullFacts]:
        with home.used():
            settings = load_settings()
        settings = replace(settings, confirm=replace(settings.confirm, **confirm))
        store, night = NightStore(settings.home), name_of(number)
        store.begin(night, as_of(number))
        store.write_facts(night, "parts", {PART: {"source": source.name, "part": ""}})
        facts = read_part(settings, store, night, source, PART, "")
        if facts.error:
            assert store.names(night, "own-") == []
            return {}, {}, facts
        pages = {row["url"].removeprefix(OWN): row for row in store.read_table(night, f"own-pages-{PART}").to_pylist()}
        links = store.read_table(night, f"own-links-{PART}").to_pylist()
        return pages, {(row["source_url"].removeprefix(OWN), row["target_url"]): row for row in links}, facts

    return run


def test_a_small_site(site, crawl, proxy):
    """Status, depth and links of each page; a redirect is no click; what only the sitemap knows is found; each is asked once."""
    site(
        {
            "": html("a", "/old", "/gone", "http://own.example/a#part", "/A/", "mailto:me@own.example", "javascript:go()"),
            "a": html("/deep/b", "/a", head="<base href='/deep/'><title>Page A</title>") + '<a href="c">C</a>',
            "deep/b": html("/", head='<title>B</title><meta name="robots" content="noindex, nofollow">'),
            "deep/c": html(),
            "old": moved("/new"),
            "new": html("/deep/c"),
            "sitemap.xml": sitemap("a", "orphan", "lost-in-the-map"),
            "orphan": html("/behind"),
            "behind": html("/orphan?utm_source=x"),
        }
    )
    pages, _, facts = crawl()
    seen = {
        path: (row["outcome"], row["http_status"], row["depth"], row["links_in"], row["in_sitemap"])
        for path, row in pages.items()
    }
    assert seen == {
        "": ("readable", 200, 0, 1, False),
        "a": ("readable", 200, 1, 1, True),
        "old": ("readable", 200, 1, 1, False),
        "new": ("readable", 200, 1, 1, False),
        "gone": ("page_not_found", 404, 1, 1, False),
        "deep/b": ("readable", 200, 2, 1, False),
        "deep/c": ("readable", 200, 2, 2, False),
        "orphan": ("readable", 200, None, 1, True),
        "behind": ("readable", 200, None, 1, False),
        "lost-in-the-map": ("page_not_found", 404, None, 0, True),
    }
    assert (pages["deep/b"]["noindex"], pages["deep/b"]["title"], pages["a"]["title"]) == (True, "B", "Page A")
    assert (pages["old"]["final_url"], pages["old"]["redirects"]) == (f"{OWN}new", f'[[301, "{OWN}new"]]')
    asked = [url for url in proxy.asked if not url.endswith(("robots.txt", "sitemap.xml"))]
    assert [url for url in asked if url.startswith("http:")] == list(
        dict.fromkeys(url for url in asked if url.startswith("http:"))
    )
    assert facts.status is PullStatus.COMPLETE
    assert facts.read == "10 pages, 1 that no page links to; 0 pages of others that they link to, 0 gone"
    assert (facts.claims, facts.rows) == (0, 10)


def test_traps(site, crawl):
    """Loops, endless paths and endless queries come to an end, and what is left out makes the crawl partial."""
    site(
        {
            "": html("round", "calendar/1", "a/", *(f"list?sort={number}" for number in range(60)), "log-out", "photo.JPG"),
            "round": moved("/trip"),
            "trip": moved("/round"),
            **{f"calendar/{day}": html(f"/calendar/{day + 1}") for day in range(1, 20)},
            **{f"{'a/' * times}": html("a/") for times in range(1, 9)},
            **{f"list?sort={number}": html() for number in range(60)},
        }
    )
    pages, _, facts = crawl(replace(CRAWL, max_depth=4))
    assert pages["round"]["outcome"] == "too_many_redirects"
    assert [path for path in pages if path.startswith("calendar")] == ["calendar/1", "calendar/2", "calendar/3", "calendar/4"]
    assert [path for path in pages if path.startswith("a/")] == ["a/", "a/a/", "a/a/a/"]
    assert len([path for path in pages if path.startswith("list")]) == 50
    assert not {"log-out", "photo.JPG"} & pages.keys()
    assert facts.status is PullStatus.PARTIAL
    assert facts.partial == (
        "pages deeper than max_depth = 4 clicks, not looked at: 1",
        "addresses that differ from others in their query alone, not looked at: 10",
        "addresses that are too long or repeat a folder again and again, not looked at: 1",
    )


def test_budget(site, crawl):
    """The budget goes to the pages nearest to the beginning, the same ones in every crawl, and what is left is counted."""
    site({"": html(*(f"page/{number}" for number in range(9))), **{f"page/{n}": html(f"/below/{n}") for n in range(9)}})
    first = crawl(replace(CRAWL, max_pages=4))
    assert list(first[0]) == ["", "page/0", "page/1", "page/2"]
    assert first[2].partial == ("pages beyond the budget (max_pages = 4), not looked at: 9",)
    assert crawl(replace(CRAWL, max_pages=4)) == first


def test_robots_and_scope(site, crawl, proxy):
    """A page that robots.txt closes is not asked for; a host beside the site's is, and another site is not."""
    site({"": html("closed", "http://shop.own.example/x", "http://rival.example/y"), "closed": html()})
    site({"robots.txt": "User-agent: *\nDisallow: /closed"})
    proxy.put("http://shop.own.example/x", html())
    pages, links, facts = crawl()
    assert pages["closed"]["outcome"] == "robots_denied"
    assert pages["http://shop.own.example/x"]["outcome"] == "readable"
    assert f"{OWN}closed" not in proxy.asked
    assert list(links) == [("", "http://rival.example/y")]
    assert facts.status is PullStatus.COMPLETE


def test_site_by_prefix(site, crawl, proxy, tmp_path):
    """A site that is a part of a host begins at its part and stays in it; links to the rest of the host leave it."""
    source = replace(CRAWL, url=f"{OWN}docs/")
    config = tmp_path / "home" / "linkwatch.toml"
    config.write_text(config.read_text().replace('site = "own.example"', 'site = "own.example/docs/"\nscope = "prefix"', 1))
    site({"docs/": html("/docs/one", "/docsets", "/"), "docs/one": html(), "docsets": html(), "": html()})
    pages, links, _ = crawl(replace(source, site="own.example/docs/", url=""))
    assert list(pages) == ["docs/", "docs/one"]
    assert {(target, row["outcome"]) for (_, target), row in links.items()} == {(OWN, "readable"), (f"{OWN}docsets", "readable")}


def test_links_that_rot(site, crawl, proxy):
    """Each page of others is looked at once, those with the oldest look first; a look that cannot tell changes nothing."""
    targets = [f"http://blog{number}.example/post" for number in range(3)]
    for url in targets[:2]:
        proxy.put(url, html())
    site({"": html(*targets, "/two"), "two": html(*targets)})
    small = replace(CRAWL, max_pages=2)
    _, links, _ = crawl(small)
    assert {target: row["outcome"] for (_, target), row in links.items()} == dict(
        zip(targets, ("readable", "readable", ""), strict=True)
    )
    assert [proxy.asked.count(url) for url in targets] == [1, 1, 0]

    _, links, facts = crawl(small, number=2)
    assert [proxy.asked.count(url) for url in targets] == [2, 1, 1]
    assert (links["two", targets[2]]["outcome"], links["two", targets[2]]["http_status"]) == ("page_not_found", 404)
    assert facts.read.endswith("3 pages of others that they link to, 1 gone")
    assert links["", targets[2]]["anchor"] == f"to {targets[2]}"

    proxy.put(targets[2], "", status=503)
    _, links, _ = crawl(number=3)
    assert {row["outcome"] for (_, target), row in links.items() if target == targets[2]} == {"page_not_found"}
    proxy.put(targets[2], html())
    _, links, _ = crawl(number=4)
    assert {row["outcome"] for row in links.values()} == {"readable"}


BAD_BEGINNINGS = {
    "nobody there": ({}, {}, "page_not_found (404)"),
    "blocked": ({"": {"status": 403}}, {}, "blocked (403)"),
    "somebody else's": ({"": moved("http://rival.example/")}, {}, "leads to http://rival.example/"),
    "an address of another site": ({}, {"url": "http://rival.example/"}, "expected a page of own.example"),
    "no address": ({}, {"url": "start here"}, "expected a page to begin with"),
}


@pytest.mark.parametrize(("pages", "given", "words"), [pytest.param(*case, id=name) for name, case in BAD_BEGINNINGS.items()])
def test_a_site_that_cannot_be_begun(pages, given, words, site, crawl, proxy):
    """Without a page to begin with there is an error that says what was tried, and no table."""
    proxy.put("http://rival.example/", html())
    site(pages)
    facts = crawl(replace(CRAWL, **given))[2]
    assert facts.status is PullStatus.UNREADABLE
    assert words in facts.error


def test_an_outage_is_no_crawl(site, crawl):
    """Where more pages than usual do not answer, what the last crawl found stands: there is an error, and no table."""
    site({"": html(*map(str, range(30))), **{str(n): {"status": 503} if n < 12 else html() for n in range(30)}})
    facts = crawl(brake_pages=20, brake_share=0.25)[2]
    assert "12 of 31 pages of own.example did not answer" in facts.error
    facts = crawl(brake_pages=20, brake_share=0.5)[2]
    assert facts.partial == ("pages that did not answer: 12",)
