"""Own sites in the warehouse: what changed is written, what is gone goes, and `reclaim` is the last night's alone."""

import dataclasses

import pytest
import sqlalchemy as sa

from arrow_rows import make_table
from linkwatch import schemas
from linkwatch.warehouse import tables
from linkwatch.warehouse.own_site import OwnNight, Reclaim, load_own_site, reclaim_rows

N1, N2, N3 = "2026-11-20", "2026-11-21", "2026-11-22"
OWN, OTHER = "https://own.example/", "https://rival.example/"
LOST = Reclaim("own.example", f"{OWN}old", "page_gone", 410, 0, f"{OWN}old", 3, 2, 7.5, f"{OTHER}post", f"{OWN}new", "alike")


def found(night: str, *paths: str, rotten: str = "readable", reclaim: tuple[Reclaim, ...] = (), site: str = "own.example"):
    """A night that crawled pages of a site, each with a link to another site."""
    pages = [{"url": f"https://{site}/{path}", "site": site, "outcome": "readable", "redirects": "[]"} for path in paths]
    links = [{"site": site, "source_url": page["url"], "target_url": OTHER, "outcome": rotten} for page in pages]
    return OwnNight(night, make_table(schemas.OWN_PAGES, pages), make_table(schemas.OWN_LINKS, links), reclaim)


@pytest.fixture
def state(engine: sa.Engine):
    """A function that gives (page, since when) and (page, outcome of its link, since when)."""

    def read():
        page, link = tables.own_page.c, tables.own_link.c
        with engine.begin() as connection:
            pages = connection.execute(sa.select(page.url, page.updated_night)).all()
            links = connection.execute(sa.select(link.source_url, link.outcome, link.updated_night)).all()
        return sorted(map(tuple, pages)), sorted(map(tuple, links))

    return read


def test_what_is_there_and_since_when(engine, state):
    """A row keeps the night since which it says what it says, and goes with its page; a second load writes nothing."""
    night = found(N1, "", "a", "b", reclaim=(LOST,))
    assert load_own_site(engine, night) == 7
    assert load_own_site(engine, night) == 0
    load_own_site(engine, found(N2, "", "a", rotten="page_not_found"))
    assert state() == (
        [(OWN, N1), (f"{OWN}a", N1)],
        [(OWN, "page_not_found", N2), (f"{OWN}a", "page_not_found", N2)],
    )


def test_sites_that_nobody_crawled_stay(engine, state):
    """A night without a crawl of a site says nothing of its pages."""
    load_own_site(engine, found(N1, ""))
    load_own_site(engine, found(N2, "", site="sister.example"))
    load_own_site(engine, OwnNight(N3, schemas.OWN_PAGES.empty_table(), schemas.OWN_LINKS.empty_table(), ()))
    assert [url for url, _ in state()[0]] == [OWN, "https://sister.example/"]


def test_a_page_that_two_crawls_found(engine, state):
    """It is one row."""
    night = found(N1, "", "")
    load_own_site(engine, night)
    assert [url for url, _ in state()[0]] == [OWN]


def test_reclaim_is_the_last_nights_alone(engine):
    """Rows are the last night's, the most valuable first; a night that is told late changes nothing."""
    best = dataclasses.replace(LOST, target_url=f"{OWN}better", value=99.0)
    load_own_site(engine, found(N1, reclaim=(LOST, dataclasses.replace(LOST, target_url=f"{OWN}mended"))))
    load_own_site(engine, found(N3, reclaim=(LOST, best)))
    load_own_site(engine, found(N2, reclaim=(dataclasses.replace(LOST, problem="page_not_found"),)))
    rows = reclaim_rows(engine)
    assert [(row["target_url"], row["night"], row["problem"]) for row in rows] == [
        (f"{OWN}better", N3, "page_gone"),
        (f"{OWN}old", N3, "page_gone"),
    ]
    assert [row["target_url"] for row in reclaim_rows(engine, "own.example", limit=1)] == [f"{OWN}better"]
    assert reclaim_rows(engine, "sister.example") == []
