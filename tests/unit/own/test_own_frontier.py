"""Which pages a crawl takes on: scope, budget, depth and traps."""

import pytest

from linkwatch.model import Role, Scope, Site
from linkwatch.own import BUDGET, DEPTH, QUERIES, TRAP, Frontier
from linkwatch.own.frontier import MAX_LENGTH, MAX_QUERIES, MAX_SEGMENTS
from linkwatch.urls import Scopes

SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN), Site("own.example/shop/", Role.OWN, Scope.PREFIX)])
OWN = "https://own.example/"


def frontier(max_pages: int = 100, max_depth: int = 10) -> Frontier:
    """A frontier of the domain."""
    return Frontier(SCOPES, "own.example", max_pages=max_pages, max_depth=max_depth)


OFFERED = {
    "a page": ("a", 1, {}),
    "a subdomain": ("https://blog.own.example/", 1, {}),
    "a site of its own within it": ("shop/x", 0, {}),
    "somebody else's": ("https://rival.example/", 0, {}),
    "a query": ("a?page=2", 1, {}),
    "a log-out": ("account/logout", 0, {}),
    "a log-out by script": ("wp-login.php?action=logout", 0, {}),
    "a page about logging": ("logging-out-safely", 1, {}),
    "a shopping basket": ("p?add-to-cart=12", 0, {}),
    "a picture": ("logo.PNG", 0, {}),
    "a document": ("paper.pdf", 1, {}),
    "a long address": ("x" * MAX_LENGTH, 0, {TRAP: 1}),
    "a deep folder": ("/".join(map(str, range(MAX_SEGMENTS + 1))), 0, {TRAP: 1}),
    "a folder in itself": ("a/b/a/b/a/b/a/b", 0, {TRAP: 1}),
    "a word said three times": ("la/la/la", 1, {}),
}


@pytest.mark.parametrize(("path", "taken", "left_out"), [pytest.param(*case, id=name) for name, case in OFFERED.items()])
def test_what_is_taken_on(path, taken, left_out):
    """Pages of the site, and nothing that is no page or a trap."""
    pages = frontier()
    pages.offer([path if "://" in path else OWN + path])
    assert (len(pages.next_level()), dict(pages.left_out)) == (taken, left_out)


def test_each_page_once():
    """Spellings of one page are one page; the first one is asked for."""
    pages = frontier()
    pages.offer([f"{OWN}a", f"{OWN}A/", "http://www.own.example/a", f"{OWN}b"])
    assert pages.next_level() == [f"{OWN}a", f"{OWN}b"]
    pages.offer([f"{OWN}a"])
    assert (pages.next_level(), pages.adopt(f"{OWN}b")) == ([], False)


def test_queries_of_one_path():
    """Addresses that differ in nothing but the query are capped, path by path."""
    pages = frontier(max_pages=1000)
    pages.offer(f"{OWN}{path}?q={number}" for path in ("a", "b") for number in range(MAX_QUERIES + 7))
    assert (len(pages.next_level()), dict(pages.left_out)) == (2 * MAX_QUERIES, {QUERIES: 14})


def test_budget_and_depth():
    """A page that was left out for its depth and is reached another way is not left out; nor is one counted twice."""
    pages = frontier(max_pages=3, max_depth=1)
    pages.offer([OWN])
    assert pages.next_level() == [OWN]
    pages.offer([f"{OWN}a"])
    assert pages.next_level() == [f"{OWN}a"]
    pages.offer([f"{OWN}deep", f"{OWN}deep", f"{OWN}deeper"])
    assert (pages.next_level(), dict(pages.left_out)) == ([], {DEPTH: 2})
    pages.restart()
    pages.offer([f"{OWN}deep", f"{OWN}more"])
    assert (pages.next_level(), dict(pages.left_out)) == ([f"{OWN}deep"], {DEPTH: 1, BUDGET: 1})


def test_a_redirect_is_no_click():
    """At the deepest level the page behind a redirect is still taken on; its own links are not."""
    pages = frontier(max_depth=0)
    pages.offer([OWN])
    pages.next_level()
    assert pages.adopt(f"{OWN}home")
    pages.offer([f"{OWN}a"])
    assert (pages.next_level(), dict(pages.left_out)) == ([], {DEPTH: 1})
