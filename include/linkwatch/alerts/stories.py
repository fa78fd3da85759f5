"""What the changes of one referring domain have in common, in one line: the story that a person wants to know first. Pure.

"example.org removed 12 links, 3 followed"; "old-orchard.example: the domain is parked, 14 links lost, 9 followed, last seen
2026-11-01"; "old.example moved to new.example: 12 links, all still there".
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from linkwatch.alerts.markup import escape
from linkwatch.alerts.message import ChangeLine
from linkwatch.alerts.words import day, last_evidence, links
from linkwatch.model import ChangeKind, LossReason
from linkwatch.urls import page_key

SHARED = {
    LossReason.LINK_REMOVED: "the pages no longer have the links",
    LossReason.PAGE_REDIRECTED: "the pages redirect to others without the links",
    LossReason.PAGE_NOT_FOUND: "the pages are not found",
    LossReason.PAGE_GONE: "the pages were taken down for good",
    LossReason.SOFT_404: "the pages are error pages now",
    LossReason.DOMAIN_PARKED: "the domain is parked",
    LossReason.DNS_ERROR: "the host no longer exists in DNS",
    LossReason.SERVER_ERROR: "the server has failed for days",
    LossReason.CONNECTION_REFUSED: "the server has refused connections for days",
    LossReason.SITE_MOVED: "the whole site moved",
}
"""Why several links of one domain are lost at once; one entry for every LossReason (a test keeps them together)."""

MOVED_TO, MOVED_FROM = "moved_to", "moved_from"


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one kind on one referring domain, most valuable link first; or those of one site's move to another host."""

    domain: str  # of a move the host that the site left
    lines: tuple[ChangeLine, ...]
    moved_to: str = ""  # of a move the host where the site stands now
    left_behind: int = 0  # of a move the links of the old host that are lost tonight

    @property
    def followed(self) -> int:
        """Links known to be followed."""
        return sum(line.fact("followed") is True for line in self.lines)

    @property
    def worth(self) -> tuple[int, int, int, str]:
        """Sorts the most valuable domain first: followed links, links in content, links."""
        in_content = sum(line.fact("zone") == "content" for line in self.lines)
        return (-self.followed, -in_content, -len(self.lines), self.domain)

    @property
    def shared_reason(self) -> LossReason | None:
        """The reason of every loss of the group, where it is one and the same."""
        reasons = {line.reason for line in self.lines}
        return LossReason(reasons.pop()) if len(reasons) == 1 and reasons <= set(LossReason) else None


def told_in_one_line(kind: ChangeKind, group: Group) -> bool:
    """True where the headline says it all, and what the single links say is for the thread: the pages are not the story."""
    if len(group.lines) == 1:
        return False
    return bool(group.moved_to) or (kind is ChangeKind.LOST and group.shared_reason not in (None, LossReason.LINK_REMOVED))


def headline(kind: ChangeKind, group: Group) -> str:
    """What a referring domain did, as mrkdwn."""
    number, name = len(group.lines), f"*{escape(_name(group))}*"
    if group.moved_to:
        return f"{name} moved to *{escape(group.moved_to)}*: {_still_there(group)}"
    match kind:
        case ChangeKind.LOST:
            return _lost(name, group)
        case ChangeKind.RECOVERED:
            return f"{name} has {links(number)} again{_followed(group)}"
        case ChangeKind.CHANGED:
            return f"{name} changed {links(number)}"
    return f"{name} added {links(number)}{_followed(group) if number > 1 else ''}"


def move_of(line: ChangeLine) -> tuple[str, str] | None:
    """For a link whose whole site moved the page that it stood on and the page where it stands now; None for all others."""
    if line.kind == ChangeKind.CHANGED:
        if to := line.after.get(MOVED_TO):
            return line.source_url, str(to)
        if stood_on := line.after.get(MOVED_FROM):
            return str(stood_on), line.source_url
    return None


def moves(changes: Sequence[ChangeLine], lost: Sequence[ChangeLine]) -> list[Group]:
    """The changes that are moves, one group a pair of hosts; a link that is told from both ends counts once."""
    found: dict[tuple[str, str], dict[tuple[str, str], ChangeLine]] = {}
    for line in changes:
        if pages := move_of(line):
            hosts = (_host(pages[0]), _host(pages[1]))
            found.setdefault(hosts, {})[page_key(pages[0]), page_key(line.target_url)] = line
    behind = Counter(_host(line.source_url) for line in lost)
    return [Group(old, tuple(lines.values()), new, behind[old]) for (old, new), lines in found.items()]


def _host(url: str) -> str:
    """Host of an address as it stands, with its port; a message never fails on one that is none."""
    return url.partition("//")[2].partition("/")[0]


def _still_there(group: Group) -> str:
    number = len(group.lines)
    if group.left_behind:
        return f"{links(number)} still there, {group.left_behind:,} lost"
    return f"{links(number)}, {'still there' if number == 1 else 'all still there'}"


def _name(group: Group) -> str:
    """The host where all changes are on one, else the domain."""
    hosts = {_host(line.source_url) for line in group.lines}
    return group.domain if group.moved_to or len(hosts) > 1 else hosts.pop()


def _lost(name: str, group: Group) -> str:
    number, reason = len(group.lines), group.shared_reason
    lost = f"{links(number)} lost{_followed(group)}"
    if reason is LossReason.LINK_REMOVED:
        return f"{name} removed {links(number)}{_followed(group)}"
    if number == 1:
        return f"{name}: {lost}"
    if reason is None:
        counts = Counter(line.reason for line in group.lines)
        return f"{name}: {lost} ({', '.join(f'{count:,} {escape(_short(why))}' for why, count in counts.most_common())})"
    return f"{name}: {SHARED[reason]}{_met(group)}, {lost}{_last_seen(group)}"


def _short(reason: str) -> str:
    return reason.replace("_", " ")


def _met(group: Group) -> str:
    """What every last look met, where it was the same: " (HTTP 404)"."""
    met = {last_evidence(line) for line in group.lines}
    return f" ({met.pop()})" if len(met) == 1 and met != {""} else ""


def _last_seen(group: Group) -> str:
    days = sorted(filter(None, (day(line.fact("last_seen_at")) for line in group.lines)))
    if not days:
        return ""
    return f", last seen {days[0]}" + (f" to {days[-1]}" if days[-1] != days[0] else "")


def _followed(group: Group) -> str:
    """How many of the links are followed, where that is known."""
    if all(line.fact("followed") is None for line in group.lines):
        return ""
    if len(group.lines) > 1:
        return f", {group.followed} followed"
    return ", followed" if group.followed else ", nofollow"
