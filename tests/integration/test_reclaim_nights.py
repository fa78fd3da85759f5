"""Reclaim through nights: backlinks to own addresses that are gone, what they are worth, and what the command shows."""

import csv

import pytest

from linkwatch.cli import main
from linkwatch.settings import load_settings
from linkwatch.snapshots import NightStore
from linkwatch.source_settings import SourceSettings
from linkwatch.steps.pulling import read_part
from linkwatch.steps.reclaiming import tell_own_site
from linkwatch.steps.telling import warehouse_of
from night_home import OWN, WORDS, NightHome, name_of, page
from servers.page_proxy import page_proxy

CRAWL = SourceSettings("crawl", name="ours", site="own.example")
SITEMAP = '[[source]]\nkind = "sitemap"\nsite = "own.example"\n'
BLOGS = [f"http://blog{number}.example/" for number in range(6)]


def own_page(title: str, *links: str) -> str:
    """A page of the own site."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return f"<!doctype html><html lang=en><title>{title} | Own</title><body><main>{WORDS}{anchors}</main>"


@pytest.fixture
def proxy():
    """The user's site, after a move that lost some of its addresses, and six blogs that link to them."""
    with page_proxy() as proxy:
        for url, targets in zip(
            BLOGS,
            (
                ("old/trail-maps", "chain"),
                ("old/trail-maps",),
                ("campaign",),
                ("nothing-like-it",),
                ("moved-once", "guides/trail-maps"),
                ("p/4711",),
            ),
            strict=True,
        ):
            anchor = "great stuff" if "nothing-like-it" in targets else "maps of trails"
            proxy.put(url, page(*(f"{OWN}{target}" for target in targets), anchor=anchor))
        proxy.put(OWN, own_page("Home", "guides/trail-maps", "guides/tents", "about"))
        for path, title in (("guides/trail-maps", "Trail maps"), ("guides/tents", "Tents"), ("about", "About us")):
            proxy.put(f"{OWN}{path}", own_page(title))
        for path, to in (("chain", "hop"), ("hop", "guides/tents"), ("campaign", ""), ("moved-once", "about")):
            proxy.put(f"{OWN}{path}", "", status=301, headers={"Location": f"{OWN}{to}", "Content-Type": "text/html"})
        sitemap = f"<urlset><url><loc>{OWN}guides/tents</loc></url></urlset>"
        proxy.put(f"{OWN}sitemap.xml", sitemap, headers={"Content-Type": "application/xml"})
        yield proxy


@pytest.fixture
def home(proxy, airflow_home, tmp_path):
    """A home that watches the site through the proxy."""
    del airflow_home
    return NightHome(tmp_path / "home", proxy.address, BLOGS, more=SITEMAP)


@pytest.fixture
def run(home):
    """A function that runs a night and tells what it knows of the own site."""

    def run_night(number: int, *, crawled: bool = True) -> dict[str, int]:
        night = name_of(number)
        home.run(number, until="collect")
        with home.used():
            settings = load_settings()
        store = NightStore(settings.home)
        if crawled:
            assert not read_part(settings, store, night, CRAWL, "0009-0000", "").error
        assert home.run(number, until="publish")
        return tell_own_site(settings, store, warehouse_of(settings), night)

    return run_night


def reclaim(home: NightHome) -> dict[str, tuple[object, ...]]:
    """(problem, links, redirect to, night) by address."""
    rows = home.rows("SELECT * FROM reclaim ORDER BY value DESC, target_url")
    return {
        row["target_url"].removeprefix(OWN): (row["problem"], row["links"], row["suggestion"].removeprefix(OWN), row["night"])
        for row in rows
    }


EXPECTED = {
    "old/trail-maps": ("page_not_found", 2, "guides/trail-maps", name_of(2)),
    "p/4711": ("page_not_found", 1, "guides/trail-maps", name_of(2)),  # by the anchor of its link
    "campaign": ("redirect_to_front_page", 1, "guides/trail-maps", name_of(2)),
    "chain": ("redirect_chain", 1, "guides/tents", name_of(2)),
    "nothing-like-it": ("page_not_found", 1, "", name_of(2)),
}


def test_from_backlinks_to_redirects(home, run, proxy):
    """Each broken address, the most valuable first, with the page that it should lead to; what is mended goes."""
    assert run(1)["reclaim"] == 0  # nobody knew the links before the night, so nobody looked at where they lead
    counts = run(2)
    assert reclaim(home) == EXPECTED
    assert next(iter(reclaim(home))) == "old/trail-maps"
    assert (counts["own_pages"], counts["own_links"], counts["reclaim"]) == (4, 0, 5)
    assert run(2)["rows_written"] == 0

    to = {"Location": f"{OWN}guides/trail-maps", "Content-Type": "text/html"}
    proxy.put(f"{OWN}old/trail-maps", "", status=301, headers=to)
    proxy.put(BLOGS[3], page())
    run(3, crawled=False)
    assert set(reclaim(home)) == {"p/4711", "campaign", "chain"}
    assert {row[3] for row in reclaim(home).values()} == {name_of(3)}


def test_the_command(home, run, tmp_path, capsys):
    """The table names address, problem, links and redirect; the file has all rows."""
    run(1)
    run(2)
    with home.used():
        assert main(["reclaim", "--limit", "1"]) == 0
        shown = capsys.readouterr().out
        assert main(["reclaim", "--site", "own.example", "--csv", str(tmp_path / "reclaim.csv")]) == 0
        assert main(["reclaim", "--site", "rival.example"]) == 1
    for words in (f"{OWN}old/trail-maps", "page not found (HTTP 404)", f"{OWN}guides/trail-maps", "4 more: --limit 5"):
        assert words in shown
    with (tmp_path / "reclaim.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(EXPECTED)
    assert rows[0]["target_url"] == f"{OWN}old/trail-maps"
    assert float(rows[0]["value"]) > float(rows[-1]["value"])
    assert "expected one of your own sites: own.example" in capsys.readouterr().err
