"""Pages of others that own pages link to: whose turn it is, and what a look changes."""

from datetime import UTC, datetime, timedelta

import pytest

from linkwatch.own import TargetLook, choose_targets, latest_looks, looks_of, looks_table, rotten

NIGHT = datetime(2026, 3, 9, 3, tzinfo=UTC)


def look(url: str, outcome: str = "readable", days_ago: int = 0) -> TargetLook:
    """A look at a page of others."""
    return TargetLook(url, outcome, url, 200, NIGHT - timedelta(days=days_ago))


def test_whose_turn_it_is():
    """Those never looked at, then the oldest looks; no host more often than it may be asked, and no address twice."""
    urls = [f"https://big.example/{number}" for number in range(4)] + ["https://a.example/", "https://b.example/"]
    known = {
        url: look(url, days_ago=days)
        for url, days in (("https://a.example/", 1), ("https://b.example/", 5), ("https://big.example/3", 9))
    }
    chosen = choose_targets([*urls, *urls], known, max_looks=4, max_looks_per_host=2)
    assert chosen == ["https://big.example/0", "https://big.example/1", "https://b.example/", "https://a.example/"]
    assert choose_targets(urls, known, max_looks=1, max_looks_per_host=9) == ["https://big.example/0"]


CHANGES = {
    "gone": ("readable", "page_not_found", "page_not_found"),
    "back": ("page_gone", "readable", "readable"),
    "a server in trouble says nothing": ("page_not_found", "server_error", "page_not_found"),
    "nor does a wall": ("readable", "blocked", "readable"),
    "a document is there": ("page_not_found", "not_html", "not_html"),
    "nothing was known": ("timeout", "dns_error", "dns_error"),
}


@pytest.mark.parametrize(("before", "now", "after"), [pytest.param(*case, id=name) for name, case in CHANGES.items()])
def test_what_a_look_changes(before, now, after):
    """A look that can tell has the last word, and any look is a turn taken."""
    url = "https://a.example/"
    known = latest_looks([url], {url: look(url, before, days_ago=3)}, [look(url, now)])
    assert (known[url].outcome, known[url].looked_at) == (after, NIGHT)
    assert rotten(known[url]) == (after in ("page_not_found", "page_gone"))


def test_what_is_no_longer_linked_to_is_forgotten():
    """A table of looks reads back as it was, without the pages that no own page links to any more."""
    known = {url: look(url) for url in ("https://a.example/", "https://b.example/")}
    kept = latest_looks(["https://b.example/"], known, [])
    assert looks_of(looks_table(kept.values())) == {"https://b.example/": known["https://b.example/"]}
