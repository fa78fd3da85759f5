"""Domains that lapsed and came back, that keep bad company, that are for sale."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion import NightEvidence
from linkwatch.suspicion.rules.domains import bad_neighbours, expired_domain, parked_domain
from linkwatch.suspicion_settings import SuspicionSettings
from suspect_nights import findings, night, severities, unsaid

HIGH, MEDIUM, INFO = Severity.HIGH, Severity.MEDIUM, Severity.INFO
OLD, LATER = datetime(2026, 1, 1, 2, tzinfo=UTC), datetime(2026, 6, 1, 2, tzinfo=UTC)
PAGE, OTHER = "https://blog.example/post", "https://blog.example/other"
Row = dict[str, Any]

BEFORE, AFTER = ["readable", "2026-01-01", "2026-03-01", 60], ["readable", "2026-06-01", "2026-11-22", 170]
TURNED = {"known_since": OLD, "turned_at": LATER}


def run(outcome: str, first: str, last: str) -> list[str | int]:
    """A run of looks as a page's history has it; nights without their year."""
    return [outcome, f"2026-{first}", f"2026-{last}", 3]


def page(*runs: list[str | int], url: str = PAGE) -> Row:
    """A page with this history."""
    return {"url": url, "history": json.dumps(runs, separators=(",", ":")), "last_readable_at": LATER}


def seen(pages: list[Row], said: Row | None) -> NightEvidence:
    """The night of these pages, each with a link; `said` is the analysis of the first one, if it has any."""
    analyses = [{"url": PAGE, "source_domain": "blog.example"} | said] if said is not None else []
    return night([{"source_url": row["url"]} for row in pages], pages, analyses)


LAPSED = run("dns_error", "03-05", "05-01")
EXPIRED = {
    "did not resolve": page(BEFORE, LAPSED, AFTER),
    "was parked": page(BEFORE, run("domain_parked", "03-05", "05-01"), AFTER),
    "one after the other": page(BEFORE, run("dns_error", "03-05", "03-10"), run("domain_parked", "03-11", "03-19"), AFTER),
    "with failures between": page(
        BEFORE, run("dns_error", "03-05", "03-10"), run("timeout", "03-11", "03-11"), run("dns_error", "03-12", "03-19"), AFTER
    ),
    "and a page gone": page(BEFORE, run("dns_error", "03-05", "03-10"), run("page_not_found", "03-11", "05-01"), AFTER),
    "blocked before it was read": page(BEFORE, LAPSED, run("blocked", "05-02", "05-09"), AFTER),
    "fourteen days": page(BEFORE, run("dns_error", "03-05", "03-19"), AFTER),
}
NOT_EXPIRED = {
    "thirteen days": page(BEFORE, run("dns_error", "03-05", "03-18"), AFTER),
    "an outage": page(BEFORE, run("timeout", "03-05", "03-30"), run("server_error", "04-01", "05-01"), AFTER),
    "a page gone for weeks": page(BEFORE, run("page_not_found", "03-05", "05-01"), AFTER),
    "not back": page(BEFORE, LAPSED),
    "read between": page(
        BEFORE, run("dns_error", "03-05", "03-09"), run("readable", "03-10", "03-10"), run("dns_error", "03-11", "03-20"), AFTER
    ),
}


@pytest.mark.parametrize("row", EXPIRED.values(), ids=EXPIRED)
def test_expired(row: Row):
    """A domain that was not there for two weeks and came back with another text is told."""
    (finding,) = findings(expired_domain(seen([row], TURNED), SuspicionSettings()))
    assert (finding.severity, finding.key, finding.domains) == (HIGH, "blog.example", ("blog.example",))


@pytest.mark.parametrize("row", NOT_EXPIRED.values(), ids=NOT_EXPIRED)
def test_not_expired(row: Row):
    """An outage, a page that was gone and a short lapse are nothing, whatever became of the text."""
    assert list(expired_domain(seen([row], TURNED), SuspicionSettings())) == []


TEXTS: dict[str, tuple[Row | None, list[Severity], dict[str, int]]] = {
    "turned after the gap": (TURNED, [HIGH], {}),
    "kept": ({"known_since": OLD}, [], {}),
    "turned before the gap": ({"known_since": OLD, "turned_at": datetime(2026, 2, 1, tzinfo=UTC)}, [], {}),
    "first read after the gap": ({"known_since": LATER}, [], {"what its page said before its domain lapsed is not known": 1}),
    "never analysed": (None, [], {"what its page said before its domain lapsed is not known": 1}),
}


@pytest.mark.parametrize(("said", "expected", "not_said"), TEXTS.values(), ids=TEXTS)
def test_expired_by_text(said: Row | None, expected: list[Severity], not_said: dict[str, int]):
    """A domain that came back as it was is a rebrand or a late payment; without the old text nothing can be said."""
    evidence, settings = seen([page(BEFORE, LAPSED, AFTER)], said), SuspicionSettings()
    assert (severities(expired_domain(evidence, settings)), unsaid(expired_domain(evidence, settings))) == (expected, not_said)


def test_all_links_of_an_expired_domain():
    """What one page tells of its domain is about all links from there."""
    pages = [page(BEFORE, LAPSED, AFTER), page(AFTER, url=OTHER)]
    (finding,) = findings(expired_domain(seen(pages, TURNED), SuspicionSettings()))
    assert len(finding.link_ids) == 2
    assert finding.evidence["observed"] == (
        "blog.example did not resolve or was parked from 2026-03-05 to 2026-05-01 (57 days); 1 pages came back with another text"
    )


def test_another_host_of_the_domain_was_there():
    """A domain of which another page was read meanwhile did not lapse."""
    pages = [page(BEFORE, LAPSED, AFTER), page(run("readable", "01-01", "11-22"), url="https://www.blog.example/")]
    assert severities(expired_domain(seen(pages, TURNED), SuspicionSettings())) == []


def test_never_looked_at():
    """A page without a history says nothing of its domain."""
    evidence = night([{"source_url": PAGE}])
    assert unsaid(expired_domain(evidence, SuspicionSettings())) == {"its page was never looked at": 1}


BAD = frozenset({"bad0.example", "bad1.example", "bad2.example", "bad3.example"})
NEIGHBOURS = {
    "three of ten": (3, 7, [MEDIUM]),
    "three of eleven": (3, 8, []),
    "two of two": (2, 0, []),
    "none": (0, 10, []),
}


def linking(bad: int, good: int, url: str = PAGE) -> Row:
    """A page that links to so many disavowed domains and others."""
    linked = [f"bad{number}.example" for number in range(bad)] + [f"good{number}.example" for number in range(good)]
    return {"url": url, "linked_domains": json.dumps(linked), "last_readable_at": LATER}


@pytest.mark.parametrize(("bad", "good", "expected"), NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_bad_neighbours(bad: int, good: int, expected: list[Severity]):
    """A page that links to three disavowed domains, and three tenths of all, keeps bad company."""
    evidence = replace(seen([linking(bad, good)], None), bad_domains=BAD)
    assert severities(bad_neighbours(evidence, SuspicionSettings())) == expected


def test_neighbours_of_a_domain():
    """Pages of one domain are one finding; the neighbours that it has on all of them are what a decision is about."""
    evidence = replace(seen([linking(3, 0), linking(4, 0, OTHER)], None), bad_domains=BAD)
    (finding,) = findings(bad_neighbours(evidence, SuspicionSettings()))
    assert (finding.key, finding.grounds, len(finding.link_ids)) == ("blog.example", tuple(sorted(BAD)), 2)
    assert finding.evidence == {
        "observed": "4 of the 4 domains that a page links to were disavowed",
        "threshold": "3 domains and 30%",
        "neighbours": ["bad0.example", "bad1.example", "bad2.example", "bad3.example"],
        "samples": [OTHER, PAGE],
    }


def test_neighbours_not_known():
    """Before anything is disavowed, and for a page that was never read, nothing can be said."""
    nothing, unread = seen([linking(3, 0)], None), seen([linking(3, 0) | {"last_readable_at": None}], None)
    settings = SuspicionSettings()
    assert unsaid(bad_neighbours(nothing, settings)) == {"nothing was disavowed yet": 1}
    assert unsaid(bad_neighbours(replace(unread, bad_domains=BAD), settings)) == {
        "its page was never read, or needs rendering": 1
    }


PARKED = {
    "live": ("live", "domain_parked", [INFO]),
    "missing": ("missing", "domain_parked", [INFO]),
    "lost already": ("lost", "domain_parked", []),
    "does not resolve": ("missing", "dns_error", []),
    "readable": ("live", "readable", []),
}


@pytest.mark.parametrize(("state", "outcome", "expected"), PARKED.values(), ids=PARKED)
def test_parked(state: str, outcome: str, expected: list[Severity]):
    """A parked domain is a loss on its way, and no more than information."""
    evidence = night([{"source_url": PAGE, "state": state}], [{"url": PAGE, "outcome": outcome}])
    assert severities(parked_domain(evidence, SuspicionSettings())) == expected
