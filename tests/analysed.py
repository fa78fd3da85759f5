"""A page of markup, looked at and analysed as a night does it."""

from linkwatch.extract import observe
from linkwatch.extract.analysis import Analysis, Place, analyse
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes

PAGE = "https://blog.example/2026/a-page/"
OWN, RIVAL = "own.example", "rival.example"
_SCOPES = Scopes([Site(OWN, Role.OWN, Scope.DOMAIN), Site(RIVAL, Role.COMPETITOR, Scope.DOMAIN)])


def analysed(markup: str, url: str = PAGE, scopes: Scopes = _SCOPES) -> tuple[Analysis, tuple[Place, ...]]:
    """What is said of a page of this markup and of its links to `own.example` and `rival.example`."""
    headers = {"content-type": "text/html; charset=utf-8"}
    page = FetchedPage(url, Outcome.READABLE, url, 200, headers=headers, body=markup.encode())
    seen = observe(page, scopes)
    return analyse(page, seen.look, seen.sightings)


def place_in(markup: str) -> Place:
    """The place of the only watched link of a page with this body."""
    _, (place,) = analysed(f"<html><body>{markup}</body></html>")
    return place


def links_to(*hosts: str, words: str = "a site") -> str:
    """One link to each host."""
    return " ".join(f'<a href="https://{host}/">{words}</a>' for host in hosts)
