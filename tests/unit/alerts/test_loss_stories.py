"""What one line tells of a referring domain: a loss with one reason, a move, how much of a loss is back, and what waits."""

import pytest

from linkwatch.alerts import ChangeLine, LossStory, Message, as_text, night_messages, plain_text, waiting_losses, waiting_message
from linkwatch.alerts.groups import told_groups
from linkwatch.alerts.stories import SHARED, headline, told_in_one_line
from linkwatch.alerts.words import details
from linkwatch.model import ChangeKind, LossReason, Role, Scope, Site
from linkwatch.settings import SlackSettings

NIGHT, TARGET = "2026-11-22", "https://example.com/"
SITE = Site("example.com", Role.OWN, Scope.DOMAIN)
SLACK = SlackSettings(channel="#backlinks", ops_channel="#ops", max_lines=30)


def line(kind: str, source: str, reason: str = "", after: dict | None = None, before: dict | None = None, **facts) -> ChangeLine:
    """A change of the link on a page ("host/path"); its registrable domain is the last two labels of the host."""
    domain = ".".join(source.partition("/")[0].split(".")[-2:])
    known = {"followed": True, **facts}
    number = sum(source.encode())
    return ChangeLine(kind, "example.com", number, f"https://{source}", TARGET, domain, reason, before or {}, after or {}, known)


def losses(*sources: str, reason: str, **evidence: object) -> list[ChangeLine]:
    """Losses for one reason."""
    return [line("lost", source, reason, **evidence) for source in sources]


def headlines(changes: list[ChangeLine], kind: ChangeKind = ChangeKind.LOST) -> list[str]:
    """What a message says of each group, as it reads."""
    return [plain_text(headline(kind, group)) for group in told_groups(changes, SLACK).get(kind, ())]


def test_every_reason_tells_a_story():
    """A new reason fails here until somebody says what it is for many links at once."""
    assert set(SHARED) == set(LossReason)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            losses("old.example/1", "old.example/2", "old.example/3", reason="domain_parked", last_seen_at="2026-11-01T03"),
            "old.example: the domain is parked, 3 links lost, 3 followed, last seen 2026-11-01",
        ),
        (
            losses("a.b.example/1", "a.b.example/2", reason="dns_error", outcome="dns_error", followed=False),
            "a.b.example: the host no longer exists in DNS (no such host), 2 links lost, 0 followed",
        ),
        (
            losses("a.b.example/1", "c.b.example/2", reason="page_not_found", http_status=404, followed=None),
            "b.example: the pages are not found (HTTP 404), 2 links lost",
        ),
        (losses("b.example/1", "b.example/2", reason="link_removed"), "b.example removed 2 links, 2 followed"),
        (losses("b.example/1", reason="page_gone"), "b.example: 1 link lost, followed"),
        (
            [*losses("b.example/1", "b.example/2", reason="page_gone"), *losses("b.example/3", reason="link_removed")],
            "b.example: 3 links lost, 3 followed (2 page gone, 1 link removed)",
        ),
        (
            [
                *losses("b.example/1", reason="soft_404", last_seen_at="2026-11-02"),
                *losses("b.example/2", reason="soft_404", last_seen_at="2026-10-30"),
            ],
            "b.example: the pages are error pages now, 2 links lost, 2 followed, last seen 2026-10-30 to 2026-11-02",
        ),
    ],
)
def test_the_losses_of_a_domain_are_one_line_with_their_reason(changes: list[ChangeLine], expected: str):
    """The host where there is one, why, how many, how many followed, and when they were seen last."""
    assert headlines(changes) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (losses("b.example/1", "b.example/2", reason="domain_parked"), True),
        (losses("b.example/1", "b.example/2", reason="link_removed"), False),
        (losses("b.example/1", reason="domain_parked"), False),
        ([*losses("b.example/1", reason="page_gone"), *losses("b.example/2", reason="link_removed")], False),
    ],
    ids=["the host is the story", "the pages are", "a single link", "two reasons"],
)
def test_links_are_listed_only_where_they_say_more(changes: list[ChangeLine], expected: bool):
    """Fourteen lines of one parked domain say what the first one said; the thread has them all the same."""
    [group] = told_groups(changes, SLACK)[ChangeKind.LOST]
    main, thread = night_messages(NIGHT, [SITE], [], changes, [], SLACK)
    assert told_in_one_line(ChangeKind.LOST, group) is expected
    assert ("b.example/1 →" in as_text(main)) is not expected
    assert as_text(thread).count("link_id") == len(changes)


def moved(old: str, new: str, *pages: str, told_from: str = "moved_from") -> list[ChangeLine]:
    """Links whose site moved, as the old or the new end tells it."""
    if told_from == "moved_from":
        return [line("changed", f"{new}/{page}", "moved_from", {"moved_from": f"https://{old}/{page}"}) for page in pages]
    return [line("changed", f"{old}/{page}", "moved_to", {"moved_to": f"https://{new}/{page}"}) for page in pages]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (moved("old.example", "new.example", "a", "b"), "old.example moved to new.example: 2 links, all still there"),
        (
            moved("old.example", "new.example", "a", "b", told_from="moved_to"),
            "old.example moved to new.example: 2 links, all still there",
        ),
        (
            [*moved("o.example", "n.example", "a", "b"), *moved("o.example", "n.example", "a", "c", told_from="moved_to")],
            "o.example moved to n.example: 3 links, all still there",
        ),
        (moved("old.example", "new.example", "a"), "old.example moved to new.example: 1 link, still there"),
        (
            [*moved("old.example", "new.example", "a", "b"), *losses("old.example/c", reason="page_gone")],
            "old.example moved to new.example: 2 links still there, 1 lost",
        ),
    ],
    ids=["new end", "old end", "both ends", "one link", "some were left behind"],
)
def test_a_move_is_one_line(changes: list[ChangeLine], expected: str):
    """From where to where, and whether the links came along; a link that both ends tell counts once."""
    assert headlines(changes, ChangeKind.CHANGED) == [expected]


def test_a_move_and_an_edit_on_one_domain_are_two_stories():
    """An edit of a link is not hidden in the move of others, and the thread says of each link where it stood."""
    edit = line("changed", "new.example/z", "anchor", {"anchor": "b"}, {"anchor": "a"})
    changes = [*moved("old.example", "new.example", "a", "b"), edit]
    assert headlines(changes, ChangeKind.CHANGED) == [
        "old.example moved to new.example: 2 links, all still there",
        "new.example changed 1 link",
    ]
    main, thread = night_messages(NIGHT, [SITE], [], changes, [], SLACK)
    assert "Changed: 3 links from 1 referring domain" in as_text(main)
    assert "new.example/a → example.com: stood at old.example/a, its whole site moved" in as_text(thread, width=200)


def recovered(*sources: str) -> list[ChangeLine]:
    """Links that were lost on 2026-10-30 and are back."""
    return [
        line("recovered", source, before={"lost_at": "2026-10-30T03:00:00Z", "lost_reason": "dns_error"}) for source in sources
    ]


def closing(changes: list[ChangeLine], *stories: LossStory) -> Message:
    """The reply in the thread of the night of 2026-10-30."""
    messages = night_messages(NIGHT, [SITE], [], changes, [], SLACK, stories=stories)
    [reply] = [message for message in messages if message.kind == "recovered"]
    assert reply.parent_key == "nightly:2026-10-30:example.com"
    return reply


@pytest.mark.parametrize(
    ("lost", "back", "expected"),
    [
        (14, 0, "old.example: 2 of 14 are back"),
        (14, 3, "old.example: 5 of 14 are back"),
        (5, 3, "old.example: all 5 are back"),
        (2, 0, "old.example: all 2 are back"),
    ],
)
def test_a_loss_of_many_links_is_closed_bit_by_bit(lost: int, back: int, expected: str):
    """The thread of the loss hears how much of the domain's links is back by now, and which ones came tonight."""
    shown = as_text(
        closing(recovered("old.example/1", "old.example/2"), LossStory("example.com", "2026-10-30", "old.example", lost, back))
    )
    assert f"• {expected}\n" in shown
    assert "2 links lost in the night of 2026-10-30" in shown
    assert "old.example/1 →" in shown
    assert "old.example/2 →" in shown


def test_each_domain_of_a_night_is_closed_by_itself():
    """A night lost links of two domains: one is back as a whole, of the other one link of three."""
    stories = [LossStory("example.com", "2026-10-30", domain, lost, 0) for domain, lost in (("a.example", 1), ("b.example", 3))]
    rows = as_text(closing(recovered("a.example/1", "b.example/1"), *stories), width=200).splitlines()
    assert [row.strip().partition(": is back")[0] for row in rows[1:]] == [
        "• a.example/1 → example.com",
        "• b.example: 1 of 3 is back",
        "• b.example/1 → example.com",
    ]


def test_the_thread_of_a_loss_holds_what_can_be_shown_to_a_publisher():
    """The text around the link as it was, how the page's looks ended, and where both pages are kept."""
    told = line(
        "lost",
        "a.example/1",
        "page_gone",
        http_status=410,
        detail="the server answered 410: the page is gone for good",
        context_before="we like [tools] a lot",
        history=[["readable", "2026-11-01", "2026-11-19", 18], ["page_gone", "2026-11-20", "2026-11-22", 2]],
        kept_before="2026-11-01/kept-0001.warc.gz#7",
        kept_now="2026-11-22/kept-0001.warc.gz#9",
    )
    assert plain_text(details(told)) == (
        "followed · was “we like [tools] a lot” · looks: 18 × readable to 11-19, then 2 × page gone to 11-22 · kept: "
        f"“2026-11-01/kept-0001.warc.gz#7”, then “2026-11-22/kept-0001.warc.gz#9” · link_id {told.link_id}"
    )


BRAKE = {"brake": True, "excess_share": 0.64, "usual_share": 0.08, "vanishing": 0, "braked_hosts": 0, "braked_networks": 0}


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        ({"brake": False, "vanish_brake": False}, []),
        (BRAKE, ["losses wait: 64% of the pages that should answer could not tell (8% is usual)"]),
        (
            {"brake": True, "newly_failing_share": 0.5},
            ["losses wait: 50% of the pages that should answer could not tell"],
        ),
        (
            {"vanish_brake": True, "vanishing": 1200},
            ["losses of 1,200 pages that seem to have vanished wait: so many never die in one night"],
        ),
        (
            {"braked_hosts": 1, "braked_networks": 2},
            [
                "losses of 2 networks wait: too many pages there could not tell",
                "losses of 1 host wait: too many pages there could not tell",
            ],
        ),
    ],
    ids=["no brake", "outage", "facts of an older night", "many vanish", "hosts and networks"],
)
def test_what_waits_is_said_with_its_reason(folded: dict, expected: list[str]):
    """Each brake of the fold has its sentence."""
    assert waiting_losses(folded) == expected


def test_operations_are_told_of_waiting_losses_once():
    """One line in the operations channel, under a key of the night."""
    told = waiting_message(NIGHT, BRAKE, SLACK)
    assert told is not None
    assert (told.dedupe_key, told.channel, told.kind) == ("waiting:2026-11-22", "#ops", "waiting")
    assert "Night of 2026-11-22: losses wait: 64% of the pages that should answer could not tell" in as_text(told)


@pytest.mark.parametrize("folded", [{}, {"brake": False}, {"braked_hosts": 3}], ids=["older night", "calm", "single hosts"])
def test_a_night_that_is_nobodys_business_is_not_told(folded: dict):
    """Somebody's server is always down; an operations channel that says so every night is not read."""
    assert waiting_message(NIGHT, folded, SLACK) is None
