"""`python -m trials [RULE ...]`: seeded faults and their innocent twins in real pages, and what each rule made of them.

Needs the real pages beside the checkout and nothing else: no network, no Airflow. About three minutes on two cores. Exit
status 1 where a rule's recall or precision is below 95 %, or more than 2 % of the links of untouched pages get an alarm.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from trials import show
from trials.articles import FOLDER, ArticlesError, read_articles
from trials.clean import judge_clean
from trials.side_by_side import judge_rules
from trials.variants import TRIALS


def main(arguments: Sequence[str]) -> int:
    """Play, judge and print; 0 where all that is wanted is met."""
    rules = list(dict.fromkeys(trial.rule for trial in TRIALS))
    parser = argparse.ArgumentParser(prog="python -m trials", description="Hold the rules of suspicion against seeded faults.")
    parser.add_argument("rule", nargs="*", help=f"one of {', '.join(rules)}; none: all, and the untouched pages")
    parser.add_argument("--seed", type=int, default=7, help="of everything (default: 7)")
    parser.add_argument("--articles", type=Path, default=FOLDER, help="folder of the real pages")
    given = parser.parse_args(arguments)
    for rule in given.rule:
        if rule not in rules:
            parser.error(f"unknown rule {rule!r}; known rules: {', '.join(rules)}")
    try:
        articles = read_articles(given.articles)
    except ArticlesError as error:
        parser.error(str(error))
    tallies = judge_rules(given.rule or rules, given.seed, given.articles, _say)
    _say("the pages as they are")
    untouched = None if given.rule else judge_clean(articles)
    _say("")
    print(show.report(tallies, untouched))
    return int(any(map(show.is_missed, tallies)) or bool(untouched and show.is_noisy(untouched)))


def _say(text: str) -> None:
    """One line of progress, on a terminal alone."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
