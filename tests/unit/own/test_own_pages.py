"""What the looks at a site's pages come to: depth, links in, links out."""

from linkwatch.model import Role, Scope, Site
from linkwatch.own import OwnPage, SitePages
from linkwatch.urls import Scopes

OWN, OTHER = "https://own.example/", "https://rival.example/"
SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN)])


def read(path: str, *links: str, to: str | None = None) -> OwnPage:
    """A page that was read, or sent on to another one."""
    found = tuple((link if "://" in link else OWN + link, f"to {link}") for link in links)
    return OwnPage(OWN + path, "readable", OWN + path if to is None else to, links=found, http_status=200)


def facts(*pages: OwnPage, listed: tuple[str, ...] = ()) -> dict[str, tuple[int | None, int, int]]:
    """(depth, links in, links out) by path."""
    site = SitePages(SCOPES, "own.example")
    for page in pages:
        site.add(page)
    rows = site.pages_table(OWN, [OWN + path for path in listed]).to_pylist()
    return {row["url"].removeprefix(OWN): (row["depth"], row["links_in"], row["links_out"]) for row in rows}


def test_depth_is_the_shortest_way():
    """Clicks from the beginning, whatever was looked at first; a page that links to itself has no link in."""
    found = facts(read("", "a", "b"), read("b", "c"), read("c", "", "c"), read("a", "b", "A/"), read("alone", "a"))
    assert found == {"": (0, 1, 0), "a": (1, 2, 0), "b": (1, 2, 0), "c": (2, 1, 0), "alone": (None, 0, 0)}


def test_links_through_redirects():
    """Who links to an address that sends on links to the page behind it; one page that links to both is counted once."""
    found = facts(read("", "old", "new"), read("old", "x", to=f"{OWN}new"), read("new", "old"), read("x"))
    assert found == {"": (0, 0, 0), "old": (1, 2, 0), "new": (1, 1, 0), "x": (None, 0, 0)}


def test_links_that_leave():
    """Each page of others once a page, with the words of the first link; links of an address that sends on are not its own."""
    site = SitePages(SCOPES, "own.example")
    site.add(read("a", OTHER, "b", f"{OTHER}x", OTHER))
    site.add(read("b", f"{OTHER}y", to=f"{OWN}c"))
    assert list(site.links()) == [(f"{OWN}a", OTHER, f"to {OTHER}"), (f"{OWN}a", f"{OTHER}x", f"to {OTHER}x")]
    assert sorted(site.outbound()) == [OTHER, f"{OTHER}x"]
