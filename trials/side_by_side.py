"""All nights of all trials, as many at a time as there are cores. A process is told a trial's place: a variant is code."""

import os
from collections.abc import Callable, Collection
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from trials.judging import Tally, judge_night, nights_of
from trials.variants import TRIALS

Task = tuple[int, int, int, Path]  # place in TRIALS, night, seed, folder of the articles


def judge_rules(rules: Collection[str], seed: int, folder: Path, say: Callable[[str], None]) -> list[Tally]:
    """The tally of each rule, in the order of TRIALS."""
    tasks = [
        (place, night, seed, folder)
        for place, trial in enumerate(TRIALS)
        if trial.rule in rules
        for night in range(nights_of(trial))
    ]
    tallies: dict[str, Tally] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for done, tally in enumerate(pool.map(_play, tasks), 1):
            tallies.setdefault(tally.rule, Tally(tally.rule)).add(tally)
            say(f"{tally.rule}: {done} of {len(tasks)} nights")
    return list(tallies.values())


def _play(task: Task) -> Tally:
    place, night, seed, folder = task
    return judge_night(TRIALS[place], night, seed, folder)
