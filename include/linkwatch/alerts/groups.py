"""Changes of a site grouped by referring domain (and moves by host), most valuable first, and how they fill a message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from linkwatch.alerts.markup import MESSAGE_CHARS, link, sections
from linkwatch.alerts.message import Block, ChangeLine
from linkwatch.alerts.stories import Group, headline, move_of, moves, told_in_one_line
from linkwatch.alerts.words import changed_attributes, domains, links, story
from linkwatch.model import ChangeKind
from linkwatch.settings import SlackSettings

LINKS_OF_A_GROUP = 3
"""Links shown of one referring domain in the message itself; the thread has all."""

TITLES = {
    ChangeKind.LOST: "Lost",
    ChangeKind.RECOVERED: "Recovered",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.GAINED: "Gained",
}
"""Kinds that people are told of, in the order in which they are told."""


@dataclass(slots=True)
class Room:
    """What is left of a message: lines of the setting, characters of Slack's limit."""

    lines: int
    chars: int = MESSAGE_CHARS
    parts: list[list[str]] = field(default_factory=list)

    def start(self, title: str) -> None:
        """Begin a part of its own, which is at least one block."""
        self.parts.append([title])
        self.chars -= len(title) + 1

    def note(self, text: str) -> None:
        """Write what must be said however full the message is: how much of it was cut."""
        self.parts[-1].append(text)

    def take(self, text: str, counts: bool = True) -> bool:
        """Write a line if there is room for it."""
        if len(text) + 1 > self.chars or (counts and self.lines < 1):
            return False
        self.parts[-1].append(text)
        self.chars -= len(text) + 1
        self.lines -= counts
        return True

    @property
    def blocks(self) -> list[Block]:
        """What was written, as sections."""
        return [block for part in self.parts for block in sections(part)]


def told_groups(changes: Sequence[ChangeLine], settings: SlackSettings) -> dict[ChangeKind, tuple[Group, ...]]:
    """Groups of each kind that is told, in the order in which people are told; kinds with nothing to tell are left out."""
    told: dict[ChangeKind, tuple[Group, ...]] = {}
    lost = [line for line in changes if line.kind == ChangeKind.LOST]
    for kind in TITLES:
        if kind is ChangeKind.GAINED and not settings.gains:
            continue
        groups = moves(changes, lost) if kind is ChangeKind.CHANGED else []
        by_domain: dict[str, list[ChangeLine]] = {}
        for line in changes:
            if line.kind == kind and (kind is not ChangeKind.CHANGED or (changed_attributes(line) and not move_of(line))):
                by_domain.setdefault(line.source_domain, []).append(line)
        groups += [Group(domain, tuple(sorted(lines, key=_worth_of_link))) for domain, lines in by_domain.items()]
        if groups:
            told[kind] = tuple(sorted(groups, key=lambda group: group.worth))
    return told


def size(groups: Sequence[Group]) -> int:
    """Links in all groups together."""
    return sum(len(group.lines) for group in groups)


def referring_domains(groups: Sequence[Group]) -> int:
    """Referring domains in all groups together."""
    return len({line.source_domain for group in groups for line in group.lines})


def write_groups(room: Room, kind: ChangeKind, groups: Sequence[Group], site: str) -> None:
    """As many groups as there is room for, each with a few links; the rest as a count."""
    unseen_links = unseen_domains = 0
    for group in groups:
        opening = f"• {headline(kind, group)}"
        if len(group.lines) == 1 and not group.moved_to:
            shown = room.take(f"{opening}: {link_line(group.lines[0], site)}")
        else:
            shown = room.take(opening)
            if shown and not told_in_one_line(kind, group):
                told = sum(room.take(f"      • {link_line(line, site)}") for line in group.lines[:LINKS_OF_A_GROUP])
                if 0 < told < len(group.lines):
                    room.take(f"      … and {links(len(group.lines) - told, 'more ')}", counts=False)
        unseen_links += 0 if shown else len(group.lines)
        unseen_domains += not shown
    if unseen_links:
        room.note(f"… and {links(unseen_links, 'more ')} from {domains(unseen_domains)}; see the thread")


def link_line(line: ChangeLine, site: str) -> str:
    """Where the link is, where it leads, and what happened to it."""
    return f"{link(line.source_url)} → {link(line.target_url, site)}: {story(line)}"


def _worth_of_link(line: ChangeLine) -> tuple[bool, bool, str, str]:
    return (line.fact("followed") is not True, line.fact("zone") != "content", line.source_url, line.target_url)
