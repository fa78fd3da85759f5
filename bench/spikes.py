"""How often a quiet night raises an alarm, and how often a burst does: our tests of nights and anchors beside the usual ones.

Nights are negative-binomial around a weekly pattern, a quarter of the series with bursts in their history; anchors follow a
Zipf law, with and without days that clump. Ours are the shipped functions with the shipped settings; the others are written
here as textbooks have them. Each figure stands beside the reference's, whose simulation was another program with other draws.
Synthetic: real nights are burstier than these, and no way is better than its model there.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import poisson

from linkwatch.suspicion.rules.spikes import find_spikes
from linkwatch.suspicion.rules.velocity import is_burst
from linkwatch.suspicion.signs.statistics import Forecast, chance, clumping, forecast
from linkwatch.suspicion_settings import SuspicionSettings

SEED = 5
SERIES, TESTED, HISTORY = 40, 84, 56
WEEK = np.array([1.2, 1.2, 1.15, 1.1, 1.05, 0.7, 0.6])
CONTAMINATED, BURSTS = 0.25, 0.02  # share of the series, and of their nights that hold a burst of the row's size

ANCHORS, NEW_DOMAINS, ANCHOR_NIGHTS, ZIPF = 60, 120, 500, 1.4
ADDED = (8, 12, 20)
"""The exponent is nearest to the reference's figures, which name none; with 1 only a third of the bursts of 8 are found."""

Array = Any  # of NumPy
Score = Callable[["Night", Array], Array]
"""Of a night and counts, how strange each is: the higher, the stranger."""

_SETTINGS = SuspicionSettings()


@dataclass(frozen=True, slots=True)
class Row:
    """Series of one kind, and the reference's false alarms per 1,000 nights and % of bursts found, by way."""

    mean: float
    dispersion: float  # variance by mean
    burst: int
    reference: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Night:
    """What is known before a night is judged."""

    past: Array  # counts, oldest first
    expected: Forecast  # ours


ROWS = (
    Row(3, 1, 8, ((0.9, 62), (8.0, 88), (10.4, 81), (27.4, 81), (0.3, 39))),
    Row(3, 3, 8, ((41, 50), (25, 31), (47, 52), (52, 48), (0.6, 2))),
    Row(10, 1, 20, ((3.0, 100), (5.1, 98), (4.8, 88), (16, 94), (0.6, 95))),
    Row(10, 3, 20, ((50.6, 94), (14, 59), (14.9, 52), (35, 59), (1.2, 17))),
    Row(30, 5, 60, ((103, 100), (11.6, 90), (8.6, 77), (24, 83), (0.3, 53))),
    Row(100, 5, 200, ((165, 100), (2.7, 100), (1.5, 98), (8.9, 99), (0.6, 100))),
    Row(1000, 20, 2000, ((437, 100), (0, 100), (0, 100), (0.3, 100), (0, 100))),
)


def z_score(night: Night, counts: Array) -> Array:
    """Distance from the mean of 28 nights, in standard deviations."""
    past = night.past[-28:]
    return (counts - past.mean()) / max(past.std(ddof=1), 1e-9)


def mad_score(night: Night, counts: Array) -> Array:
    """Distance from the median of 28 nights, in median absolute deviations made comparable with z."""
    past = night.past[-28:]
    middle = np.median(past)
    return 0.6745 * (counts - middle) / max(np.median(np.abs(past - middle)), 1e-9)


def ears_score(night: Night, counts: Array) -> Array:
    """EARS-C2: a week that ended two nights ago, in its standard deviations."""
    past = night.past[-9:-2]
    return (counts - past.mean()) / max(past.std(ddof=1), 1e-9)


def poisson_score(night: Night, counts: Array) -> Array:
    """Chance under a Poisson law with the mean of 28 nights."""
    return -poisson.sf(counts - 1, max(night.past[-28:].mean(), 1e-9))


def our_score(night: Night, counts: Array) -> Array:
    """Chance by our forecast."""
    return -chance(counts, night.expected)


WAYS: dict[str, tuple[Score, Callable[[Night, Array, Array], Array]]] = {
    "Poisson p<.001": (poisson_score, lambda _, __, scores: scores > -0.001),
    "z28 > 3": (z_score, lambda _, __, scores: scores > 3),
    "MAD28 > 3.5": (mad_score, lambda _, __, scores: scores > 3.5),
    "EARS-C2": (ears_score, lambda _, __, scores: scores > 3.09),  # α = 0.001, as in R's surveillance
    "ours": (our_score, lambda night, counts, _: np.array([is_burst(int(x), night.expected, _SETTINGS) for x in counts])),
}

MATCHED: Mapping[str, tuple[int, ...]] = {"MAD28 > 3.5": (10, 59), "z28 > 3": (28, 70), "EARS-C2": (), "ours": (54, 88)}
"""Ways whose thresholds are moved until quiet nights of all rows raise one alarm in 1,000, or in 100; the reference's power."""

ANCHOR_ROWS = (
    ("alike", np.inf, "0–2", "70–73", "94", "100"),
    ("drifting, concentration 600", 600.0, "0–2", "70–73", "94", "100"),
    ("clumped, concentration 60", 60.0, "19–29", "", "", ""),
)
"""How days differ in their anchors, and the reference's figures: false flags, and what is found of `ADDED`."""


def main() -> None:
    """Print three tables: nights, nights at equal false alarms, anchors."""
    started_at = time.perf_counter()
    rng = np.random.default_rng(SEED)
    print(f"spikes: seed {SEED}, weekly pattern {WEEK.max():g} to {WEEK.min():g}; the reference's figure in brackets\n")
    print(f"false alarms per 1,000 nights / % of bursts found, {SERIES * TESTED:,} nights a row")
    scores = nights_table(rng)
    print("\n% of bursts found at equal false alarms, all rows together")
    matched_table(scores)
    print(f"\n% of {ANCHOR_NIGHTS:,} nights, {ANCHORS} anchors, about {NEW_DOMAINS} new domains a night")
    anchors_table(rng)
    print(f"\n({time.perf_counter() - started_at:.0f} s)")


def nights_table(rng: np.random.Generator) -> dict[str, Array]:
    """Print alarms and power of every way on every row; gives each way's scores, quiet nights and nights with a burst."""
    table = [["mean, dispersion, burst", *WAYS]]
    scores: dict[str, list[Array]] = {way: [] for way in WAYS}
    for row in ROWS:
        nights = list(quiet_nights(row, rng))
        cells = []
        for (way, (score, alarms)), (false, power) in zip(WAYS.items(), row.reference, strict=True):
            counts = [np.array([count, count + row.burst]) for _, count in nights]
            judged = [score(night, both) for (night, _), both in zip(nights, counts, strict=True)]
            raised = [alarms(night, both, told) for (night, _), both, told in zip(nights, counts, judged, strict=True)]
            quiet, burst = np.mean(raised, axis=0)
            cells.append(f"{1000 * quiet:.1f} / {100 * burst:.0f} ({false:g} / {power:g})")
            scores[way] += judged
        table.append([f"{row.mean:g}, {row.dispersion:g}, +{row.burst}", *cells])
    _print(table)
    return {way: np.array(judged) for way, judged in scores.items()}


def matched_table(scores: Mapping[str, Array]) -> None:
    """Print what each way finds when its own threshold is moved to where quiet nights raise as many alarms."""
    table = [["false alarms", *MATCHED]]
    for place, rate in enumerate((0.001, 0.01)):
        cells = []
        for way, reference in MATCHED.items():
            quiet, burst = scores[way].T
            found = (burst > np.quantile(quiet, 1 - rate)).mean()
            cells.append(f"{100 * found:.0f}" + (f" ({reference[place]})" if reference else ""))
        table.append([f"{rate:.1%}", *cells])
    _print(table)


def anchors_table(rng: np.random.Generator) -> None:
    """Print how often any anchor is flagged on a quiet night, and an added one on another, by how history is weighed."""
    table = [["days", "history", "any false flag", *(f"+{added} found" for added in ADDED)]]
    for name, concentration, false, *found in ANCHOR_ROWS:
        nights = [anchor_night(rng, concentration) for _ in range(ANCHOR_NIGHTS)]
        for weighed in ("300 at most", "as shipped"):
            hits = np.mean([flags(night, estimated=weighed == "as shipped") for night in nights], axis=0) * 100
            reference = (false, *found) if weighed == "300 at most" else ("",) * 4
            cells = [f"{hit:.0f}" + (f" ({told})" if told else "") for hit, told in zip(hits, reference, strict=True)]
            table.append([name, weighed, *cells])
    _print(table)


def quiet_nights(row: Row, rng: np.random.Generator) -> Iterator[tuple[Night, int]]:
    """Nights of all series of a row, each with its count; a burst may be in its past, none is in itself."""
    nights = np.arange(HISTORY + TESTED)
    means = row.mean * WEEK[nights % 7]
    for _ in range(SERIES):
        counts = (
            rng.poisson(means) if row.dispersion == 1 else rng.negative_binomial(means / (row.dispersion - 1), 1 / row.dispersion)
        )
        bursts = row.burst * (rng.random(len(nights)) < BURSTS) * (rng.random() < CONTAMINATED)
        for night in nights[HISTORY:]:
            past, days = (counts + bursts)[night - HISTORY : night], nights[night - HISTORY : night] % 7
            yield Night(past, forecast(past, days, int(night % 7))), int(counts[night])


def anchor_night(rng: np.random.Generator, concentration: float) -> tuple[Array, Array, int]:
    """Domains by night and anchor of the past, of tonight, and an anchor to add to; each day's shares are Dirichlet."""
    shares = 1 / np.arange(1, ANCHORS + 1) ** ZIPF
    shares /= shares.sum()
    sizes = rng.poisson(NEW_DOMAINS, HISTORY + 1)
    days = (shares if np.isinf(concentration) else rng.dirichlet(concentration * shares) for _ in sizes)
    counts = np.array([rng.multinomial(size, day) for size, day in zip(sizes, days, strict=True)])
    return counts[:-1], counts[-1], int(rng.integers(ANCHORS))


def flags(night: tuple[Array, Array, int], *, estimated: bool) -> list[bool]:
    """Whether any anchor is flagged as it is, and whether one with so many domains more is, for each of `ADDED`."""
    past, tonight, chosen = night
    nights, anchors = past.nonzero()
    clumped = clumping(nights, anchors, past[nights, anchors]) if estimated else np.inf
    before = _counter(past.sum(axis=0))
    told = [bool(find_spikes(_counter(tonight), int(tonight.sum()), before, _SETTINGS, clumped))]
    for added in ADDED:
        more = tonight + added * (np.arange(ANCHORS) == chosen)
        spikes = find_spikes(_counter(more), int(more.sum()), before, _SETTINGS, clumped)
        told.append(any(spike.anchor == str(chosen) for spike in spikes))
    return told


def _counter(counts: Array) -> dict[str, int]:
    return {str(anchor): int(count) for anchor, count in enumerate(counts) if count}


def _print(table: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for name, *cells in table:
        print("  ".join(["", name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]))
