"""The nights before tonight in numbers, for the rules that judge a whole night by them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from linkwatch.model import Site
from linkwatch.suspicion import Arrivals, NightEvidence
from linkwatch.suspicion.signs.arrivals import arrivals_tonight
from trials.drawing import Story

CLAIMS = 500
"""Claims of a night, where a story says nothing of them."""


def with_history(evidence: NightEvidence, stories: Mapping[Site, Sequence[Story]], looked: int) -> NightEvidence:
    """The evidence with its past: of each site the nights that its story tells, and tonight as the rules count it.

    A story whose coverage jumped was looked at with so many more pages tonight than in the nights before.
    """
    tonight = arrivals_tonight(evidence, looked, CLAIMS)
    history = {}
    for site, several in stories.items():
        nights = [_night(evidence.night, back, told) for story in several for back, told in _numbered(story)]
        jump = max((story.jump for story in several), default=1.0)
        last = tonight.get(site.site, Arrivals(evidence.night, 0, looked, CLAIMS))
        usual = nights[-1] if nights else last
        history[site.site] = [*nights, replace(last, looked=round(usual.looked * jump), claims=round(usual.claims * jump))]
    return replace(evidence, history=history)


def _numbered(story: Story) -> list[tuple[int, tuple[int, int, int]]]:
    return [(len(story.nightly) - number, told) for number, told in enumerate(story.nightly)]


def _night(tonight: str, back: int, told: tuple[int, int, int]) -> Arrivals:
    return Arrivals((date.fromisoformat(tonight) - timedelta(days=back)).isoformat(), *told)
