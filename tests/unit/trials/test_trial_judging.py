"""The referee of `make rules`: it finds what is missed and what is hit by mistake, and says the same of the same seed."""

import pytest
from trials.articles import FOLDER
from trials.judging import Tally, judge_night
from trials.show import is_missed, report
from trials.variant import Trial
from trials.variants.hack import HIDDEN

ONE = Trial("hidden_link", HIDDEN.guilty[:2], HIDDEN.innocent[:2], HIDDEN.least, together=2)
TURNED = Trial("hidden_link", HIDDEN.innocent[:2], HIDDEN.guilty[:2], HIDDEN.least, together=2)


@pytest.fixture(scope="module")
def folder(real_data):
    """The real articles."""
    return real_data / FOLDER.name


def counts(tally: Tally) -> tuple[int, ...]:
    """Stories and mistakes."""
    return tally.injected, tally.caught, tally.twins, tally.twin_alarms, tally.base_alarms


def test_guilty_are_caught_and_innocents_left_alone(folder):
    """A right rule has recall and precision 1, in two plays of one seed alike."""
    first, second = judge_night(ONE, 0, 7, folder), judge_night(ONE, 0, 7, folder)
    assert counts(first) == counts(second) == (2, 2, 2, 0, 0)
    assert not is_missed(first)


def test_what_is_told_wrong_is_found(folder):
    """With guilt and innocence exchanged the same rule misses everything and hits the innocent, and both are shown with why."""
    tally = judge_night(TURNED, 0, 7, folder)
    assert counts(tally) == (2, 0, 2, 2, 0)
    assert (tally.recall, tally.precision) == (0.0, 0.0)
    shown = report([tally], None)
    assert "missed, 1 ×: accordion (night 0): 0 of 1 domains hit; nothing found" in shown
    assert "false alarm, 1 ×: display:none (night 0): high" in shown
    assert "short" in shown
    assert "This measures the rules and not the web" in shown
