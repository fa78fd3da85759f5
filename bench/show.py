"""What was measured, for people: a table a path while it runs, and one summary in Markdown for the README."""

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from bench.measure import Goal, Measured, Part, Path

_PACKAGES = (
    *("pycurl", "selectolax", "can-ada", "duckdb", "pyarrow", "great-expectations", "sqlalchemy", "psycopg"),
    *("requests", "lxml", "scrapy", "parsel", "w3lib", "tldextract", "pandas"),
)
_SUMMARY = ("path", "unit", "obvious way", "best rival", "ours", "limit", "ours : obvious", "of the limit", "goal", "")


def figures(path: Path, measured: Iterable[Measured]) -> dict[Part, float]:
    """The figure of each part; of several ways of one part the best. Ways with a problem have none."""
    found: dict[Part, float] = {}
    for entry in measured:
        if entry.runs and not entry.problem:
            figure = path.figure(entry)
            known = found.get(entry.way.part)
            found[entry.way.part] = figure if known is None or path.ratio(figure, known) > 1 else known
    return found


def verdict(goal: Goal | None, found: dict[Part, float], measured: Sequence[Measured]) -> str:
    """Whether it is "met" or "short", or ours "failed"; "–" where there is no goal or nothing to judge by."""
    ours = next((entry for entry in measured if entry.way.part is Part.OURS and entry.runs and not entry.problem), None)
    if ours is None:
        return "**failed**"
    if goal is None:
        return "–"
    try:
        return "met" if goal.met(found, ours) else "**short**"
    except KeyError:  # the rival that the goal speaks of did not come to an answer
        return "–"


def table_of(path: Path, measured: Sequence[Measured]) -> str:
    """All ways of one path, one line each."""
    found = figures(path, measured)
    ours = found.get(Part.OURS)
    rows = [["", "way", path.unit, "× ours", "wall s", "CPU s", "imports s", "peak MB"]]
    for entry in measured:
        way = [entry.way.part.value, entry.way.name]
        if not entry.runs:
            rows.append([*way, "failed", "", "", "", "", ""])
            continue
        figure = path.figure(entry)
        ratio = f"{path.ratio(figure, ours):.2f}" if ours else "–"
        times = [f"{entry.wall_s:.2f}", f"{entry.cpu_s:.2f}", f"{entry.setup_s:.2f}", f"{entry.peak_mb:,.0f}"]
        shown = [entry.problem.partition(":")[0], "–"] if entry.problem else [number(figure), ratio]
        rows.append([*way, *shown, *times])
    goal = f"goal {path.goal.text}: {verdict(path.goal, found, measured).strip('*')}" if path.goal else "no goal"
    lines = [f"{path.name}: {path.title}; {goal}", *(f"  {line}" for line in _aligned(rows))]
    steps = [f"  {entry.answer['steps']}" for entry in measured if isinstance(entry.answer, dict) and "steps" in entry.answer]
    problems = [f"  {entry.way.name}: {entry.problem}" for entry in measured if entry.problem]
    return "\n".join([*lines, *problems, *steps, *([f"  {path.note}"] if path.note else [])])


def summary(results: Sequence[tuple[Path, Sequence[Measured]]]) -> str:
    """One line a path, as a Markdown table."""
    rows = [list(_SUMMARY), ["---"] * len(_SUMMARY)]
    for path, measured in results:
        found = figures(path, measured)
        ours, obvious, limit = (found.get(part) for part in (Part.OURS, Part.OBVIOUS, Part.LIMIT))
        rows.append(
            [
                path.title,
                path.unit,
                *(_with_name(path, measured, part, found) for part in (Part.OBVIOUS, Part.RIVAL)),
                number(ours),
                number(limit),
                f"{path.ratio(ours, obvious):.1f} ×" if ours and obvious else "–",
                f"{path.ratio(ours, limit):.0%}" if ours and limit else "–",
                path.goal.text if path.goal else "–",
                verdict(path.goal, found, measured),
            ]
        )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def machine(pages_from: str) -> str:
    """On what it was measured."""
    versions = []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    load = f"{os.getloadavg()[0]:.1f}"
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores (load {load} at the end)"
    return f"{system}; Python {platform.python_version()}; pages from {pages_from}; {', '.join(versions)}"


def number(figure: float | None) -> str:
    """Three digits that matter."""
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _with_name(path: Path, measured: Iterable[Measured], part: Part, found: dict[Part, float]) -> str:
    if part not in found:
        named = [entry for entry in measured if entry.way.part is part]
        return f"{named[0].way.name}: {named[0].problem.partition(':')[0]}" if named else "–"
    best = next(e for e in measured if e.way.part is part and not e.problem and path.figure(e) == found[part])
    return f"{number(found[part])} ({best.way.name})"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(map(_cell, row, widths, range(len(row)))) for row in rows]


def _cell(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column < 2 else text.rjust(width)
