"""What the trials found, for people: one line a rule, the first mistakes with their reasons, and what this does not measure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from trials.clean import Clean
from trials.judging import Tally, Wrong

WANTED = 0.95
"""Recall and precision of each rule, at least."""

WANTED_SHARE = 0.02
"""Share of the links of untouched pages with an alarm, at most."""

NOTE = (
    "This measures the rules and not the web: faults and innocents were written by people who know the rules, on 91 pages and "
    "with one seed. How many of the links that a rule names are really bad on your sites, only your own reviews will tell."
)

_HEAD = ("rule", "injected", "caught", "recall", "twins", "hit", "base", "hit", "precision", "")
_SHOWN = 4


def report(tallies: Sequence[Tally], clean: Clean | None) -> str:
    """All of it."""
    rows = [list(_HEAD), *map(_row, tallies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(text.rjust(width) if n else text.ljust(width) for n, (text, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    parts = ["\n".join(line.rstrip() for line in lines), *filter(None, map(_mistakes, tallies))]
    others = Counter[str]()
    for tally in tallies:
        others.update({f"{rule} in trials of {tally.rule}": count for rule, count in tally.others.items()})
    if others:
        told = [f"  {count:4}  {what}" for what, count in others.most_common(12)]
        parts.append(
            "\n".join(["Domains of innocents that another rule put at medium or above, no mistake of the rule on trial:", *told])
        )
    if clean:
        parts.append(_of_clean(clean))
    return "\n\n".join([*parts, NOTE])


def is_missed(tally: Tally) -> bool:
    """True where a rule is short of what is wanted."""
    return tally.recall < WANTED or tally.precision < WANTED


def is_noisy(clean: Clean) -> bool:
    """True where too many links of untouched pages have an alarm."""
    return clean.share > WANTED_SHARE


def _row(tally: Tally) -> list[str]:
    counts = [tally.injected, tally.caught, f"{tally.recall:.3f}", tally.twins, tally.twin_alarms, tally.base, tally.base_alarms]
    return [tally.rule, *map(str, counts), f"{tally.precision:.3f}", "short" if is_missed(tally) else "met"]


def _mistakes(tally: Tally) -> str:
    lines = [*_first("missed", tally.misses), *_first("false alarm", tally.alarms)]
    return "\n".join([f"{tally.rule}:", *lines]) if lines else ""


def _first(kind: str, wrongs: Iterable[Wrong]) -> list[str]:
    """The mistakes by variant, each with its count and its first reason."""
    grouped: dict[str, list[Wrong]] = {}
    for wrong in wrongs:
        grouped.setdefault(wrong.variant, []).append(wrong)
    shown = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))[:_SHOWN]
    return [f"  {kind}, {len(several)} ×: {name} (night {several[0].night}): {several[0].why}" for name, several in shown]


def _of_clean(clean: Clean) -> str:
    wanted = f"{WANTED_SHARE:.0%} at most wanted: {'short' if is_noisy(clean) else 'met'}"
    lines = [
        f"Untouched: {clean.pages} real pages, {clean.links} links to {', '.join(clean.watched)}",
        f"  {clean.alarmed} links with a told finding of medium or above: {clean.share:.1%}; {wanted}",
        *(f"  {count:4}  {what}" for what, count in sorted(clean.by_rule.items())),
        *(f"  alarm: {entry}" for entry in clean.said[:_SHOWN]),
    ]
    return "\n".join(lines)
