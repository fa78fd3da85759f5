"""How reasons, outcomes and edits read."""

import pytest

from linkwatch.alerts import ChangeLine
from linkwatch.alerts.words import OUTCOMES, REASONS, changed_attributes, details, last_evidence, story
from linkwatch.model import LossReason, Outcome

SEEN = {"last_seen_at": "2026-11-01T03:00:00Z", "missing_since": "2026-11-02T03:00:00Z", "looks": 2}


def change(kind: str, reason: str = "", before: dict | None = None, after: dict | None = None, **evidence: object) -> ChangeLine:
    """A change of one link on example.org."""
    source, target = "https://example.org/post", "https://example.com/"
    return ChangeLine(kind, "example.com", 7, source, target, "example.org", reason, before or {}, after or {}, evidence)


def test_every_reason_and_outcome_has_words():
    """A new member of either enum fails here until somebody says what it is called."""
    assert set(REASONS) == set(LossReason)
    assert set(OUTCOMES) == set(Outcome)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            change("lost", "link_removed", http_status=200, outcome="readable", **SEEN),
            "the page no longer has the link (HTTP 200), last seen 2026-11-01, missing since 2026-11-02 (2 looks)",
        ),
        (
            change("lost", "page_redirected", http_status=200, final_url="https://example.org/new"),
            "the page redirects to one without the link (HTTP 200 at <https://example.org/new|example.org/new>)",
        ),
        (
            change("lost", "dns_error", outcome="dns_error", last_seen_at="2026-10-20T03:00:00Z"),
            "the host no longer exists in DNS (no such host), last seen 2026-10-20",
        ),
        (
            change("recovered", before={"lost_at": "2026-10-30T03:00:00Z", "lost_reason": "page_not_found"}, http_status=200),
            "is back (HTTP 200), lost since 2026-10-30 (page not found)",
        ),
        (
            change("gained", after={"anchor": "tool", "followed": True, "zone": "content", "first_seen_at": "2026-11-03T03"}),
            "anchor `tool`, followed, in content, first seen 2026-11-03",
        ),
        (change("gained"), "is new"),
    ],
)
def test_a_line_says_why_since_when_and_what_the_last_look_met(line: ChangeLine, expected: str):
    """Reason, dates and evidence stand in each line as far as they are known."""
    assert story(line) == expected


@pytest.mark.parametrize(
    ("reason", "before", "after", "expected"),
    [
        (
            "followed,nofollow_by,rel",
            {"followed": True, "nofollow_by": "", "rel": ""},
            {"followed": False, "nofollow_by": "rel x_robots_tag", "rel": "nofollow"},
            "rel: follow → nofollow (rel, X-Robots-Tag)",
        ),
        ("followed,rel", {"followed": False}, {"followed": True}, "rel: nofollow → follow"),
        ("nofollow_by", {"nofollow_by": "rel"}, {"nofollow_by": "meta_robots"}, "nofollow now by meta robots"),
        ("rel", {"rel": "nofollow ugc"}, {"rel": "nofollow sponsored"}, "rel `nofollow ugc` → `nofollow sponsored`"),
        ("anchor", {"anchor": "a"}, {"anchor": "<!here>"}, "anchor `a` → `&lt;!here&gt;`"),
        ("anchor", {"anchor": "a"}, {"anchor": ""}, "anchor `a` → (empty)"),
        ("zone", {"zone": "content"}, {"zone": "footer"}, "zone `content` → `footer`"),
        ("hidden_by", {"hidden_by": ""}, {"hidden_by": "display:none"}, "link is hidden now (`display:none`)"),
        ("hidden_by", {"hidden_by": "display:none"}, {"hidden_by": ""}, "link is visible again"),
        ("page_noindex", {"page_noindex": False}, {"page_noindex": True}, "page is noindex"),
        ("page_noindex", {"page_noindex": True}, {"page_noindex": False}, "page is no longer noindex"),
        ("page_canonical", {}, {"page_canonical": "https://o.org/x"}, "page names <https://o.org/x|o.org/x> as its canonical"),
        ("target_broken", {"target_broken": ""}, {"target_broken": "page_not_found"}, "target is broken (page not found)"),
        ("target_broken", {"target_broken": "timeout"}, {"target_broken": ""}, "target answers again"),
        ("anchor,page_noindex", {"anchor": "a"}, {"anchor": "b", "page_noindex": True}, "anchor `a` → `b`; page is noindex"),
    ],
)
def test_an_edit_says_from_what_to_what(reason: str, before: dict, after: dict, expected: str):
    """Each attribute that people are told of has its own words."""
    assert story(change("changed", reason, before, after)) == expected


def test_a_new_text_around_a_link_is_no_news():
    """Context alone gives nothing to tell."""
    assert changed_attributes(change("changed", "context_left,context_right")) == []


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({"http_status": 404, "outcome": "page_not_found"}, "HTTP 404"),
        ({"outcome": "timeout"}, "timed out"),
        ({"outcome": "of another version"}, ""),
        ({"http_status": 200, "final_url": "https://example.org/post"}, "HTTP 200"),
        ({}, ""),
    ],
)
def test_the_last_evidence_is_what_the_last_look_met(evidence: dict, expected: str):
    """The HTTP status where somebody answered, else how the look ended, else nothing."""
    assert last_evidence(change("lost", **evidence)) == expected


def test_details_hold_what_else_is_known():
    """The thread gives attributes, redirects, the outcome's detail, and the id for SQL."""
    line = change(
        "lost",
        before={"anchor": "tool", "followed": True},
        zone="content",
        rel="ugc",
        redirects=[[301, "https://example.org/new"]],
        detail="title says `gone`",
    )
    expected = (
        "anchor `tool` · followed · in content · rel `ugc` · redirects: 301 to <https://example.org/new|example.org/new> · "
        "`title says 'gone'` · link_id 7"
    )
    assert details(line) == expected
