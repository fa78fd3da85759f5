"""What is wrong with an own address, and which living page is like it."""

import json

import pytest

from linkwatch.model import Role, Scope, Site
from linkwatch.own import Address, Gone, Living, Successors, problem_of
from linkwatch.urls import Scopes

OWN = "https://own.example/"
SCOPES = Scopes(
    [
        Site("own.example", Role.OWN, Scope.DOMAIN),
        Site("sister.example", Role.OWN, Scope.DOMAIN),
        Site("rival.example", Role.COMPETITOR, Scope.DOMAIN),
    ]
)

PROBLEMS = {
    "404": ("page_not_found", ["a"], "page_not_found"),
    "410": ("page_gone", ["a"], "page_gone"),
    "soft 404": ("soft_404", ["a"], "soft_404"),
    "404 behind a redirect": ("page_not_found", ["a", "b"], "page_not_found"),
    "a loop": ("too_many_redirects", ["a", "b"], "too_many_redirects"),
    "a server in trouble": ("server_error", ["a"], ""),
    "robots.txt says no": ("robots_denied", ["a"], ""),
    "answers": ("readable", ["a"], ""),
    "one redirect": ("readable", ["a", "b"], ""),
    "two redirects": ("readable", ["a", "b", "c"], "redirect_chain"),
    "two redirects to a document": ("not_html", ["a", "b", "c.pdf"], "redirect_chain"),
    "two redirects to the same page": ("readable", ["http://own.example/a", "https://own.example/a", f"{OWN}a/"], ""),
    "to the front page": ("readable", ["a", ""], "redirect_to_front_page"),
    "to the front page by two": ("readable", ["a", "b", ""], "redirect_to_front_page"),
    "the front page under another name": ("readable", ["http://www.own.example/", OWN], ""),
    "to another own site": ("readable", ["a", "https://sister.example/b"], ""),
    "to the front page of another own site": ("readable", ["a", "https://sister.example/"], "redirect_to_front_page"),
    "to somebody else": ("readable", ["a", "https://rival.example/"], "redirect_elsewhere"),
    "to a site nobody watches": ("readable", ["a", "https://cdn.example/b"], "redirect_elsewhere"),
    "to the same path elsewhere": ("readable", ["a/b", "https://new.example/A/b/"], ""),
}


@pytest.mark.parametrize(("outcome", "way", "problem"), [pytest.param(*case, id=name) for name, case in PROBLEMS.items()])
def test_what_is_wrong(outcome, way, problem):
    """Gone, a circle, a long way, or an end that is not what the link meant; never what a look could not tell."""
    url, *hops = [path if "://" in path else OWN + path for path in way]
    address = Address(url, outcome, (hops or [url])[-1], json.dumps([[301, hop] for hop in hops]))
    assert problem_of(address, SCOPES, ["own.example", "sister.example"]) == problem


PAGES = (
    Living(OWN, "Own Shop: shoes, maps, tents"),
    Living(f"{OWN}shop/", "Shop | Own Shop"),
    Living(f"{OWN}shop/running-shoes/", "Running shoes | Own Shop"),
    Living(f"{OWN}shop/walking-shoes/", "Walking shoes | Own Shop"),
    Living(f"{OWN}guides/trail-maps", "Trail maps for walkers | Own Shop"),
    Living(f"{OWN}ueber-uns/m%C3%BCnchen", "Unser Laden in München | Own Shop"),
    Living(f"{OWN}about", "About us | Own Shop"),
)

LIKE = {
    "a new folder": (Gone(f"{OWN}products/running-shoes.html"), "shop/running-shoes/"),
    "other words in between, singular": (Gone(f"{OWN}shoe-for-running"), "shop/running-shoes/"),
    "by its former title": (Gone(f"{OWN}p?id=8812", "Our best trail maps"), "guides/trail-maps"),
    "by the anchors": (Gone(f"{OWN}p/8812", anchors=("trail maps", "click here", "maps")), "guides/trail-maps"),
    "accents": (Gone(f"{OWN}laden-munchen"), "ueber-uns/m%C3%BCnchen"),
    "by the folder alone": (Gone(f"{OWN}shop/hats"), None),
    "by the shop's name alone": (Gone(f"{OWN}2024/01", "Own Shop", ("Own Shop", "here")), None),
    "nothing alike": (Gone(f"{OWN}imprint"), None),
    "no words": (Gone(f"{OWN}?p=1"), None),
}


@pytest.mark.parametrize(("gone", "expected"), [pytest.param(*case, id=name) for name, case in LIKE.items()])
def test_which_page_is_like_it(gone, expected):
    """The page that shares the rare words of address, title and anchors; none where only common ones are shared."""
    for pages in (PAGES, PAGES[::-1]):
        page, why = Successors(pages).best(gone)
        assert page == (OWN + expected if expected else "")
        assert bool(why) == bool(expected)


def test_why_it_is_suggested():
    """The suggestion names the words that are shared and where they stand."""
    _, why = Successors(PAGES).best(Gone(f"{OWN}maps", anchors=("trail maps",)))
    assert why.startswith('"maps", "trail" in its address and title, and in the address and anchors of the old page (likeness 0.')


def test_the_site_without_pages():
    """Nothing is suggested where nothing lives."""
    assert Successors([]).best(Gone(f"{OWN}a")) == ("", "")
