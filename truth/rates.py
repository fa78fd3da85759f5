"""Several rates of faults side by side: a process each, with a world, a proxy and a home of its own."""

import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from truth.nights import Run, play
from truth.referee import Ruling, judge


def rule_side_by_side(runs: Sequence[Run]) -> list[Ruling]:
    """Play and judge each run, as many at a time as there are cores."""
    with ProcessPoolExecutor(min(len(runs), os.cpu_count() or 1), mp_context=get_context("spawn")) as processes:
        return list(processes.map(rule, runs))


def rule(run: Run) -> Ruling:
    """Play one run in a folder that is thrown away, and judge it."""
    with tempfile.TemporaryDirectory(prefix="linkwatch-truth-") as folder:
        return judge(run.world(), play(run, Path(folder), _say))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
