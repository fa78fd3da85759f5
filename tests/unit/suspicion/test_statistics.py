"""The arithmetic of bursts against sums and formulas written out, and what follows from each part of it."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from linkwatch.suspicion.signs.statistics import Forecast, anchor_chances, chance, clumping, discoveries, forecast

EIGHT_WEEKS = [night % 7 for night in range(56)]


def expected(counts: Sequence[int], weekday: int = 0) -> Forecast:
    """Forecast from nights one after the other, the first a Monday."""
    return forecast(counts, [night % 7 for night in range(len(counts))], weekday)


def test_forecast_of_even_nights():
    """Nights that never differ: mean and median are theirs, and only what is not known of the mean widens the variance."""
    told = expected([10] * 56)
    assert (told.mean, told.median, told.nights) == (10, 10, 56)
    assert told.variance == pytest.approx(10 * (1 + 1 / 56 + 1 / 8))


def test_weekday_is_drawn_towards_the_mean_by_two_weeks():
    """Eight Sundays of 2 among nights of 10: a Sunday is expected to bring (8 × 2 + 2 × mean) / 10."""
    counts = [2 if day == 6 else 10 for day in EIGHT_WEEKS]
    mean = sum(counts) / 56
    assert expected(counts, 6).mean == pytest.approx((8 * 2 + 2 * mean) / 10, rel=0.02)
    assert expected(counts, 0).mean == pytest.approx((8 * 10 + 2 * mean) / 10, rel=0.02)


def test_dispersion_by_hand():
    """Nights of 5 and 15 by turns of a week: φ is Pearson's χ² by n − 7, and the variance is so many times the Poisson's."""
    counts = [5 if night // 7 % 2 else 15 for night in range(56)]
    phi = 56 * 25 / 10 / 49
    assert expected(counts).variance == pytest.approx(phi * 10 * (1 + 1 / 56 + 1 / 8))


def test_past_burst_is_cut_off():
    """One night of fifty among tens moves what is expected by less than half of what it would, and fifty more still stand out."""
    quiet = [10 + (-1) ** night for night in range(56)]
    burst = [*quiet[:30], 50, *quiet[31:]]
    assert 0 < expected(burst, 3).mean - 10 < (sum(burst) / 56 - 10) / 2
    assert chance(50, expected(burst, 3)) < 0.001


def test_nights_without_arrivals_expect_little_and_not_nothing():
    """After eight weeks of nothing, none is certain and five are next to impossible."""
    told = expected([0] * 56)
    assert chance(0, told) == pytest.approx(1)
    assert 0 < chance(5, told) < 1e-6


@pytest.mark.parametrize("nights", [0, 1, 27])
def test_cold_start_is_a_gamma_poisson(nights: int):
    """Below 28 nights: mean (S + 1/2) / (n + 1/2), and the variance of its posterior prediction."""
    told = expected([4] * nights)
    mean = (4 * nights + 0.5) / (nights + 0.5)
    assert told.is_cold
    assert (told.mean, told.variance) == pytest.approx((mean, mean * (1 + 1 / (nights + 0.5))))
    assert not expected([4] * 28).is_cold


def test_weekday_that_history_lacks():
    """Nights of six weekdays alone: the seventh is expected to be the mean night, and less surely so."""
    days = [day for day in EIGHT_WEEKS if day != 6]
    told = forecast([10] * len(days), days, 6)
    assert told.mean == pytest.approx(10)
    assert told.variance == pytest.approx(10 * (1 + 1 / 48 + 1))


def test_chance_is_a_negative_binomial_tail():
    """The tail agrees with one minus the sum of the terms below it."""
    told = Forecast(mean=6.0, variance=15.0, median=6.0, nights=56)
    share, size = 6 / 15, 6 * 6 / (15 - 6)

    def term(k: int) -> float:
        log = math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1)
        return math.exp(log + size * math.log(share) + k * math.log(1 - share))

    assert chance([0, 1, 12], told) == pytest.approx([1, 1 - term(0), 1 - sum(map(term, range(12)))])


def test_chance_without_dispersion_is_a_poisson_tail():
    """Where the variance is the mean, the negative binomial has no size; the Poisson stands in."""
    below = sum(math.exp(-6) * 6**k / math.factorial(k) for k in range(12))
    assert chance(12, Forecast(6.0, 6.0, 6.0, 56)) == pytest.approx(1 - below)


def test_anchor_by_hand():
    """One of two known domains used the anchor: both of two new ones do with 1.5 × 2.5 / (3 × 4), where one is expected."""
    told, p = anchor_chances([2], 2, [1], 2, weight=300)
    assert (told[0], p[0]) == pytest.approx((1.0, 0.3125))


def test_anchor_by_direct_sum():
    """Six hundred known domains weigh as three hundred; the tail agrees with the sum of its terms."""
    told, p = anchor_chances([5], 20, [4], 600, weight=300)
    a, b = 2.5, 298.5
    assert told[0] == pytest.approx(20 * a / (a + b))
    assert p[0] == pytest.approx(_tail(5, 20, a, b), rel=1e-9)


def test_clumped_days_weigh_less():
    """A concentration of 30 makes both parameters a tenth of those that sum to 301, and leaves what is expected."""
    told, p = anchor_chances([5], 20, [4], 600, weight=300, clumped=30.1)
    assert told[0] == pytest.approx(20 * 2.5 / 301)
    assert p[0] == pytest.approx(_tail(5, 20, 0.25, 29.85), rel=1e-9)


def _tail(least: int, domains: int, a: float, b: float) -> float:
    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    terms = (math.exp(log_beta(k + a, domains - k + b) - log_beta(a, b)) for k in range(least, domains + 1))
    return sum(math.comb(domains, k) * term for k, term in zip(range(least, domains + 1), terms, strict=True))


@pytest.mark.parametrize(
    ("p", "tests", "rate", "expected_places"),
    [
        ([0.03, 0.02], 2, 0.03, [1, 0]),  # the second passes at its rank and takes the first with it
        ([0.03], 2, 0.03, []),  # alone it would have to be half as small
        ([0.001, 0.5, 0.0001], 3, 0.01, [2, 0]),
        ([0.001], 1000, 0.01, []),  # those not seen tonight count as tests
        ([], 10, 0.01, []),
    ],
)
def test_step_up(p: list[float], tests: int, rate: float, expected_places: list[int]):
    """The longest run of smallest p below the line passes, whatever the first rank alone would ask for."""
    assert discoveries(p, tests, rate) == expected_places


@pytest.mark.parametrize("concentration", [30, 60])
def test_clumping_is_estimated(concentration: int):
    """From eight weeks of days with a known concentration comes about that number, half as much again at most."""
    rng = np.random.default_rng(3)
    shares = 1 / np.arange(1, 61)
    days = rng.dirichlet(concentration * shares / shares.sum(), 56)
    counts = np.array([rng.multinomial(120, day) for day in days])
    night, anchor = counts.nonzero()
    assert concentration / 1.5 < clumping(night, anchor, counts[night, anchor]) < 1.5 * concentration


def test_days_alike_do_not_clump():
    """Days that are all drawn from one urn weigh in full: at least as much as history may weigh at all."""
    rng = np.random.default_rng(3)
    counts = rng.multinomial(120, np.full(60, 1 / 60), 56)
    night, anchor = counts.nonzero()
    assert clumping(night, anchor, counts[night, anchor]) > 1000


@pytest.mark.parametrize(
    ("nights", "anchors"), [(range(13), [0, 1] * 7), (range(30), [0] * 30)], ids=["thirteen nights", "one anchor"]
)
def test_clumping_is_not_told_from_little(nights: range, anchors: list[int]):
    """Few nights, or one anchor alone, say nothing of clumping."""
    assert clumping([*nights], anchors[: len(nights)], [5] * len(nights)) == np.inf
