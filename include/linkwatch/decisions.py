"""What people decide of findings: the words, and a decision as it is remembered. No I/O.

A finding is a reason to look; nothing follows from it by itself. What follows from a decision stands in `Decision.review`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


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


def is_new_evidence(grounds: Sequence[str], decided_on: Sequence[str]) -> bool:
    """True where a finding rests on facts that its last decision did not know of."""
    return not set(grounds) <= set(decided_on)
