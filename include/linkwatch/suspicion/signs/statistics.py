"""How likely a night is by chance: new referring domains by a negative binomial with weekday factors, anchors by a beta-binomial.

Numbers in, numbers out: nothing here knows of links, thresholds or what follows. The tests are those of surveillance in public
health (EARS, Farrington) made small; `python -m bench spikes` measures their false alarms and power beside rivals.
SciPy takes half a second to import, so only what needs it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

COLD_NIGHTS = 28
"""Nights of history below which weekday factors and dispersion cannot be told [reference, section 2]."""

PSEUDO_WEEKS = 2
"""Weeks without any weekly pattern that the weekday factors are drawn towards [reference, section 2]."""

WINSOR = 0.99
"""Quantile of the first fit that history is cut off at, once, so that a past burst does not hide the next one [reference]."""

WEAK_NIGHTS = 0.5
"""Nights of one domain each that stand in for a history in a cold start [judgement]: a week of nights outweighs it."""

PRIOR = 0.5
"""Domains that an anchor is taken to have had beyond its history, so that one never seen before can be tested (Jeffreys)."""

CLUMPING_NIGHTS = 14
"""Nights with new domains below which their clumping is not estimated [judgement]."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the nights so far let expect of one night's count."""

    mean: float
    variance: float  # of the prediction; no less than the mean
    median: float  # of the nights so far, whatever their weekday; 0 without any
    nights: int

    @property
    def is_cold(self) -> bool:
        """True where the nights are too few for an alert."""
        return self.nights < COLD_NIGHTS


def forecast(counts: Sequence[int], weekdays: Sequence[int], weekday: int) -> Forecast:
    """Forecast for a `weekday` (0 to 6) from the counts of past nights and their weekdays, in any order.

    Mean: the mean night times the weekday's factor. Variance: φ·m·(1 + 1/n + 1/n_weekday), φ = max(1, Pearson χ²/(n − 7)).
    Both from history cut off once at the 99 % quantile of a first fit. Below 28 nights: a Gamma–Poisson posterior.
    """
    past, days = np.asarray(counts, float), np.asarray(weekdays, int)
    middle = float(np.median(past)) if len(past) else 0.0
    if len(past) < COLD_NIGHTS:
        nights = len(past) + WEAK_NIGHTS
        mean = (float(past.sum()) + WEAK_NIGHTS) / nights
        return Forecast(mean, mean * (1 + 1 / nights), middle, len(past))
    means, phi = _fit(past, days)
    kept = np.minimum(past, _quantile(means[days], phi))
    means, phi = _fit(kept, days)
    same = max(1, int((days == weekday).sum()))
    mean = float(means[weekday])
    return Forecast(mean, phi * mean * (1 + 1 / len(kept) + 1 / same), middle, len(kept))


def chance(counts: ArrayLike, expected: Forecast) -> Floats:
    """Chance of so many or more, for each of `counts`."""
    from scipy.stats import nbinom, poisson

    at_least = np.asarray(counts, float) - 1
    if expected.variance < 1.001 * expected.mean:
        return np.asarray(poisson.sf(at_least, expected.mean))
    share = expected.mean / expected.variance
    return np.asarray(nbinom.sf(at_least, expected.mean * share / (1 - share), share))


def anchor_chances(
    tonight: ArrayLike, domains: int, before: ArrayLike, total: float, weight: float, clumped: float = np.inf
) -> tuple[Floats, Floats]:
    """For each anchor, domains expected tonight, and the chance of so many or more.

    `tonight` and `before`: domains of each anchor among tonight's `domains` and among the `total` before, which count as
    `weight` domains at most. The beta-binomial's a and b are an anchor's weighted domains and all others', each + 1/2; both
    are made smaller in proportion where a + b exceeds `clumped`, the concentration that past nights show.
    """
    from scipy.stats import betabinom

    scale = min(1.0, weight / total) if total else 0.0
    past = scale * np.asarray(before, float)
    a, b = past + PRIOR, scale * total - past + PRIOR
    sure = min(1.0, clumped / (scale * total + 2 * PRIOR))
    p = betabinom.sf(np.asarray(tonight, int) - 1, domains, a * sure, b * sure)
    return domains * a / (a + b), np.asarray(p)


def discoveries(p: Sequence[float], tests: int, rate: float) -> list[int]:
    """Places of the p that stand out among `tests` tests at a false discovery rate, smallest first; the others had p = 1.

    Benjamini and Hochberg's step-up: the longest run of smallest p with p(i) ≤ rate · i / tests.
    """
    ranked = sorted(range(len(p)), key=lambda place: p[place])
    passing = [rank for rank, place in enumerate(ranked, 1) if p[place] <= rate * rank / tests]
    return ranked[: passing[-1]] if passing else []


def clumping(nights: ArrayLike, anchors: ArrayLike, domains: ArrayLike) -> float:
    """How much whole nights lean to an anchor: the concentration of a Dirichlet-multinomial. ∞: not at all, or not known.

    One entry of each sequence is a night (numbered from 0), an anchor (likewise) and its new domains that night. By moments: over
    anchors, squared distances from the mean share exceed the multinomial's by 1 + (N − 1)/(1 + concentration). The
    median night counts, so that a few bursts do not raise it.
    """
    night, anchor, count = np.asarray(nights, int), np.asarray(anchors, int), np.asarray(domains, float)
    total = count.sum()
    size = np.bincount(night, count)
    if (size > 1).sum() < CLUMPING_NIGHTS:
        return np.inf
    share = np.bincount(anchor, count) / total
    even = float((share**2).sum())
    if even >= 1:
        return np.inf
    squares = np.bincount(night, count**2) - 2 * size * np.bincount(night, count * share[anchor]) + size**2 * even
    used = size > 1
    inflation = squares[used] / (size[used] * (1 - even) * (1 - size[used] / total))
    correlation = float(np.median((inflation - 1) / (size[used] - 1)))
    return 1 / correlation - 1 if correlation > 0 else np.inf


def _fit(counts: Floats, weekdays: NDArray[Any]) -> tuple[Floats, float]:
    """Mean count of each weekday, and the dispersion φ."""
    nights = np.bincount(weekdays, minlength=7)
    sums = np.bincount(weekdays, counts, minlength=7)
    mean = max(float(counts.mean()), PRIOR / len(counts))  # a history of zeros expects little, not nothing
    means: Floats = (sums + PSEUDO_WEEKS * mean) / (nights + PSEUDO_WEEKS)
    expected = means[weekdays]
    phi = float(((counts - expected) ** 2 / expected).sum()) / (len(counts) - 7)
    return means, max(1.0, phi)


def _quantile(means: Floats, phi: float) -> Floats:
    from scipy.stats import nbinom, poisson

    if phi < 1.001:
        return np.asarray(poisson.ppf(WINSOR, means))
    return np.asarray(nbinom.ppf(WINSOR, means / (phi - 1), 1 / phi))
