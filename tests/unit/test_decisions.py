"""Decisions: what counts as new evidence, and what a mute covers."""

from datetime import UTC, date, datetime

import pytest

from linkwatch.decisions import Decision, Mute, Mutes, Review, has_risen, is_new_evidence


@pytest.mark.parametrize(
    ("grounds", "decided_on", "new"),
    [(["a"], ["a", "b"], False), (["a", "b"], ["a"], True), ([], [], False), ([], ["a"], False), (["a"], [], True)],
)
def test_only_grounds_that_were_not_known_are_new(grounds: list[str], decided_on: list[str], new: bool):
    """Fewer of them are none."""
    assert is_new_evidence(grounds, decided_on) is new


@pytest.mark.parametrize(
    ("severity", "decided_on", "risen"),
    [("high", "medium", True), ("low", "info", True), ("low", "low", False), ("info", "high", False)],
)
def test_severities_rise_from_info_to_high(severity: str, decided_on: str, risen: bool):
    """Equal is not risen."""
    assert has_risen(severity, decided_on) is risen


def test_each_decision_leads_to_a_review_of_its_own():
    """And none leads back to open."""
    assert sorted(verb.review for verb in Decision) == sorted(set(Review) - {Review.OPEN})


def mute(domain: str = "a.example", **values) -> Mute:
    """A mute of hidden_link."""
    named = {"rule": "hidden_link", "site": "", "source_domain": domain, "until": date(2027, 1, 1), "why": "", "by": ""}
    return Mute(**{**named, "at": datetime(2026, 11, 20, tzinfo=UTC), **values})


@pytest.mark.parametrize(
    ("domains", "link", "mutes", "muted"),
    [
        (["a.example"], None, [mute()], True),
        (["a.example"], None, [mute("b.example")], False),
        (["a.example"], None, [mute(rule="thin_page")], False),
        (["a.example"], None, [mute(site="own.example")], True),
        (["a.example"], None, [mute(site="other.example")], False),
        (["a.example", "b.example"], None, [mute()], False),
        (["a.example", "b.example"], None, [mute(), mute("b.example")], True),
        (["a.example"], 7, [mute(link_id=7)], True),
        (["a.example"], 8, [mute(link_id=7)], False),
        (["a.example"], None, [mute(link_id=7)], False),
        (["a.example"], None, [mute("")], True),
        ([], None, [mute()], False),
        ([], None, [mute("")], True),
        (["a.example"], None, [], False),
    ],
)
def test_a_mute_covers_a_finding_whose_domains_or_one_link_it_names(
    domains: list[str], link: int | None, mutes: list[Mute], muted: bool
):
    """All of its domains, or the one link that it is about; of its rule, on its site."""
    assert Mutes(mutes).cover("hidden_link", "own.example", domains, link) is muted
