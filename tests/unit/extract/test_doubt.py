"""Pages that lost their links: what is asked about them, and what the answers make of them."""

import dataclasses

import pytest

from linkwatch.extract import Look, is_doubtful, observe, settle, similarity
from linkwatch.extract.signature import signature_of
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes

URL = "https://source.example/post/"
SCOPES = Scopes([Site("target.example", Role.OWN, Scope.DOMAIN)])
ARTICLE = " ".join(f"article{number}" for number in range(100))
ERROR = " ".join(f"sorry{number}" for number in range(60))
OTHER = " ".join(f"other{number}" for number in range(60))
GOOD_SELF = signature_of(ARTICLE)
SIBLING = signature_of(f"{ERROR} and-its-own-address")


def look_at(text: str, *, title: str = "Source", heading: str = "Source", final_url: str = URL, url: str = URL) -> Look:
    """A look at a page of this text, without links to the watched site."""
    body = f'<title>{title}</title><meta name="robots" content="noindex"><h1>{heading}</h1><p>{text}</p>'.encode()
    page = FetchedPage(url, Outcome.READABLE, final_url, 200, body=body, detail="the server answered 200")
    observation = observe(page, SCOPES)
    assert observation.sightings == ()
    return observation.look


@pytest.mark.parametrize(
    ("look", "last_signature", "doubtful"),
    [
        (look_at(ERROR), GOOD_SELF, True),
        (look_at("gone"), GOOD_SELF, True),  # its text shrank to nothing
        (look_at(f"{ARTICLE} {OTHER}"), GOOD_SELF, False),
        (look_at(ERROR), "", False),  # nothing to compare it with
        (look_at(ERROR), f"0.{GOOD_SELF[2:]}", False),  # an earlier release's signature
        (look_at(ARTICLE, final_url="https://www.source.example/"), GOOD_SELF, True),
        (look_at(ARTICLE, final_url="https://source.example/en/"), "", True),
        (look_at(ARTICLE, final_url="https://elsewhere.example/index.html"), "", True),
        (look_at(ARTICLE, final_url="https://source.example/new/"), "", False),
        (look_at(ARTICLE, url="https://source.example/", final_url="https://www.source.example/"), "", False),
        (look_at(ERROR)._replace(outcome="soft_404"), GOOD_SELF, False),
        (look_at(ERROR)._replace(outcome="timeout"), GOOD_SELF, False),
    ],
)
def test_what_is_doubtful(look: Look, last_signature: str, doubtful: bool) -> None:
    """A readable page is doubtful that reads like none of its former self, or that is a front page by redirect."""
    assert is_doubtful(look, last_signature) is doubtful


@dataclasses.dataclass(frozen=True)
class Case:
    """A look, what its host answers for an address that cannot exist, and the final word."""

    name: str
    look: Look
    probe_outcome: str
    probe_signature: str
    outcome: str
    says: str = ""
    last_signature: str = GOOD_SELF


CASES = [
    Case("like any address", look_at(ERROR), "readable", SIBLING, "soft_404", "what the host answers for any address"),
    Case("the sibling is known to be none", look_at(ERROR), "soft_404", SIBLING, "soft_404", "for any address"),
    Case("like nothing else: rewritten", look_at(OTHER), "readable", SIBLING, "readable"),
    Case("the host answers 404 for what is not there", look_at(OTHER), "page_not_found", "", "readable"),
    Case("not asked", look_at(OTHER), "", "", "readable"),
    Case("the probe was blocked", look_at(ERROR), "blocked", SIBLING, "readable"),
    Case("like its former self and like any address", look_at(ARTICLE), "readable", GOOD_SELF, "readable"),
    Case("nothing to compare it with", look_at(ERROR), "readable", SIBLING, "readable", last_signature=""),
    Case("says so in its title", look_at(OTHER, title="Page not found | Source"), "", "", "soft_404", "error phrase in title"),
    Case("says so in its heading", look_at(OTHER, heading="404"), "", "", "soft_404", "error phrase in heading"),
    Case("says so at length", look_at(f"{OTHER} " * 6, heading="Oops! 404"), "", "", "readable"),
    Case("says so at length, plainly", look_at(f"{OTHER} " * 6, heading="Page not found"), "", "", "soft_404", "in heading"),
    Case("speaks of 404s, and is itself", look_at(ARTICLE, heading="404"), "", "", "readable"),
    Case("the front page", look_at(OTHER, final_url="https://www.source.example/"), "", "", "soft_404", "front page"),
    Case("the front page, and alike", look_at(ARTICLE, final_url="https://source.example/"), "", "", "readable"),
    Case("another site's front page", look_at(OTHER, final_url="https://elsewhere.example/"), "", "", "readable"),
    Case("parked", look_at(f"{ERROR} source.example is for sale"), "readable", SIBLING, "domain_parked", "for sale in text"),
    Case("parked, as the sibling", look_at(f"{ERROR} buy this domain"), "domain_parked", SIBLING, "domain_parked", "for sale"),
    Case("speaks of a sale, has siblings", look_at(f"{OTHER} buy this domain"), "readable", SIBLING, "readable"),
    Case("not readable", look_at(ERROR)._replace(outcome="blocked"), "readable", SIBLING, "blocked"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_final_word(case: Case) -> None:
    """Two witnesses make an error page: its former self, and the host's answer, its own words or its being the front page."""
    settled = settle(case.look, case.last_signature, case.probe_outcome, case.probe_signature)
    assert (settled.outcome, case.says in settled.detail) == (case.outcome, True)
    if settled.outcome in ("readable", "blocked"):
        assert settled == case.look


def test_what_decided_is_said_with_both_likenesses() -> None:
    """The detail of a settled look has the two numbers that it rests on; its facts go, its signature and address stay."""
    look = look_at(ERROR)
    settled = settle(look, GOOD_SELF, "readable", SIBLING)
    alike = similarity(look.signature, SIBLING)
    assert settled.detail == (
        "answers 200 with what the host answers for any address; likeness 0.00 to its former self, "
        f"{alike:.2f} to the host's answer for an address that cannot exist"
    )
    assert (look.title, look.noindex, look.words > 0) == ("Source", True, True)
    assert settled == look._replace(
        **{"outcome": "soft_404", "detail": settled.detail, "title": "", "meta_robots": "", "noindex": False, "words": 0},
        content_hash="",
    )


def test_a_page_that_stays_keeps_what_it_says_of_itself() -> None:
    """Page-level noindex and the other facts of a doubtful page that is a page are those of the look."""
    settled = settle(look_at(OTHER), GOOD_SELF, "readable", SIBLING)
    assert (settled.noindex, settled.meta_robots, settled.title) == (True, "noindex", "Source")
