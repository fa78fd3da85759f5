"""Site-wide, hidden, thin and dominated: each rule fires, and its innocent twin does not."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from arrow_rows import make_links, make_pages, make_table
from linkwatch import schemas
from linkwatch.model import Finding, Role, Scope, Severity, Site
from linkwatch.suspicion import FAMILIES, RULES, NightEvidence, find
from linkwatch.suspicion_settings import SuspicionSettings

READ = datetime(2026, 11, 22, 2, tzinfo=UTC)
SITES = (Site("own.example", Role.OWN, Scope.DOMAIN, brand=("Our Own",)), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
Row = Mapping[str, Any]


def look(links: Iterable[Row], pages: Iterable[Row] = ()) -> Sequence[Finding]:
    """Findings on a night of these links; pages that are not given are read, and unsuspicious."""
    links, pages = list(links), {page["url"]: page for page in pages}
    for link in links:
        pages.setdefault(link["source_url"], {"url": link["source_url"]})
    rows = [{"last_readable_at": READ} | page for page in pages.values()]
    changes = make_table(schemas.CHANGES, [])
    return find(NightEvidence("2026-11-22", make_links(links), make_pages(rows), changes, SITES), SuspicionSettings()).findings


def everywhere(count: int, domain: str = "blog.example", **link: object) -> list[dict[str, Any]]:
    """The same link on so many pages of a domain, in the footer under a telling anchor unless said otherwise."""
    usual = {"anchor": "cheap shoes", "zone": "footer"} | link
    return [{"source_url": f"https://{domain}/{number}", **usual} for number in range(count)]


def clean(count: int, domain: str = "blog.example") -> list[dict[str, Any]]:
    """So many readable pages of a domain without a link."""
    return [{"url": f"https://{domain}/clean/{number}"} for number in range(count)]


def told(findings: Iterable[Finding]) -> list[tuple[str, Severity]]:
    """Rule and severity of each finding."""
    return [(finding.rule, finding.severity) for finding in findings]


LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
FOOTERS_OF_THREE = [link for name in ("a", "b", "c") for link in everywhere(10, f"{name}.example")]
BRANDED_OF_THREE = [link for name in ("a", "b", "c") for link in everywhere(10, f"{name}.example", anchor="Our Own")]
PAGE = "https://blog.example/post"
LINK = {"source_url": PAGE, "anchor": "shoes"}
HIDDEN = LINK | {"hidden_by": "display:none"}
OTHERS = [f"https://own.example/{number}" for number in range(3)]
MANY_DOMAINS = json.dumps([f"site{number}.example" for number in range(51)])

FIRES = {
    "ten pages of twelve": (everywhere(10), clean(2), [("sitewide_link", MEDIUM)]),
    "ten pages of twenty": (everywhere(10), clean(10), [("sitewide_link", MEDIUM)]),
    "in the content as well": (everywhere(10, zone="content"), [], [("sitewide_link", MEDIUM)]),
    "twenty footers of a large domain": (everywhere(20), clean(200), [("sitewide_link", MEDIUM)]),
    "nofollow": (everywhere(10, followed=False), [], [("sitewide_link", LOW)]),
    "brand": (everywhere(10, anchor="Our Own"), [], [("sitewide_link", LOW)]),
    "no anchor text": (everywhere(10, anchor=""), [], [("sitewide_link", LOW)]),
    "one anchor on three domains": (FOOTERS_OF_THREE, [], [("sitewide_link", HIGH)] * 3),
    "brand on three domains": (BRANDED_OF_THREE, [], [("sitewide_link", LOW)] * 3),
    "hidden": ([HIDDEN], [], [("hidden_link", MEDIUM)]),
    "hidden block": ([HIDDEN | {"target_url": url} for url in OTHERS], [], [("hidden_link", HIGH)] * 3),
    "hidden in a menu": ([HIDDEN | {"zone": "nav"}], [], [("hidden_link", LOW)]),
    "hidden brand block": (
        [HIDDEN | {"target_url": url, "anchor": "Follow Jane on Own"} for url in OTHERS],
        [],
        [("hidden_link", LOW)] * 3,
    ),
    "hidden without text": ([HIDDEN | {"anchor": ""}], [], [("hidden_link", LOW)]),
    "two of three hidden are telling": (
        [HIDDEN | {"target_url": url, "anchor": anchor} for url, anchor in zip(OTHERS, ("shoes", "boots", "own"), strict=True)],
        [],
        [("hidden_link", MEDIUM), ("hidden_link", MEDIUM), ("hidden_link", LOW)],
    ),
    "49 words": ([LINK], [{"url": PAGE, "words": 49}], [("thin_page", LOW)]),
    "49 words, three links": (
        [LINK | {"target_url": url} for url in OTHERS],
        [{"url": PAGE, "words": 49}],
        [("thin_page", LOW)],
    ),
    "101 external links": ([LINK], [{"url": PAGE, "external_links": 101}], [("link_dominated_page", LOW)]),
    "links to 51 domains": (
        [LINK],
        [{"url": PAGE, "external_links": 60, "linked_domains": MANY_DOMAINS}],
        [("link_dominated_page", LOW)],
    ),
    "thin and dominated are one family": (
        [LINK],
        [{"url": PAGE, "words": 9, "external_links": 101}],
        [("link_dominated_page", LOW), ("thin_page", LOW)],
    ),
    "hidden on a thin page": ([HIDDEN], [{"url": PAGE, "words": 9}], [("hidden_link", HIGH), ("thin_page", MEDIUM)]),
}

INNOCENT = {
    "nine pages": (everywhere(9), []),
    "ten pages of twenty-one": (everywhere(10), clean(11)),
    "nineteen footers of a large domain": (everywhere(19), clean(200)),
    "twenty pages of a large domain, in the content": (everywhere(20, zone="content"), clean(200)),
    "twenty anchors": ([link | {"anchor": f"shoe {n}"} for n, link in enumerate(everywhere(20))], []),
    "twenty targets": ([link | {"target_url": f"https://own.example/{n}"} for n, link in enumerate(everywhere(20))], []),
    "twenty domains": ([link for n in range(20) for link in everywhere(1, f"blog{n}.example")], []),
    "lost since": (everywhere(30, state="lost"), []),
    "hidden, and lost": ([HIDDEN | {"state": "lost"}], []),
    "visible": ([LINK], []),
    "50 words": ([LINK], [{"url": PAGE, "words": 50}]),
    "no text was found": ([LINK], [{"url": PAGE, "words": 0}]),
    "thin, but needs rendering": ([LINK], [{"url": PAGE, "words": 9, "outcome": "needs_rendering"}]),
    "thin, but never read": ([LINK], [{"url": PAGE, "words": 9, "last_readable_at": None}]),
    "thin page whose link is gone": ([LINK | {"state": "missing"}], [{"url": PAGE, "words": 9}]),
    "100 external links": ([LINK], [{"url": PAGE, "external_links": 100, "linked_domains": "[]"}]),
    "nothing at all": ([], []),
}


@pytest.mark.parametrize(("links", "pages", "expected"), FIRES.values(), ids=FIRES)
def test_rule_fires(links: list[Row], pages: list[Row], expected: list[tuple[str, Severity]]):
    """What a rule is for, it finds, with the severity that the evidence bears."""
    assert told(look(links, pages)) == expected


@pytest.mark.parametrize(("links", "pages"), INNOCENT.values(), ids=INNOCENT)
def test_innocent_twin(links: list[Row], pages: list[Row]):
    """What is like it and on the good side of the threshold raises nothing."""
    assert look(links, pages) == []


def test_sitewide_is_one_finding_a_group():
    """Thirty pages are one finding, kept under one key whatever the order of rows, with five samples."""
    links = everywhere(30)
    (finding,) = look(links)
    assert finding.key == "blog.example|https://own.example/|cheap shoes"
    assert finding.link_id == min(make_links(links)["link_id"].to_pylist())
    assert finding.evidence["samples"] == sorted(link["source_url"] for link in links)[:5]
    assert look(reversed(links)) == [finding]


def test_few_known_pages_are_no_share():
    """Ten links from pages that were never read: no share of the domain is known, so nothing is said."""
    links = everywhere(10)
    assert look(links, [{"url": link["source_url"], "last_readable_at": None} for link in links]) == []


def test_group_is_promoted_only_when_half_of_it_is_hit():
    """Of a site-wide link's ten pages two are thin: the thin ones rise, the group does not."""
    links = everywhere(10, followed=False)
    thin = [{"url": link["source_url"], "words": 9} for link in links[:2]]
    findings = look(links, thin)
    assert told(findings) == [("thin_page", MEDIUM), ("thin_page", MEDIUM), ("sitewide_link", LOW)]
    assert findings[0].evidence["promoted_by"] == ["sitewide_link"]
    assert "promoted_by" not in findings[2].evidence


def test_sites_are_kept_apart():
    """One thin page with links to two watched sites is a finding for each."""
    rival = {"source_url": PAGE, "site": "rival.example", "target_url": "https://rival.example/"}
    assert [finding.site for finding in look([LINK, rival], [{"url": PAGE, "words": 9}])] == ["own.example", "rival.example"]


def test_every_rule_has_family_and_manual():
    """Each rule says in its docstring where it comes from, and has a family."""
    assert [rule.__name__ for rule in RULES] == list(FAMILIES)
    assert all("Standing:" in (rule.__doc__ or "") for rule in RULES)


def test_evidence_is_json():
    """Evidence can be stored, and always shows what was observed, the threshold, and samples."""
    for finding in look([*everywhere(10), HIDDEN], [{"url": PAGE, "words": 9, "external_links": 101}]):
        assert {"observed", "threshold", "samples"} <= json.loads(json.dumps(finding.evidence)).keys()
