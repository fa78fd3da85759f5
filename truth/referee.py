"""The referee: walks every link through the nights, knows what was served, and holds what was told against it.

He plays by the design's rules ("What makes a link lost") and asks no stage of linkwatch:

    loss      due on the second readable look in a row that does not show the link; a page that is dead may be told on the
              third failure, six nights after the first, with no sign of life between them, and has to be when there were so
              many of one kind that chance makes no such run
    false     a loss that is told while the link is there, or hidden, or before it was due
    others    due on the first readable look: first sight, gain, recovery, and a change of what we tell of a link

A look is readable where the page was served as it is, by no fault, and can tell. Nights that were held do not count. The looks
of linkwatch are asked for one thing alone: whether it reached the page at all (its own time limit, a host left for the night).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from linkwatch.model import Evidence, Outcome
from linkwatch.world import Page, World, link_facts
from truth.histories import Due, LinkHistory, PageHistory
from truth.nights import MOVED, Record
from truth.served import Served, met_by, stands

NOTHING, NOT_TOLD, LATE, OTHER_ATTRIBUTES = "nothing", "not told", "late", "other attributes"
_NOT_REACHED = frozenset(
    {
        *(Outcome.TIMEOUT, Outcome.CONNECTION_RESET, Outcome.DNS_ERROR, Outcome.CONNECTION_REFUSED),
        *(Outcome.ROBOTS_DENIED, Outcome.TRUNCATED),
    }
)


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that was told wrong, late, or not at all."""

    night: int
    source_url: str
    target_url: str
    expected: str
    told: str
    looks: str  # the page's looks of the last nights, as linkwatch had them


@dataclass(slots=True)
class Ruling:
    """What a run came to."""

    record: Record
    told: Counter[tuple[str, str]] = field(default_factory=Counter)  # (what happened, what was told of it)
    looked: Counter[tuple[str, Outcome, str]] = field(default_factory=Counter)  # (what was served, right outcome, outcome)
    unreached: int = 0  # looks that ended otherwise than was served, for no fault of the world's
    misses: list[Miss] = field(default_factory=list)
    false_losses: int = 0
    untrue: int = 0  # gains, changes and recoveries that are none
    waited: list[int] = field(default_factory=list)  # nights from when a dead page's link might be told until it was


def judge(world: World, record: Record) -> Ruling:
    """Hold a whole run against the truth."""
    ruling = Ruling(record)
    targets = {page.url: dict(_target_states(world, record, page)) for page in world.pages.values() if page.source == "sitemap"}
    for page in world.pages.values():
        if page.source:
            _Case(world, record, ruling, targets, page).walk()
    ruling.misses.sort(key=lambda miss: (miss.night, miss.source_url))
    return ruling


def _target_states(world: World, record: Record, page: Page) -> Iterator[tuple[int, str]]:
    """By published night: why an own page is no page, or "" where it is one."""
    broken = ""
    for night in record.published:
        met = _met(met_by(world, page, night), record.looks[night].get(page.url, ""))
        if met.tells:
            broken = met.outcome.value if met.outcome.evidence is Evidence.GONE else ""
        yield night, broken


def _met(served: Served, look: str) -> Served:
    """What linkwatch met: what was served, unless it did not get there."""
    reached = look and (served.faulty or not served.tells or Outcome(look) not in _NOT_REACHED)
    return served if reached else Served("not reached", Outcome.TIMEOUT, faulty=True)


class _Case:
    """One page and its links, night by night."""

    def __init__(
        self, world: World, record: Record, ruling: Ruling, targets: Mapping[str, Mapping[int, str]], page: Page
    ) -> None:
        self._world, self._record, self._ruling, self._targets, self._page = world, record, ruling, targets, page
        self._history = PageHistory(record.run.rate)
        self._links = [LinkHistory() for _ in page.links]

    def walk(self) -> None:
        """All published nights, and what was never told at their end."""
        for night in self._record.published:
            served, look = met_by(self._world, self._page, night), self._record.looks[night].get(self._page.url, "")
            met = _met(served, look)
            if met is served:
                self._ruling.looked[served.what, served.outcome, look] += 1
            else:
                self._ruling.unreached += 1
            self._history.see(night, met)
            for number, link in enumerate(self._links):
                self._link(night, number, link, met)
            self._history.told_before = self._history.told_before or met.tells
        for number, link in enumerate(self._links):
            for kind, (night, reason) in link.owed.items():
                self._rule(night, number, reason or kind, NOT_TOLD)

    def _link(self, night: int, number: int, link: LinkHistory, met: Served) -> None:
        target = self._page.links[number].target
        told, reason = self._told(night, self._page.url, target)
        broken = self._targets.get(target, {}).get(night, "")
        facts = link_facts(self._world, self._page, number, night) if number in met.shows else None
        due = link.night(night, number, met, self._history, facts, broken)
        if not told and "lost" in link.owed and self._told_where_it_stands_now(night, target):
            told, reason = "changed", MOVED
        if told == "lost":
            self._loss(night, number, link, reason if reason != MOVED else "lost")
        elif reason == MOVED and self._page.url in self._world.moves:
            self._loss(night, number, link, reason)
        elif told:
            self._other(night, number, link, due, told, reason)
        elif due is None and not link.owed:
            self._ruling.told[NOTHING, NOT_TOLD] += 1

    def _told(self, night: int, source: str, target: str) -> tuple[str, str]:
        return self._record.told.get(night, {}).get((source, target), ("", ""))

    def _told_where_it_stands_now(self, night: int, target: str) -> bool:
        """A move is told once: where the new link says so, the old one's loss is silent."""
        to = self._world.moves.get(self._page.url, "")
        return any(self._told(at, to, target)[1] == MOVED for at in self._record.published if at <= night)

    def _loss(self, night: int, number: int, link: LinkHistory, reason: str) -> None:
        due, reasons = link.owed.pop("lost", (0, "")), link.reasons
        truth = stands(self._world, self._page, night)
        if truth.dead and (since := self._history.may_be_told_since) and not link.lost:
            self._ruling.waited.append(night - since)
            if not due[0]:
                due, reasons = (night, min(truth.reasons)), truth.reasons
        if link.lost or not due[0]:
            self._ruling.false_losses += 1
            self._rule(night, number, NOTHING, reason)
        else:
            right = reason if reason in reasons else due[1]
            self._rule(night, number, right, reason if due[0] == night else LATE)
        link.lost = True

    def _other(self, night: int, number: int, link: LinkHistory, due: Due | None, told: str, reason: str) -> None:
        if reason == MOVED and self._page.url in self._world.moves.values():
            told = due.kind if due else told  # the first sight of a link whose site moved here
        owed = link.owed.pop(told, None)
        if owed is None:
            instead = due.kind if due else NOTHING
            self._ruling.untrue += instead == NOTHING
            self._rule(night, number, instead, told)
            link.owed.pop(instead, None)
        elif owed[0] != night:
            self._rule(night, number, told, LATE)
        elif told == "changed" and due and due.attributes != frozenset(reason.split(",")):
            self._rule(night, number, told, OTHER_ATTRIBUTES, f"{reason}, not {','.join(sorted(due.attributes))}")
        else:
            self._rule(night, number, told, told)

    def _rule(self, night: int, number: int, happened: str, told: str, more: str = "") -> None:
        self._ruling.told[happened, told] += 1
        if happened != told:
            looks = self._record.looks
            seen = " ".join(f"{at}:{looks[at].get(self._page.url, '-')}" for at in range(max(1, night - 9), night + 1))
            target = self._page.links[number].target
            self._ruling.misses.append(Miss(night, self._page.url, target, happened, f"{told} {more}".strip(), seen))
