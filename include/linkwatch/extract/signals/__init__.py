"""The signs by which a page is known to be no page: tables for each thing that it may be instead.

    walls.py      challenges, captchas, denials, consent, log-in, geo-blocks    → blocked
    failures.py   a server's own errors, maintenance, suspended accounts        → server_error
    missing.py    error pages that answer 200                                   → soft_404
    parking.py    parked domains, and domains for sale                          → domain_parked

Signs support each other within a table. Where signs of two tables suffice the first one counts: what cannot tell goes before
what is gone.
"""

from linkwatch.extract.signals.failures import FAILURES
from linkwatch.extract.signals.missing import MISSING
from linkwatch.extract.signals.parking import PARKING
from linkwatch.extract.signals.signal import Signal
from linkwatch.extract.signals.walls import ABROAD, CHALLENGES, CONSENT, LOG_IN
from linkwatch.model import Outcome

SIGNALS: tuple[tuple[Outcome, tuple[Signal, ...]], ...] = (
    (Outcome.BLOCKED, CHALLENGES),
    (Outcome.BLOCKED, CONSENT),
    (Outcome.BLOCKED, LOG_IN),
    (Outcome.BLOCKED, ABROAD),
    (Outcome.SERVER_ERROR, FAILURES),
    (Outcome.SOFT_404, MISSING),
    (Outcome.DOMAIN_PARKED, PARKING),
)

__all__ = ["SIGNALS", "Signal"]
