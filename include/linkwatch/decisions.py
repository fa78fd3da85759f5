"""What people decide of findings: the words, and a decision as it is remembered. No I/O.

A finding is a reason to look; nothing follows from it by itself. What follows from a decision stands in `Decision.review`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from linkwatch.model import Severity

REOPEN = "reopen"
"""Verb of a row of `decision` that undoes the one before: of linkwatch where there is new evidence, or of a person."""

LINKWATCH = "linkwatch"
"""Who decided where no person did."""


class Review(StrEnum):
    """What people said of a finding."""

    OPEN = "open"  # nothing yet, or something new came up since
    KEPT = "kept"
    DISAVOWED = "disavowed"
    MUTED = "muted"  # until a day that was named
    ASKED = "asked"  # the publisher was written to


class Decision(StrEnum):
    """What a person may decide of a finding."""

    KEEP = "keep"
    DISAVOW = "disavow"
    MUTE = "mute"
    ASK = "ask"  # ask the publisher to mend or remove the link

    @property
    def review(self) -> Review:
        """What a finding is after the decision."""
        return _REVIEW_AFTER[self]


DECIDED = (Review.KEPT.value, Review.DISAVOWED.value, Review.ASKED.value)
"""What a finding is after a decision that only new evidence undoes; a mute ends by itself."""

_NONE: frozenset[str] = frozenset()
_REVIEW_AFTER = {
    Decision.KEEP: Review.KEPT,
    Decision.DISAVOW: Review.DISAVOWED,
    Decision.MUTE: Review.MUTED,
    Decision.ASK: Review.ASKED,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of one person on one finding: a row of the table `decision`."""

    finding_id: int
    verb: Decision
    by: str  # who: a user's name in Airflow, or in the terminal
    at: datetime
    why: str
    via: str  # "terminal" or "airflow"
    severity: str  # of the finding when it was decided
    grounds: Sequence[str]  # of the finding when it was decided: what is not among them is new
    until: date | None = None  # end of a mute


@dataclass(frozen=True, slots=True)
class Mute:
    """What a rule says of a domain is not asked about until a day: a row of the table `mute`."""

    rule: str
    site: str  # "": all sites
    source_domain: str  # "": any
    until: date  # this day not included
    why: str
    by: str
    at: datetime
    link_id: int | None = None  # None: every link of the domain


class Mutes:
    """Mutes that hold, ready to be asked of many findings."""

    def __init__(self, mutes: Iterable[Mute]) -> None:
        self._domains: dict[tuple[str, str], set[str]] = defaultdict(set)  # by rule and site
        self._links: set[tuple[str, str, int]] = set()
        self.rules: set[str] = set()
        for mute in mutes:
            self.rules.add(mute.rule)
            if mute.link_id is None:
                self._domains[mute.rule, mute.site].add(mute.source_domain)
            else:
                self._links.add((mute.rule, mute.site, mute.link_id))

    def left_out(self, rule: str, site: str, domains: Collection[str]) -> list[str]:
        """Of a finding's domains those that no mute covers; [""] for a finding on none, unless the whole rule is muted."""
        muted = self._domains.get((rule, ""), _NONE) | self._domains.get((rule, site), _NONE)
        return [] if "" in muted else [domain for domain in domains or ("",) if domain not in muted]

    def cover(self, rule: str, site: str, domains: Collection[str], only_link: int | None) -> bool:
        """True where mutes cover all of a finding: each of its domains, or the one link that it is about (None: several).

        A finding on a network that grew by a domain nobody muted is not covered.
        """
        by_link = only_link is not None and any((rule, of, only_link) in self._links for of in ("", site))
        return by_link or not self.left_out(rule, site, domains)


def has_risen(severity: str, decided_on: str) -> bool:
    """True where a finding is more severe than it was when it was decided."""
    return _RANKS[severity] < _RANKS[decided_on]


def is_new_evidence(grounds: Sequence[str], decided_on: Sequence[str]) -> bool:
    """True where a finding rests on facts that its last decision did not know of."""
    return not set(grounds) <= set(decided_on)


_RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}  # high first
