"""Findings as cases, and cases in words: who is decided with whom, and that no page speaks through the text."""

from datetime import UTC, datetime
from itertools import permutations
from math import factorial
from typing import Any

import pytest
from markdown_it import MarkdownIt

from linkwatch.steps.case_words import CHOICES, case_text, letters, observations, rule_in_words
from linkwatch.steps.cases import Case, cases_of, one_case, severities_from

EVIL = (
    "`](https://evil.example) <img src=x onerror=alert(1)> [buy](https://evil.example) www.evil.example ```\n# evil\n"
    "{{ evil }} \x1b[2J\u202e\u200b | ~~~ https://evil.example"
)


def row(number: int, *domains: str, severity: str = "medium", rule: str = "hidden_link", **values: Any) -> dict[str, Any]:
    """A row of `finding`."""
    named = {"finding_id": number, "link_id": number, "site": "own.example", "key": str(number), "links": 1}
    named |= {"night": "2026-11-20", "rule": rule, "severity": severity, "domains": sorted(domains), "evidence": {}}
    return named | values


def together(rows: list[dict[str, Any]]) -> list[tuple[str, list[int]]]:
    """Subject and findings of each case, in the order in which they are asked."""
    return [(case.subject, sorted(entry["finding_id"] for entry in case.findings)) for case in cases_of(rows, {}, [])]


TOGETHER = {
    "one domain": ([row(1, "a.example"), row(2, "a.example", severity="high")], [("a.example", [1, 2])]),
    "two domains": (
        [row(1, "a.example"), row(2, "b.example", severity="high")],
        [("b.example", [2]), ("a.example", [1])],
    ),
    "a network takes its domains": (
        [row(1, "a.example", "b.example", rule="shared_id"), row(2, "b.example")],
        [("network of 2 domains: a.example, b.example", [1, 2])],
    ),
    "but nothing more severe": (
        [row(1, "a.example", "b.example"), row(2, "a.example", severity="high")],
        [("a.example", [2]), ("group of 2 domains: a.example, b.example", [1])],
    ),
    "unless it is as severe": (
        [
            row(1, "a.example", "b.example"),
            row(2, "a.example", "b.example", severity="high"),
            row(3, "a.example", severity="high"),
        ],
        [("group of 2 domains: a.example, b.example", [1, 2, 3])],
    ),
    "part of one": (
        [row(1, "a.example", "b.example", "c.example"), row(2, "b.example", "c.example"), row(3, "c.example", "d.example")],
        [("group of 2 domains: c.example, d.example", [3]), ("group of 3 domains: a.example, b.example, c.example", [1, 2])],
    ),
    "two sites": (
        [row(1, "a.example"), row(2, "a.example", site="other.example")],
        [("a.example", [1]), ("a.example", [2])],
    ),
    "no domain": ([row(1), row(2)], [("the whole site", [1, 2])]),
}


@pytest.mark.parametrize(("rows", "expected"), TOGETHER.values(), ids=TOGETHER.keys())
def test_findings_that_are_decided_together(rows: list[dict[str, Any]], expected: list[tuple[str, list[int]]]):
    """By site and domain; a group of domains takes what is about some of them, and nothing more severe than itself."""
    assert [sorted(together(list(order))) for order in permutations(rows)] == [sorted(expected)] * factorial(len(rows))


def test_cases_come_with_the_most_severe_first_then_by_links():
    """A link that two findings are about counts once."""
    rows = [row(1, "a.example"), row(2, "a.example"), row(3, "b.example"), row(4, "c.example", severity="high")]
    cases = cases_of(rows, {1: [10, 11], 2: [11, 10], 3: [1, 2, 3], 4: [9]}, [])
    assert [(case.subject, case.links) for case in cases] == [("c.example", 1), ("b.example", 3), ("a.example", 2)]


def test_a_cases_id_is_that_of_its_site_and_domains():
    """Other findings, another severity and the order change nothing; one that was asked about keeps the id it was asked under."""
    [one], [two] = cases_of([row(1, "a.example")], {}, []), cases_of([row(2, "a.example", severity="high")], {}, [])
    [other] = cases_of([row(1, "a.example", site="other.example")], {}, [])
    assert one.case == two.case != other.case
    assert one_case("asked", [row(1, "a.example"), row(3, "b.example")], {}, []).case == "asked"


def test_severities_from_one_up():
    """The least is among them."""
    assert severities_from("medium") == ["high", "medium"]
    assert severities_from("info") == ["high", "medium", "low", "info"]


def hostile_case() -> Case:
    """A case in which everything that can come from outside is hostile."""
    evidence = {"observed": EVIL, "threshold": EVIL, "anchor": EVIL, "samples": [EVIL] * 9, "promoted_by": [EVIL]}
    rows = [row(number, EVIL, evidence=evidence, rule=EVIL if number else "hidden_link") for number in range(30)]
    rows += [row(99, EVIL, "b.example", evidence={"observed": {"deep": [EVIL]}, "samples": EVIL})]
    return one_case("id", rows, {}, [decision(why=EVIL, decided_by=EVIL, domains=[EVIL])])


def decision(**values: Any) -> dict[str, Any]:
    """A row of `decisions_on`."""
    named = {"decision_id": 1, "decided_at": datetime(2026, 11, 20, tzinfo=UTC), "decided_by": "anna", "via": "terminal"}
    named |= {"verb": "keep", "site": "own.example", "why": "ok", "rule": "hidden_link", "domains": ["a.example"], "ended": None}
    return named | values


def test_nothing_from_outside_is_markup_in_the_text():
    """It stands in code spans alone: no link, no picture, no HTML, no heading of its own; and it is cut."""
    subject, body = case_text(hostile_case())
    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(body)
    tokens = [part for token in parsed for part in (token, *(token.children or ()))]
    outside = " ".join(part.content for part in tokens if part.type in ("text", "html_inline", "html_block"))
    assert {part.type for part in tokens}.isdisjoint({"link_open", "image", "html_inline", "html_block", "heading_open", "fence"})
    assert ("evil" in body, "evil" in outside) == (True, False)
    assert not any(mark in subject + body for mark in "\x1b\u202e\u200b")
    assert "\n" not in subject
    assert len(subject) <= 200
    assert len(body) < 20_000


def test_a_case_says_what_was_seen_and_what_follows_from_each_choice():
    """Rule in words, observation, threshold, anchor and pages of each finding; every choice is explained."""
    evidence = {"observed": "12 pages", "threshold": "10 pages", "anchor": "cheap shoes", "samples": ["https://a.example/1"]}
    case = one_case("id", [row(1, "a.example", evidence=evidence)], {}, [decision()])
    subject, body = case_text(case)
    assert subject == "medium: a.example → own.example (1 link)"
    said = [rule_in_words("hidden_link"), "`12 pages`", "`10 pages`", "`cheap shoes`", "`https://a.example/1`"]
    said += ["`2026-11-20 anna: keep (hidden link): ok`", *(f"- **{verb}**: {follows}" for verb, follows in CHOICES.items())]
    assert [part for part in said if part not in body] == []


def test_a_rule_that_this_version_does_not_know_is_told_by_its_name():
    """An older version's finding may still be open."""
    assert rule_in_words("long_gone") == "long gone"


def test_evidence_of_any_shape_is_told():
    """What is empty or missing is left out; what is no text becomes one."""
    evidence = {"observed": 0, "threshold": "", "baseline": 1.5, "promoted_by": "x"}
    assert list(observations(row(1, evidence=evidence))) == [("observed", "0"), ("baseline", "1.5")]


def test_a_letter_asks_for_what_fits_the_rule():
    """One to each domain; links of one request stand together, each once; more than are listed are told as others."""
    links = [
        {
            "rule": rule,
            "source_domain": f"{name}.example",
            "source_url": f"https://{name}.example/{page}",
            "target_url": "https://own.example/",
            "anchor": "\x1b" + EVIL,
        }
        for name, rule, page in (
            ("a", "unqualified_paid", 1),
            ("a", "thin_page", 1),
            ("a", "copied_text", 1),
            *(("b", "thin_page", page) for page in range(30)),
        )
    ]
    text = letters(one_case("id", [row(1, "a.example")], {}, []), links)
    first, second = text.split("Subject: ")[1:]
    assert (first.count("Please "), first.count("page: https://a.example/1\n"), first.count("others like these")) == (2, 2, 0)
    assert (second.count("Please "), second.count("  page: "), second.count("others like these")) == (1, 20, 1)
    assert not any(mark in text for mark in "\x1b\u202e\u200b")
    assert letters(one_case("id", [row(1, "a.example")], {}, []), []) == ""
