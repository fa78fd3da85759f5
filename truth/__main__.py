"""`python -m truth`: the example world, grown, for forty nights under faults, and what was told of it held against the truth.

Needs nothing but this checkout and the loopback. Rates of faults are played side by side, one process each and as many at a
time as there are cores; in full about twenty minutes on two cores. Exit status 1 where a wanted number is missed.
"""

import argparse
import sys
from collections.abc import Sequence

from truth import show
from truth.nights import Run
from truth.rates import rule_side_by_side


def main(arguments: Sequence[str]) -> int:
    """Play, judge and print; 0 where every wanted number is met."""
    parser = argparse.ArgumentParser(prog="python -m truth", description="Hold what linkwatch tells against a hostile world.")
    parser.add_argument("--nights", type=int, default=40, help="nights of each run, 12 at least (default: 40)")
    parser.add_argument("--hosts", type=int, default=800, help="hosts of the world, at least (default: 800)")
    parser.add_argument("--pages", type=int, default=3000, help="pages of the world, at least (default: 3000)")
    parser.add_argument("--rates", default="5,15,30", help="percent of the fetches that faults hit (default: 5,15,30)")
    parser.add_argument("--seed", type=int, default=7, help="of the world and of the faults (default: 7)")
    given = parser.parse_args(arguments)
    if given.nights < 12:
        parser.error(f"--nights {given.nights}; expected 12 or more, so that dead hosts can be told")
    try:
        rates = [float(rate) / 100 for rate in given.rates.split(",")]
    except ValueError:
        parser.error(f"--rates {given.rates}; expected percents such as 5,15,30")
    runs = [Run(given.seed, given.hosts, given.pages, given.nights, rate) for rate in rates]
    rulings = rule_side_by_side(runs)
    print(show.report(rulings))
    return int(any(show.missed(ruling) for ruling in rulings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
