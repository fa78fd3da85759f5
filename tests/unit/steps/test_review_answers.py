"""Which answers to a question of review_links can be taken as they came, and which are asked for again."""

import pytest

from linkwatch.steps.asking import CHOICES, lack

AT = "2026-11-22T23:30:00+00:00"


@pytest.mark.parametrize(
    ("choice", "why", "until", "lacks"),
    [
        *((choice, "bought", "", "") for choice in CHOICES),
        *((choice, " \n", "", f"{choice!r} came with a reason (`why`) of 0 characters") for choice in CHOICES),
        ("keep", "x" * 1_001, "", "of 1001 characters; expected 1 to 1,000"),
        ("mute", "relaunch", "2026-11-23", ""),
        ("mute", "relaunch", "2026-11-23T00:00:00", ""),  # what a date picker sends
        ("mute", "relaunch", "2026-11-22", "a mute until '2026-11-22'; expected a day after today"),
        ("mute", "relaunch", "soon", "a mute until 'soon'; expected a day after today as YYYY-MM-DD, or none"),
        ("keep", "fine", "soon", ""),  # only a mute has an end
    ],
)
def test_an_answer_lacks_what_a_decision_would_refuse(choice, why, until, lacks):
    """A reason that is none or too long, and an end of a mute that is no day to come."""
    said = lack({"choice": choice, "why": why, "until": until, "at": AT, "by": "anna"})
    assert lacks in said
    assert bool(lacks) == bool(said)
