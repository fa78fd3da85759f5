"""What a careful reader of the nights would know of a page and of a link: the design's rules, written once more, slowly."""

from dataclasses import dataclass, field, replace

from linkwatch.model import Outcome
from linkwatch.world import LinkFacts
from truth.served import DEAD, Served

CHECKS, FAILURES, FAILING_NIGHTS = 2, 3, 6
"""The defaults of [confirm]: looks without the link; failures, and the nights from the first to the last of them."""

CHANCE, MARGIN = 1e-6, 0.1
"""A dead page has to be told when its run of failures is as improbable as this, for a page that fails so much more often than
it did. Where much fails that takes longer than three failures; from those on it may be told."""

_TOLD = ("anchor", "followed", "hidden_by", "nofollow_by", "page_canonical", "page_noindex", "rel", "target_broken", "zone")


@dataclass(frozen=True, slots=True)
class Due:
    """What has to be told tonight; of a change, which attributes."""

    kind: str
    attributes: frozenset[str] = frozenset()


@dataclass(slots=True)
class PageHistory:
    """What the nights so far said of a page."""

    rate: float  # of the faults
    told_before: bool = False  # an earlier look could tell
    unsure: dict[int, bool] = field(default_factory=dict)  # by night: True where the look could not tell
    failing: list[tuple[int, Outcome]] = field(default_factory=list)  # failures since the last sign of life
    may_be_told_since: int = 0  # night of the failure with which it may be told as dead; 0: it may not

    def see(self, night: int, met: Served) -> None:
        """Tonight's look."""
        self.unsure[night] = not met.tells
        if met.tells or met.outcome.proves_existence:
            self.failing.clear()
            self.may_be_told_since = 0
        elif met.outcome in DEAD:
            self.failing.append((night, met.outcome))
            enough = len(self.failing) >= FAILURES and night - self.failing[0][0] >= FAILING_NIGHTS
            self.may_be_told_since = self.may_be_told_since or (night if enough else 0)

    def is_dead(self, night: int, kind: Outcome) -> bool:
        """True after failures enough of one kind, without another between them, and too many for chance."""
        run: list[int] = []
        for at, outcome in self.failing:
            run = [*run, at] if outcome is kind else []
        if len(run) < FAILURES or night - run[0] < FAILING_NIGHTS:
            return False
        before = [unsure for at, unsure in self.unsure.items() if at < run[0]]
        usual = max(self.rate, sum(before) / max(1, len(before)))
        return bool((usual + MARGIN) ** len(run) <= CHANCE)


@dataclass(slots=True)
class LinkHistory:
    """What is known of one link. `lost` is what people were told; `owed` what they have to be, by kind: since when, and why."""

    known: bool = False
    lost: bool = False
    absences: list[frozenset[str]] = field(default_factory=list)  # of each look since the last sight: the reasons
    owed: dict[str, tuple[int, str]] = field(default_factory=dict)
    facts: LinkFacts | None = None

    @property
    def reasons(self) -> frozenset[str]:
        """Any of them is right for the loss at hand."""
        return frozenset().union(*self.absences)

    def night(self, night: int, number: int, met: Served, page: PageHistory, facts: LinkFacts | None, broken: str) -> Due | None:
        """What has to be told of it tonight, for the first time; `facts` where the look shows it, `broken` of its target."""
        if facts is not None:
            due = self._seen(replace(facts, target_broken=broken), page)
        elif not self.known or self.lost:
            due = None
        elif met.tells:
            due = self._absent(met)
        elif met.dead and page.is_dead(night, met.outcome):
            self.absences.append(met.reasons)
            due = Due("lost")
        else:
            due = self._target_moved(broken)
        if due:
            self.owed.setdefault(due.kind, (night, min(self.absences[-1]) if due.kind == "lost" else ""))
        return due

    def _seen(self, facts: LinkFacts, page: PageHistory) -> Due | None:
        was, self.facts = self.facts, facts
        self.absences.clear()
        if not self.known:
            self.known = True
            return Due("gained" if page.told_before else "discovered")
        if self.lost:
            self.lost = False
            return Due("recovered")
        return _changed(was, facts)

    def _absent(self, met: Served) -> Due | None:
        self.absences.append(met.reasons)
        self._target_moved("" if self.facts is None else self.facts.target_broken)
        return Due("lost") if len(self.absences) >= CHECKS else None

    def _target_moved(self, broken: str) -> Due | None:
        """A target breaks, or is mended, while its link is not looked at."""
        if self.facts is None:
            return None
        was, self.facts = self.facts, replace(self.facts, target_broken=broken)
        return None if self.absences else _changed(was, self.facts)


def _changed(was: LinkFacts | None, now: LinkFacts) -> Due | None:
    attributes = frozenset(name for name in _TOLD if was is not None and getattr(was, name) != getattr(now, name))
    return Due("changed", attributes) if attributes else None
