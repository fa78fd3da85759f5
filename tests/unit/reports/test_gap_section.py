"""The report's section on domains that link to competitors and not to an own site."""

import pytest
from lxml import html

from linkwatch.reports import build_report, render
from unit.reports.sample_week import HOSTILE, MONDAY, OTHER, OWN, RIVAL, SITES, sample_nights


def row(rank: int, source_domain: str, **values: object) -> dict:
    """A row of the mart."""
    page = f"https://{source_domain}/post"
    usual = {"site": OWN, "competitor_sites": RIVAL, "links": 1, "authority": None, "unlinked_mention": False, "mention_page": ""}
    return {"rank": rank, "source_domain": source_domain, "best_page": page, **usual, **values}


def section(*rows: dict, top: int = 20) -> list[str]:
    """The cells of the section, row by row; none without the section."""
    nights = sample_nights()
    report = build_report(MONDAY, sites=SITES, domains=[], nights=nights, changes=[], gap=rows, top=top)
    found = html.fromstring(render(report)).xpath("//section[starts-with(@aria-labelledby, 'gap-')]//tbody/tr")
    return [" | ".join(" ".join(cell.text_content().split()) for cell in entry.xpath("td")) for entry in found]


def test_a_domain_with_whom_it_links_to_and_where():
    """Domain, authority, competitors, links, the page to write to, and a page that names the site."""
    named = row(2, "named.example", unlinked_mention=True, mention_page="https://named.example/about")
    both = row(1, "both.example", competitor_sites=f"{RIVAL},{OTHER}", links=1200, authority=41.4)
    assert section(both, named, row(3, "best.example", unlinked_mention=True, mention_page="https://best.example/post")) == [
        f"both.example | 41 | {RIVAL}, {OTHER}1,200 live links | both.example/post",
        f"named.example | – | {RIVAL}1 live link | named.example/postnames you named.example/about",
        f"best.example | – | {RIVAL}1 live link | best.example/postnames you",
    ]


@pytest.mark.parametrize("rows", [[], [row(1, "blog.example", site="gone.example")], [row(3, "late.example")]])
def test_without_rows_there_is_no_section(rows):
    """Nothing to win, a site that is no own one (any more), or rows beyond the number that is listed: no heading."""
    assert section(*rows, top=2) == []


def test_text_from_pages_stays_text():
    """An address that is none is shown as it is, and no markup of it is believed."""
    [shown] = section(row(1, "blog.example", best_page=HOSTILE))
    assert HOSTILE[:20] in shown
