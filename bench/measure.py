"""Ways of doing one thing, run in turn in fresh processes and compared: medians, ratios, and whether the answers are the same.

Ways are interleaved (first of each, then second of each, …), so that a busy minute of the machine meets all of them alike.
Nothing here knows what is measured. The process that runs them stays small and imports nothing of linkwatch: on Linux the peak of
a child begins at the peak of its parent.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Task = Mapping[str, Any]


class Part(StrEnum):
    """What a way is there for."""

    OURS = "ours"
    OBVIOUS = "obvious"
    RIVAL = "rival"
    LIMIT = "limit"  # does only the part that nobody can leave out; its answer is not compared


@dataclass(frozen=True, slots=True)
class Way:
    """One way: `entry` is "module:function", called by `bench.worker` with the task and with `options`."""

    part: Part
    name: str
    entry: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a way took: medians of its runs."""

    way: Way
    runs: int
    setup_s: float  # imports and what comes before the work
    wall_s: float
    cpu_s: float
    peak_mb: float  # the largest of the runs; the whole process
    answer: Any
    problem: str = ""  # "wrong answer", or how it failed; then its times do not count


@dataclass(frozen=True, slots=True)
class Goal:
    """What the design asks for. `met` is asked with the figures of the path, by part; a rival is the best of its kind."""

    text: str
    met: Callable[[Mapping[Part, float], Measured], bool]


@dataclass(frozen=True, slots=True)
class Path:
    """One path: what it is, how its figure is made of a measurement, and what the figure should be."""

    name: str  # as on the command line
    title: str
    unit: str
    figure: Callable[[Measured], float]
    more_is_better: bool
    goal: Goal | None
    ways: Sequence[Way]
    rounds: int = 3
    note: str = ""

    def ratio(self, figure: float, other: float) -> float:
        """How many times better `figure` is than `other`."""
        return figure / other if self.more_is_better else other / figure


def measure(path: Path, task: Task, say: Callable[[str], None]) -> list[Measured]:
    """Run every way `path.rounds` times, interleaved, and compare the answers with ours."""
    runs: dict[str, list[dict[str, Any]]] = {way.name: [] for way in path.ways}
    problems: dict[str, str] = {}
    for number in range(path.rounds):
        for way in path.ways:
            if way.name not in problems:
                say(f"{path.name}: {way.name}, {number + 1} of {path.rounds}")
                try:
                    runs[way.name].append(run(way.entry, {**task, **way.options}))
                except WorkerError as error:
                    problems[way.name] = str(error)
    expected = next((runs[way.name][-1]["answer"] for way in path.ways if way.part is Part.OURS and runs[way.name]), None)
    return [_measured(way, runs[way.name], expected, problems.get(way.name, "")) for way in path.ways]


class WorkerError(Exception):
    """A contender that did not come to an answer; the text is the last line that it said."""


def run(entry: str, task: Task) -> dict[str, Any]:
    """One run in a process of its own; gives what `bench.worker` prints. Raises WorkerError."""
    environment = {name: value for name, value in os.environ.items() if name.lower() not in _PROXIES}
    command = [sys.executable, "-m", "bench.worker", entry, json.dumps(dict(task))]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no word"]
        raise WorkerError("failed: " + next((line for line in reversed(said) if "Error" in line), said[-1])[:120])
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})  # loopback is not reached through them


def _measured(way: Way, runs: list[dict[str, Any]], expected: Any, problem: str) -> Measured:
    if not runs:
        return Measured(way, 0, 0.0, 0.0, 0.0, 0.0, None, problem)
    answers = [result["answer"] for result in runs]
    if way.part is not Part.LIMIT and any(answer != expected for answer in answers):
        problem = problem or f"wrong answer: {str(answers[-1])[:80]}, expected {str(expected)[:80]}"
    middle = {name: statistics.median(result[name] for result in runs) for name in ("setup_s", "wall_s", "cpu_s")}
    peak_mb = max(result["peak_mb"] for result in runs)
    return Measured(way, len(runs), peak_mb=peak_mb, answer=answers[-1], problem=problem, **middle)
