"""What a refresh says, and where it leads."""

import pytest

from linkwatch.extract import observe
from linkwatch.extract.stubs import refresh_target
from linkwatch.model import FetchedPage, Outcome, Role, Scope, SeenIn, Site
from linkwatch.urls import Scopes

BASE = "https://source.example/post/"
SCOPES = Scopes([Site("target.example", Role.OWN, Scope.DOMAIN)])


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("0;url=/new", "https://source.example/new"),
        ("0; URL=new", "https://source.example/post/new"),
        ("5,url=/new", "https://source.example/new"),
        ("3 url=/new", "https://source.example/new"),
        ("0;/new", "https://source.example/new"),
        ("0 ; url = '/new' and the rest", "https://source.example/new"),
        ('0;url="/new', "https://source.example/new"),
        (" \t2.9;\nurl=https://www.other.example/x?utm_source=a#top", "https://www.other.example/x"),
        (".5;url=/new", "https://source.example/new"),
        ("6;url=/new", ""),
        ("300;url=/new", ""),
        ("5", ""),
        ("0;", ""),
        ("0;url=", ""),
        ("0;url=''", ""),
        (";url=/new", ""),
        ("-1;url=/new", ""),
        ("soon;url=/new", ""),
        ("0;url=mailto:a@b.example", ""),
        ("0;url=data:text/html,x", ""),
        ("9" * 100_000, ""),
        ("0" * 1_999 + ";", ""),
        ("", ""),
    ],
)
def test_what_a_refresh_leads_to(said: str, target: str) -> None:
    """A refresh is read as browsers read it (WHATWG HTML, shared declarative refresh steps), to web pages within 5 s."""
    assert refresh_target(said, BASE) == target


def test_a_stub_with_the_link_in_it_is_a_page() -> None:
    """A link that is there is there, also on a page that sends the browser on."""
    body = b'<meta http-equiv="refresh" content="0;url=https://target.example/"><a href="https://target.example/">Go on</a>'
    observation = observe(FetchedPage(BASE, Outcome.READABLE, BASE, 200, body=body), SCOPES)
    assert (observation.look.outcome, observation.sends_to, len(observation.sightings)) == ("readable", "", 1)


@pytest.mark.parametrize("seen_in", SeenIn)
def test_a_sighting_says_where_it_was_seen(seen_in: SeenIn) -> None:
    """What made the page, the server or a browser, is told with each link."""
    body = b'<a href="https://target.example/">us</a>'
    observation = observe(FetchedPage(BASE, Outcome.READABLE, BASE, 200, body=body), SCOPES, seen_in=seen_in)
    assert [sighting.seen_in for sighting in observation.sightings] == [seen_in.value]
