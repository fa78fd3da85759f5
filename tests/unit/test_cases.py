"""Cases: findings by referring domain or network of them."""

import pytest

from linkwatch.cases import case_name, cases_of

CASES = {
    "nothing": ([], []),
    "each domain by itself": ([("a", "low", 1), ("b", "low", 2), ("a", "medium", 3)], [[1, 3], [2]]),
    "a network takes in its members": (
        [("a", "low", 1), ("ab", "medium", 2), ("b", "medium", 3), ("c", "low", 4)],
        [[1, 2, 3], [4]],
    ),
    "but not what is more severe than itself": ([("ab", "medium", 1), ("a", "high", 2), ("a", "low", 3)], [[1], [2, 3]]),
    "networks that share a member stay apart": ([("ab", "low", 1), ("bc", "low", 2)], [[1], [2]]),
    "two findings on one network are one case": ([("ab", "high", 1), ("ba", "low", 2)], [[1, 2]]),
    "without a domain": ([("", "low", 1), ("a", "low", 2)], [[1], [2]]),
}


@pytest.mark.parametrize("name", CASES)
def test_findings_are_put_together(name: str):
    """What belongs to one domain or network is one case, and nobody passes over what is graver than the network."""
    findings, expected = CASES[name]
    found = cases_of((list(domains), severity, finding) for domains, severity, finding in findings)
    assert sorted(sorted(case) for case in found) == expected


@pytest.mark.parametrize(
    ("domains", "rules", "name"),
    [
        ((), (), "the whole site"),
        (("a.example",), (), "a.example"),
        (("a", "b", "c"), ("link_network",), "network of 3 domains: a, b, c"),
        (("a", "b", "c", "d", "e"), ("anchor_spike",), "group of 5 domains: a, b, c and 2 more"),
    ],
)
def test_how_a_case_is_called(domains: tuple[str, ...], rules: tuple[str, ...], name: str):
    """A domain by its name, a network by its size and its first members."""
    assert case_name(domains, rules) == name
