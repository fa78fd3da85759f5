"""What happens to requests on their way: one seeded draw for each address and night, and the outage of our own network.

A fault says nothing of the page behind it. An address that answers nobody is hit by resets and time-outs alone, and half a
page or an empty one comes only in the place of a page. The robots.txt of a host that answers is left alone, save in the
outage: one lost robots.txt takes its whole host out of the night, and the rate would not say any more what share is hit.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from linkwatch.model import Outcome
from linkwatch.world.answers import HTML, Answer, error, squid, stand_in
from linkwatch.world.pages import seeded
from linkwatch.world.stand_ins import WALLS


class Nature(StrEnum):
    """What is at an address on a night, as far as faults care."""

    PAGE = "page"  # a page, or something that looks like one
    OTHER = "other"  # an error, a redirect, a file
    SILENT = "silent"  # nobody answers
    ROBOTS = "robots"  # the robots.txt of a host that answers


class Fault(NamedTuple):
    """One kind: its share of all faults, and the outcome that a right look at it ends in."""

    share: float
    outcome: Outcome


FAULTS = {
    "reset": Fault(0.08, Outcome.CONNECTION_RESET),
    "close": Fault(0.06, Outcome.CONNECTION_RESET),
    "hang": Fault(0.06, Outcome.TIMEOUT),  # with the drips a tenth of all: they cost wall time
    "drip": Fault(0.04, Outcome.TIMEOUT),
    "server_error": Fault(0.18, Outcome.SERVER_ERROR),
    "dns": Fault(0.07, Outcome.DNS_ERROR),
    "refused": Fault(0.04, Outcome.CONNECTION_REFUSED),
    "wall_4xx": Fault(0.12, Outcome.BLOCKED),
    "wall_200": Fault(0.13, Outcome.BLOCKED),
    "truncate": Fault(0.10, Outcome.TRUNCATED),
    "empty": Fault(0.08, Outcome.EMPTY),
    "page_5xx": Fault(0.04, Outcome.SERVER_ERROR),  # says 200, and its text says 502
}
"""Kinds of faults; the shares add up to 1."""

_OUTAGE = (("dns", 0.70), ("reset", 0.97), ("hang", 1.0))  # up to which part of the draw
_SLOW = frozenset({"hang", "drip"})
_OF_PAGES = frozenset({"truncate", "empty"})
_WALLS_4XX = tuple(name for name, wall in WALLS.items() if wall.status >= 400)
_WALLS_200 = tuple(name for name, wall in WALLS.items() if wall.status < 300)
_PAGES_5XX = ("bad_gateway", "database_error")
_ERRORS = (500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Faults:
    """A plan of faults. `rate` is the share [0, 1] of the fetches that are hit; `outage` the nights without a network."""

    seed: int
    rate: float
    outage: tuple[int, ...] = ()

    def kind(self, url: str, night: int, nature: Nature) -> str:
        """The fault that hits a request for this address, all night long; "" where none does."""
        if not self.rate and night not in self.outage:
            return ""
        draw = _draw(f"{self.seed} {night} {url}")
        if night in self.outage:
            return next(kind for kind, end in _OUTAGE if draw < end)
        if draw >= self.rate or nature is Nature.ROBOTS:
            return ""
        kind = _kind_at(draw / self.rate)
        if nature is Nature.SILENT:
            return "hang" if kind in _SLOW else "reset"
        return "reset" if nature is Nature.OTHER and kind in _OF_PAGES else kind


def two_nights_of_outage(seed: int, nights: int) -> tuple[int, int]:
    """Two nights in a row, somewhere in the middle of so many."""
    first = seeded("outage", seed).randint(nights // 3 + 1, 2 * nights // 3)
    return first, first + 1


def struck(kind: str, url: str, host: str, true_answer: Callable[[], Answer]) -> Answer:
    """What comes back for a request that a fault of this kind hits, in the place of the true answer."""
    pick = int(_draw(f"pick {kind} {url}") * 1_000_000)
    match kind:
        case "reset" | "close" | "hang" | "drip":
            return Answer(200, {"Content-Type": HTML}, b"<!DOCTYPE html>", behaviour=kind)
        case "server_error":
            return error(_ERRORS[pick % len(_ERRORS)])
        case "dns":
            return squid("X-Squid-Error: ERR_DNS_FAIL 0")
        case "refused":
            return squid("X-Squid-Error: ERR_CONNECT_FAIL 111")
        case "wall_4xx" | "wall_200":
            names = _WALLS_4XX if kind == "wall_4xx" else _WALLS_200
            name = names[pick % len(names)]
            return stand_in(name, host, WALLS[name].status, WALLS[name].note)
        case "truncate":
            whole = true_answer()
            return Answer(whole.status, whole.headers, whole.body, behaviour="truncate")
        case "empty":
            return Answer(200, {"Content-Type": HTML})
        case _:
            return stand_in(_PAGES_5XX[pick % len(_PAGES_5XX)], host)


def _draw(of: str) -> float:
    """A number in [0, 1) that depends on nothing but the text."""
    return int.from_bytes(hashlib.blake2b(of.encode(), digest_size=7).digest(), "big") / 2**56


def _kind_at(part: float) -> str:
    end = 0.0
    for kind, fault in FAULTS.items():
        end += fault.share
        if part < end:
            return kind
    return "reset"  # the shares' sum, but for its rounding
