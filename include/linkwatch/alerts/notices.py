"""Messages that are about no single site's night: held nights, held sources, waiting losses; the week in numbers. Pure."""

import re
import zlib
from collections.abc import Mapping, Sequence

from linkwatch.alerts.markup import context, escape, header, quoted, sections
from linkwatch.alerts.message import Block, Message, WeeklyNumbers
from linkwatch.alerts.words import domains, findings, links, pages
from linkwatch.model import Role
from linkwatch.settings import SlackSettings

Trouble = tuple[str, str, str]
"""A source that is held or could not be read: its name, "held" or "unreadable", and why."""


def held_message(night: str, failed: Sequence[tuple[str, object, object]], settings: SlackSettings) -> Message:
    """What operations is told of a held night, once: `failed` has (title, observed, expected) of each failed expectation."""
    failures = "1 check" if len(failed) == 1 else f"{len(failed)} checks"
    title = f"Night of {night} is held: {failures} failed"
    lines = [f"• *{escape(name)}*: got {quoted(str(got), 160)}, expected {quoted(str(want), 160)}" for name, got, want in failed]
    what_now = [
        "Nothing of this night is published, nobody was told of its changes, and the last published night stays in force.",
        f"If the data is right after all: `linkwatch release {night}`. To throw it away: `linkwatch drop {night}`.",
    ]
    blocks: tuple[Block, ...] = (header(title), *sections([*lines[:_HELD_LINES], *what_now]))
    channel = settings.ops_channel or settings.channel
    what = zlib.crc32(repr([*failed]).encode())  # a night that was dropped, run anew and is held again is told again
    return Message(f"held:{night}:{what:08x}", night, "", "held", channel, escape(title), blocks)


def waiting_message(night: str, folded: Mapping[str, object], settings: SlackSettings) -> Message | None:
    """What operations is told, once, of a night whose losses wait; `folded` are the facts of the fold.

    None when none wait, or those of single hosts alone: somebody's server is always down, and nobody here can mend it.
    """
    waits = waiting_losses(folded)
    if not waits or not any(folded.get(brake) for brake in ("brake", "vanish_brake", "braked_networks")):
        return None
    title = f"Night of {night}: {waits[0]}"
    small = context("What is missing stays missing until its pages can tell; gains, changes and recoveries are told as ever.")
    blocks = (*sections([f"*{escape(title)}*", *(f"• {escape(line)}" for line in waits[1:])]), small)
    return Message(f"waiting:{night}", night, "", "waiting", settings.ops_channel or settings.channel, escape(title), blocks)


def waiting_losses(folded: Mapping[str, object]) -> list[str]:
    """Why losses of a night wait (`snapshots.FoldCounts`), a sentence each, the widest brake first; plain text."""
    told = []
    if folded.get("brake"):
        share = _percent(folded.get("excess_share", folded.get("newly_failing_share")))
        usual = f" ({_percent(folded['usual_share'])} is usual)" if "usual_share" in folded else ""
        told.append(f"losses wait: {share} of the pages that should answer could not tell{usual}")
    vanishing = folded.get("vanishing")
    if folded.get("vanish_brake") and isinstance(vanishing, int) and vanishing:
        told.append(f"losses of {pages(vanishing)} that seem to have vanished wait: so many never die in one night")
    for name, what in (("braked_networks", "network"), ("braked_hosts", "host")):
        number = folded.get(name)
        if isinstance(number, int) and number:
            told.append(f"losses of {number:,} {what}{'' if number == 1 else 's'} wait: too many pages there could not tell")
    return told


def sources_message(
    night: str, troubles: Sequence[Trouble], settings: SlackSettings, *, since: Mapping[str, str] | None = None
) -> Message | None:
    """What operations is told of sources that are held or could not be read, and what to do; None where there are none.

    `since` names for each source the night on which its trouble began (default: this one). A trouble that lasts is told
    once: the message is made itself by the troubles that began last, so that it is another one when a source joins them,
    and when a trouble comes back.
    """
    if not troubles:
        return None
    began = {name: (since or {}).get(name, night) for name, _, _ in troubles}
    newest = max(began.values())
    what = zlib.crc32(repr(sorted(same_trouble(trouble) for trouble in troubles if began[trouble[0]] == newest)).encode())
    title = f"Night of {night}: {_sources_in_trouble(troubles)}"
    lines = [
        f"• *{escape(name)}* {_IN_TROUBLE[status]}{'' if began[name] == night else f' (since {began[name]})'}: {quoted(why, 600)}"
        for name, status, why in troubles
    ]
    more = [f"… and {len(lines) - _HELD_LINES} more, in the column `sources` of the table `night`"]
    small = context("The other sources count as ever. Pages that a held source names are looked at; its claims wait.")
    blocks = (header(title), *sections(lines[:_HELD_LINES] + (more if len(lines) > _HELD_LINES else [])), small)
    channel = settings.ops_channel or settings.channel
    return Message(f"sources:{newest}:{what:08x}", night, "", "sources", channel, escape(title), blocks)


def same_trouble(trouble: Trouble) -> Trouble:
    """What two troubles that are the same have in common: all but the words with numbers in what is said of them."""
    name, status, why = trouble
    return name, status, _WITH_NUMBER.sub("#", why)


def weekly_message(night: str, rows: Sequence[WeeklyNumbers], report_path: str, settings: SlackSettings) -> Message:
    """The week that ends with `night` in numbers, a line a site, own sites first, and where the report is."""
    title = f"Backlinks: the week up to {night}"
    ordered = sorted(rows, key=lambda row: (row.role is not Role.OWN, row.site))
    lines = [_week_line(row) for row in ordered[:_WEEK_LINES]]
    if len(ordered) > _WEEK_LINES:
        lines.append(f"… and {len(ordered) - _WEEK_LINES} more sites in the report")
    text = "; ".join(f"{row.site}: {links(row.gained)} gained, {links(row.lost)} lost" for row in ordered[:5])
    blocks = (
        header(title),
        *sections(lines or ["No site has a published night in this week."]),
        context(f"Report: {quoted(report_path, 200)}"),
    )
    return Message(f"weekly:{night}", night, "", "weekly", settings.channel, escape(f"{title}: {text}"), blocks)


_IN_TROUBLE = {"held": "is held", "unreadable": "could not be read"}
_WITH_NUMBER = re.compile(r"\S*\d\S*")
_HELD_LINES = 20
_WEEK_LINES = 40


def _sources_in_trouble(troubles: Sequence[Trouble]) -> str:
    held = sum(status == "held" for _, status, _ in troubles)
    counted = [(held, "held"), (len(troubles) - held, "not read")]
    return " and ".join(f"{number} source{'' if number == 1 else 's'} {what}" for number, what in counted if number)


def _percent(share: object) -> str:
    return f"{share:.0%}" if isinstance(share, float | int) else "an abnormal share"


def _week_line(row: WeeklyNumbers) -> str:
    role = "" if row.role is Role.OWN else f" ({row.role})"
    counts = [("gained", row.gained), ("lost", row.lost), ("recovered", row.recovered), ("changed", row.changed)]
    moved = ", ".join(f"{links(number)} {what}" for what, number in counts if number) or "no link gained or lost"
    line = f"*{escape(row.site)}*{role}: {links(row.links_live)} live from {domains(row.referring_domains_live)}; {moved}"
    if row.findings:
        line += f"; {findings(row.findings)}"
    if row.held_nights:
        line += f"; {row.held_nights} nights held" if row.held_nights > 1 else "; 1 night held"
    return line
