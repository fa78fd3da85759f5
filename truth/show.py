"""What the referee found, for people: tables by reason and by what was served, and the numbers that are wanted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from linkwatch.model import ChangeKind, Evidence, LossReason, Outcome
from truth.referee import LATE, NOT_TOLD, NOTHING, OTHER_ATTRIBUTES, Ruling

REASONS_WANTED = 0.99
"""Share of what was told in time that gives the right reason."""

_LOSSES = tuple(reason.value for reason in LossReason)
_OTHERS = tuple(kind.value for kind in ChangeKind if kind is not ChangeKind.LOST)
_SHORT = {
    "link_removed": "removed",
    "page_redirected": "redirected",
    "page_not_found": "404",
    "page_gone": "410",
    "soft_404": "soft 404",
    "domain_parked": "parked",
    "dns_error": "DNS",
    "server_error": "5xx",
    "connection_refused": "refused",
    "site_moved": "moved",
}
_MISSES_SHOWN = 25
_MISREADINGS = ("served", "looks", "right outcome", "right evidence", "read as a page", "as gone", "as cannot tell", "instead")
_NOTE = (
    "What answers everything (catch_all) is told from a page as long as a link is missed on it; afterwards it is a page without "
    "the link."
)
_SUMMARY = (
    *("faults", "looks", "cannot tell", "false losses", "losses in time", "gains, changes, recoveries on the first look"),
    *("untrue", "reason right", "dead pages wait, nights", "nights held", "wanted numbers"),
)


def report(rulings: Sequence[Ruling]) -> str:
    """All tables and the summary, in Markdown."""
    parts = [part for ruling in rulings for part in (confusion(ruling), misreadings(ruling), first_misses(ruling)) if part]
    return "\n\n".join([*parts, summary(rulings)])


def missed(ruling: Ruling) -> list[str]:
    """The wanted numbers that this run misses."""
    reasons = _reasons(ruling)
    wanted = {
        "false losses": not ruling.false_losses,
        "losses in time": _in_time(ruling, _LOSSES) == _due(ruling, _LOSSES),
        "gains, changes and recoveries on the first look": _in_time(ruling, _OTHERS) == _due(ruling, _OTHERS),
        "nothing else told": not ruling.untrue,
        "reasons": reasons[0] >= REASONS_WANTED * reasons[1],
    }
    return [name for name, met in wanted.items() if not met]


def summary(rulings: Sequence[Ruling]) -> str:
    """One line a rate: the numbers wanted."""
    rows = [list(_SUMMARY), ["---"] * len(_SUMMARY)]
    for ruling in rulings:
        looks = sum(ruling.looked.values()) + ruling.unreached
        unsure = sum(n for (_, _, look), n in ruling.looked.items() if look and _kind(look) is Evidence.INCONCLUSIVE)
        right, told = _reasons(ruling)
        rows.append(
            [
                f"{ruling.record.run.rate:.0%}",
                f"{looks:,}",
                f"{unsure / max(1, looks):.0%}",
                str(ruling.false_losses),
                f"{_in_time(ruling, _LOSSES):,} of {_due(ruling, _LOSSES):,}",
                f"{_in_time(ruling, _OTHERS):,} of {_due(ruling, _OTHERS):,}",
                str(ruling.untrue),
                f"{right / max(1, told):.2%}",
                f"{median(ruling.waited):.0f}, {max(ruling.waited)} at most" if ruling.waited else "",
                ", ".join(map(str, ruling.record.held)) or "none",
                "**missed**" if missed(ruling) else "met",
            ]
        )
    return _markdown(rows)


def confusion(ruling: Ruling) -> str:
    """What happened, against what was told of it."""
    happened = (*_LOSSES, *_OTHERS, NOTHING)
    columns = (*_LOSSES, *_OTHERS, OTHER_ATTRIBUTES, LATE, NOT_TOLD)
    told = [name for name in columns if any(ruling.told[row, name] for row in happened)]
    rows = [["happened ＼ told", *(_SHORT.get(name, name) for name in told)], ["---"] * (len(told) + 1)]
    for row in happened:
        counts = [ruling.told[row, name] for name in told]
        if any(counts):
            shown = [f"**{n:,}**" if n and row == name else f"{n:,}" if n else "" for n, name in zip(counts, told, strict=True)]
            rows.append([row, *shown])
    run = ruling.record.run
    title = f"{run.rate:.0%} of the fetches hit, {run.nights} nights, seed {run.seed} ({ruling.record.wall_s:,.0f} s)"
    return f"{title}\n\n{_markdown(rows)}"


def misreadings(ruling: Ruling) -> str:
    """What was served, and the looks that read something else out of it."""
    rows = [list(_MISREADINGS), ["---"] * len(_MISREADINGS)]
    for what in sorted({served for served, _, _ in ruling.looked}):
        found = {(right, look): n for (served, right, look), n in ruling.looked.items() if served == what}
        total, wrong = sum(found.values()), Counter[str]()
        tally = Counter[str]()
        for (right, look), count in found.items():
            same = _same(right, look)
            tally["outcome"] += same * count
            tally["evidence"] += (_kind(look) is right.evidence) * count
            if _kind(look) is not right.evidence:
                tally[_kind(look)] += count
            if not same:
                wrong[look] += count
        mostly = ", ".join(f"{look} {count:,}" for look, count in wrong.most_common(2))
        shares = [f"{tally[name] / total:.1%}" for name in ("outcome", "evidence")]
        others = [f"{tally[kind]:,}" if tally[kind] else "" for kind in (Evidence.READABLE, Evidence.GONE, Evidence.INCONCLUSIVE)]
        rows.append([what, f"{total:,}", *shares, *others, mostly])
    return f"{_markdown(rows)}\n\n{_NOTE} Not reached for no fault of the world's: {ruling.unreached:,} looks."


def first_misses(ruling: Ruling) -> str:
    """The first things that were told wrong; "" where none was."""
    if not ruling.misses:
        return ""
    lines = [
        f"- night {miss.night}, {miss.source_url} to {miss.target_url}: {miss.expected}, told {miss.told}; {miss.looks}"
        for miss in ruling.misses[:_MISSES_SHOWN]
    ]
    what = ", ".join(missed(ruling)) or "within what is wanted"
    return "\n".join([f"{len(ruling.misses):,} misses ({what}), the first of them:", *lines])


def _due(ruling: Ruling, rows: Iterable[str]) -> int:
    return sum(n for (happened, _), n in ruling.told.items() if happened in rows)


def _in_time(ruling: Ruling, rows: Iterable[str]) -> int:
    return sum(n for (happened, told), n in ruling.told.items() if happened in rows and told not in (LATE, NOT_TOLD))


def _reasons(ruling: Ruling) -> tuple[int, int]:
    """How many of the losses and changes that were told in time gave the right reason, and how many these are."""
    rows = (*_LOSSES, ChangeKind.CHANGED.value)
    return sum(ruling.told[row, row] for row in rows), _in_time(ruling, rows)


def _same(right: Outcome, look: str) -> bool:
    return look == right or (right is Outcome.READABLE and look == Outcome.NOT_MODIFIED)


def _kind(look: str) -> Evidence:
    return Outcome(look).evidence


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
