"""A year of links, night by night: how long a loss goes untold when a quarter of the pages is looked at a night.

Real here is `plan_pages`; the web is seeded, and looks are folded by an exact model of the rule of two absences
(`tests/twins/year.py`; a test keeps it in step with `fold_night`), because 365 real folds a way take too long. The web's hazards
are not those of the plan's prior, and nobody tells the plan of losses: no vendor's hint falls in this year.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tests.twins.year import Choose, Told, Web, at_random, by_authority, oldest, oldest_missing_first, ours, watch_year

from linkwatch.snapshots.plan import WEIGHTS

PAGES, NIGHTS, SEED = 4_000, 365, 5
SHARE = 0.25  # of the pages, a night
GOAL = 2.0

_HEADER = ("way", "weighted days", "× round-robin", "linear value", "days", "p95 days", "never told", "looks a night", "s")


def main() -> None:
    """Print a table: one row a way of choosing, one column a measure."""
    web, budget = Web(PAGES, NIGHTS, SEED), round(PAGES * SHARE)
    with tempfile.TemporaryDirectory(prefix="linkwatch-year-") as folder:
        ways: dict[str, Choose] = {
            "round-robin": oldest,
            "round-robin, missing first": oldest_missing_first,
            "random": at_random,
            "by authority only": by_authority,
            "plan_pages": ours(Path(folder), budget),
        }
        rows: list[Sequence[str]] = [_HEADER]
        base = figure = 0.0
        for name, choose in ways.items():
            started_at = time.perf_counter()
            told = watch_year(web, choose, budget)
            figure, cells = _measures(web, told)
            base = base or figure
            shares = f"{told.looks / NIGHTS / PAGES:.1%}", f"{time.perf_counter() - started_at:.0f}"
            rows.append((name, f"{figure:.2f}", f"{base / figure:.2f}", *cells, *shares))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lost = len(told.days(web)[0])
    print(f"year: {PAGES:,} pages, {NIGHTS} nights, {lost:,} true losses, {SHARE:.0%} of the pages a night, seed {SEED}")
    for name, *cells in rows:
        print("  ".join(["", name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]))
    print(f"goal ≥ {GOAL:g} × round-robin: {'met' if base / figure >= GOAL else 'missed'} ({base / figure:.2f} ×)")


def _measures(web: Web, told: Told) -> tuple[float, list[str]]:
    """Mean days from a loss until it is told, weighted by value; then weighted by authority alone and as it is, p95, untold."""
    links, days = told.days(web)
    value, linear = web.value(2 ** (web.authority / WEIGHTS["doubling_authority"])), web.value(web.authority)
    never = int((told.lost_on[links] > NIGHTS).sum())
    shown = (np.average(days, weights=linear[links]), days.mean(), np.percentile(days, 95))
    return float(np.average(days, weights=value[links])), [*(f"{one:.2f}" for one in shown), str(never)]
