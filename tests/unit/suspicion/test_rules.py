"""All rules together: what promotes what, that each has a family and a manual, and that evidence can be stored."""

import json
from collections.abc import Iterable, Sequence

from linkwatch.model import Finding, Severity
from linkwatch.suspicion import RULES, find
from linkwatch.suspicion_settings import FAMILIES, SuspicionSettings
from suspect_nights import Row, night

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
PAGE = "https://blog.example/post"
LINK = {"source_url": PAGE, "anchor": "shoes"}
HIDDEN = LINK | {"hidden_by": "display:none"}
CROWDED = {"url": PAGE, "external_links": 101}
FOOTERS = [LINK | {"source_url": f"https://blog.example/{number}", "zone": "footer", "followed": False} for number in range(10)]


def look(links: Iterable[Row], pages: Iterable[Row] = ()) -> Sequence[Finding]:
    """What all rules find in a night of these links."""
    return find(night(links, pages), SuspicionSettings()).findings


def told(findings: Iterable[Finding]) -> list[tuple[str, Severity]]:
    """Rule and severity of each finding."""
    return [(finding.rule, finding.severity) for finding in findings]


def test_two_families_agree():
    """A hidden link on a page of links: either finding rises one level, and says because of what."""
    findings = look([HIDDEN], [CROWDED])
    assert told(findings) == [("hidden_link", HIGH), ("link_dominated_page", MEDIUM)]
    assert [finding.evidence["promoted_by"] for finding in findings] == [["link_dominated_page"], ["hidden_link"]]


def test_group_is_promoted_only_when_half_of_it_is_hit():
    """Of a site-wide link's ten pages two are crowded: the links on these rise, the group does not."""
    findings = look(FOOTERS, [{"url": link["source_url"], "external_links": 101} for link in FOOTERS[:2]])
    assert told(findings) == [("link_dominated_page", MEDIUM), ("link_dominated_page", MEDIUM), ("sitewide_link", LOW)]
    assert findings[0].evidence["promoted_by"] == ["sitewide_link"]
    assert "promoted_by" not in findings[2].evidence


def test_sites_are_kept_apart():
    """One crowded page with links to two watched sites is a finding for each."""
    rival = {"source_url": PAGE, "site": "rival.example", "target_url": "https://rival.example/"}
    assert [finding.site for finding in look([LINK, rival], [CROWDED])] == ["own.example", "rival.example"]


def test_every_rule_has_family_and_manual():
    """Each rule says in its docstring where it comes from, and has a family."""
    assert [rule.__name__ for rule in RULES] == list(FAMILIES)
    assert all("Standing:" in (rule.__doc__ or "") for rule in RULES)


def test_evidence_is_json():
    """Evidence can be stored, and always shows what was observed, the threshold, and samples."""
    for finding in look([*FOOTERS, HIDDEN], [CROWDED]):
        assert {"observed", "threshold", "samples"} <= json.loads(json.dumps(finding.evidence)).keys()
