"""A night as messages: one a site, lost first and most valuable first, with all details in its thread; and one for each severe
case of suspicion. Pure.

What is not told: links that we merely came to know (`discovered`), except as one count on a site's first night; changes of the
text around a link; and a site of which there is nothing to tell. An alert that says nothing teaches people to stop reading.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from linkwatch.alerts.groups import TITLES, Room, link_line, referring_domains, size, told_groups, write_groups
from linkwatch.alerts.markup import context, escape, header
from linkwatch.alerts.message import Block, ChangeLine, LossStory, Message
from linkwatch.alerts.stories import Group
from linkwatch.alerts.suspects import Suspect, severe_messages, suspects_of, write_suspects
from linkwatch.alerts.words import details, domains, links, lost_day, pages
from linkwatch.alerts.words import findings as count_findings
from linkwatch.model import ChangeKind, Finding, NightSummary, Role, Site
from linkwatch.settings import SlackSettings

THREAD_MESSAGES = 25
"""Replies with details at most; at Slack's one message a second they take half a minute. The rest is counted."""

SUSPECTS_SHARE = 4
"""A message keeps one line in so many for findings, where there are any."""

_Entry = TypeVar("_Entry", ChangeLine, Finding)


def night_messages(
    night: str,
    sites: Sequence[Site],
    summaries: Sequence[NightSummary],
    changes: Sequence[ChangeLine],
    findings: Sequence[Finding],
    settings: SlackSettings,
    *,
    discovered: Mapping[str, int] | None = None,
    stories: Iterable[LossStory] = (),
) -> list[Message]:
    """All messages of a published night in their order of delivery: own sites first, each message before its thread.

    `findings` are those to tell tonight (new ones); `changes` may be in any order and of any kind. `discovered` counts the links
    that we merely came to know, by site; `stories` are the losses whose links tonight recovers some of.
    """
    told_losses = {(story.site, story.night, story.domain): story for story in stories}
    summary_of = {summary.site: summary for summary in summaries}
    changes_of, findings_of = _by_site(changes), _by_site(findings)
    messages: list[Message] = []
    for site in sorted(sites, key=lambda entry: entry.role is not Role.OWN):
        summary = summary_of.get(site.site)
        told = told_groups(changes_of.get(site.site, ()), settings)
        found = suspects_of(findings_of.get(site.site, ()))
        first_look = _first_look(summary, (discovered or {}).get(site.site, 0))
        if told or found or first_look:
            channel = site.channel or settings.channel
            main = _main_message(night, site, summary, told, found, first_look, channel, settings.max_lines)
            messages += [main, *_thread(main, told), *_closings(main, told.get(ChangeKind.RECOVERED, ()), told_losses)]
            messages += severe_messages(night, site.site, channel, found) if site.role is Role.OWN else []
    return [replace(message, position=position) for position, message in enumerate(messages)]


def nightly_key(night: str, site: str) -> str:
    """Identity of a site's message of a night."""
    return f"nightly:{night}:{site}"


def _by_site(entries: Iterable[_Entry]) -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = {}
    for entry in entries:
        found.setdefault(entry.site, []).append(entry)
    return found


def _first_look(summary: NightSummary | None, discovered: int) -> str:
    """What to say of a site whose every live link is new to us: its first night. Otherwise ""."""
    if summary is None or not discovered or discovered < summary.links_live:
        return ""
    live = f"{links(summary.links_live)} live from {domains(summary.referring_domains_live)}"
    return f"First look: {live}; changes are told from now on."


def _main_message(
    night: str,
    site: Site,
    summary: NightSummary | None,
    told: Mapping[ChangeKind, Sequence[Group]],
    found: Sequence[Suspect],
    first_look: str,
    channel: str,
    max_lines: int,
) -> Message:
    counts = [f"{links(size(groups))} {kind} ({domains(referring_domains(groups))})" for kind, groups in told.items()]
    findings = count_findings(sum(len(case.findings) for case in found))
    counts += [findings] if found else []
    kept = min(len(found), max_lines // SUSPECTS_SHARE)  # so that an eventful night does not push them out
    room = Room(max_lines - kept)
    for kind, groups in told.items():
        room.start(f"*{TITLES[kind]}: {links(size(groups))} from {domains(referring_domains(groups))}*")
        write_groups(room, kind, groups, site.site)
    if found:
        room.start(f"*Worth a look: {findings}*")
        room.lines += kept
        write_suspects(room, found)
    role = "" if site.role is Role.OWN else f" ({site.role})"
    title = f"{site.site}{role}: night of {night}"
    small = [first_look] if first_look else []
    if summary is not None and not first_look:
        small.append(f"Now {links(summary.links_live)} live from {domains(summary.referring_domains_live)}.")
    if summary is not None and summary.pages_fetched:
        small.append(f"{pages(summary.pages_fetched)} looked at tonight, {summary.pages_inconclusive:,} could not tell.")
    blocks: list[Block] = [header(title), *room.blocks]
    if small:
        blocks.append(context(" ".join(small)))
    text = escape(f"{title}: {', '.join(counts) or first_look}")
    return Message(nightly_key(night, site.site), night, site.site, "nightly", channel, text, tuple(blocks))


def _thread(main: Message, told: Mapping[ChangeKind, Sequence[Group]]) -> list[Message]:
    """Every change with all that is known of it, in as many replies as the limits ask for."""
    entries = (
        (TITLES[kind], f"• {link_line(line, main.site)}\n      {details(line)}")
        for kind, groups in told.items()
        for group in groups
        for line in group.lines
    )
    rooms: list[Room] = []
    titled = ""
    for number, (title, entry) in enumerate(entries):
        opening = "" if title == titled else f"*{title}*\n"
        if not rooms or len(opening + entry) >= rooms[-1].chars:
            if len(rooms) == THREAD_MESSAGES:
                left = links(sum(map(size, told.values())) - number, "more ")
                rooms[-1].note(f"… and {left}: table `change`, night {main.night}, site {escape(main.site)}")
                break
            rooms.append(Room(lines=0))
            opening = f"*{title}*\n"
        if opening:
            rooms[-1].start(opening + entry)
        else:
            rooms[-1].take(entry, counts=False)
        titled = title
    text = f"{main.site}: details of the night of {main.night}, part"
    return [
        _reply(main, main.dedupe_key, "thread", f"{main.dedupe_key}:thread:{part}", f"{text} {part} of {len(rooms)}", room)
        for part, room in enumerate(rooms, 1)
    ]


def _closings(main: Message, groups: Sequence[Group], told: Mapping[tuple[str, str, str], LossStory]) -> list[Message]:
    """A recovered link closes its loss: one reply in the thread of each night that told one, with how much of it is back."""
    by_night: dict[str, dict[str, list[ChangeLine]]] = {}
    for group in groups:
        for line in group.lines:
            by_night.setdefault(lost_day(line), {}).setdefault(group.domain, []).append(line)
    by_night.pop("", None)
    closings = []
    for lost_night, by_domain in sorted(by_night.items()):
        number = sum(map(len, by_domain.values()))
        room = Room(number)
        room.start(f"*Recovered in the night of {main.night}: {links(number)} lost in the night of {lost_night}*")
        unseen = number
        for domain, lines in by_domain.items():
            back = _back(domain, len(lines), told.get((main.site, lost_night, domain)))
            if not back or room.take(f"• {back}", counts=False):
                unseen -= sum(room.take(f"{'      ' if back else ''}• {link_line(line, main.site)}") for line in lines)
        if unseen:
            room.note(f"… and {links(unseen, 'more ')}")
        key = f"recovered:{main.night}:{main.site}:{lost_night}"
        text = f"{main.site}: {links(number)} lost in the night of {lost_night} recovered"
        closings.append(_reply(main, nightly_key(lost_night, main.site), "recovered", key, text, room))
    return closings


def _back(domain: str, tonight: int, story: LossStory | None) -> str:
    """How much of a domain's loss is back by now: "example.org: 5 of 14 are back"; "" of a single link, which says so itself."""
    if story is None or story.lost == 1:
        return ""
    name, back = f"*{escape(domain)}*", min(tonight + story.back, story.lost)
    if back == story.lost:
        return f"{name}: all {story.lost:,} are back"
    return f"{name}: {back:,} of {story.lost:,} {'is' if back == 1 else 'are'} back"


def _reply(main: Message, parent_key: str, kind: str, dedupe_key: str, text: str, room: Room) -> Message:
    """A reply of tonight's message `main`, in the thread of `parent_key`."""
    blocks = tuple(room.blocks)
    return Message(dedupe_key, main.night, main.site, kind, main.channel, escape(text), blocks, parent_key=parent_key)
