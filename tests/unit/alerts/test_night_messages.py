"""What people are told of a night: what comes first, what is cut, what is left out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkwatch.alerts import ChangeLine, Message, WeeklyNumbers, as_text, held_message, night_messages, weekly_message
from linkwatch.alerts.compose import THREAD_MESSAGES
from linkwatch.model import Audit, Finding, NightSummary, Role, Scope, Severity, Site
from linkwatch.settings import SlackSettings

NIGHT = "2026-11-03"
CASES = Path(__file__).parents[2] / "cases" / "slack"
OWN = Site("example.com", Role.OWN, Scope.DOMAIN)
RIVAL = Site("rival.com", Role.COMPETITOR, Scope.DOMAIN, channel="#rivals")
SLACK = SlackSettings(channel="#backlinks")
SEEN = {"last_seen_at": "2026-11-01T03:00:00Z", "missing_since": "2026-11-02T03:00:00Z", "looks": 2}


def change(
    kind: str, source: str, reason: str = "", site: str = "example.com", before: Mapping | None = None, **evidence: object
) -> ChangeLine:
    """A change of the link from `source` ("host/path") to the site's /pricing."""
    number = len(source) * 1000 + sum(source.encode())
    target, domain = f"https://{site}/pricing", source.partition("/")[0]
    return ChangeLine(kind, site, number, f"https://{source}", target, domain, reason, before or {}, {}, evidence)


def summary(site: str = "example.com", links_live: int = 120, domains: int = 45) -> NightSummary:
    """A published night; only what messages use is worth reading."""
    at = datetime(2026, 11, 3, 3, tzinfo=UTC)
    return NightSummary(NIGHT, site, Audit.PASSED, 240, 240, 12, links_live, domains, 0, 0, 0, 0, 0, at, at)


def compose(changes: list[ChangeLine], findings: list[Finding] | None = None, settings: SlackSettings = SLACK) -> list[Message]:
    """The messages of a night of both sites."""
    return night_messages(NIGHT, [RIVAL, OWN], [summary(), summary("rival.com")], changes, findings or [], settings)


def eventful_night() -> list[ChangeLine]:
    """Something of every kind, in an order that no message keeps."""
    lost = [
        change("lost", f"example.org/posts/{n}", "link_removed", followed=n > 8, zone="footer", http_status=200, **SEEN)
        for n in range(12)
    ]
    flip = {"followed": True, "rel": ""}
    changed = change("changed", "rev.iew/1", "followed,rel", before=flip, nofollow_by="rel", http_status=200)
    return [
        change("gained", "fresh.dev/review", followed=True, zone="content", anchor="a great tool", first_seen_at=NIGHT),
        changed,
        change("discovered", "seen.first/1"),
        *lost,
        change("lost", "third.io/a", "page_redirected", followed=False, http_status=200, final_url="https://third.io/", **SEEN),
        change("lost", "other.net/b", "page_not_found", followed=True, zone="content", http_status=404, **SEEN),
        change("recovered", "uni.edu/x", before={"lost_at": "2026-10-30T03:00:00Z", "lost_reason": "dns_error"}, http_status=200),
    ]


def test_an_eventful_night_reads_as_it_should():
    """Lost first, most followed domain first, then recovered, changed, gained, findings; discovered links are not told."""
    hidden = {"observed": "hidden by display:none", "threshold": "any", "anchor": "sheds", "samples": ["https://bad.example/x"]}
    finding = Finding("hidden_link", "1", Severity.HIGH, "example.com", (1,), hidden, ("bad.example",))
    messages = compose(eventful_night(), [finding])
    shown = "\n\n".join(as_text(message) for message in messages)
    assert shown + "\n" == (CASES / "eventful-night.txt").read_text(encoding="utf-8")


def test_a_message_comes_before_its_thread_and_own_sites_before_competitors():
    """Positions count through the night, so that delivery keeps the order."""
    messages = compose([*eventful_night(), change("lost", "a.org/1", "link_removed", site="rival.com")])
    assert [(message.site, message.kind, message.channel, message.position) for message in messages] == [
        ("example.com", "nightly", "#backlinks", 0),
        ("example.com", "thread", "#backlinks", 1),
        ("example.com", "recovered", "#backlinks", 2),
        ("rival.com", "nightly", "#rivals", 3),
        ("rival.com", "thread", "#rivals", 4),
    ]
    assert [message.parent_key for message in messages[:3]] == [
        "",
        "nightly:2026-11-03:example.com",
        "nightly:2026-10-30:example.com",
    ]
    assert len({message.dedupe_key for message in messages}) == len(messages)


@pytest.mark.parametrize(
    ("changes", "settings"),
    [
        ([], SLACK),
        ([change("discovered", "a.org/1")], SLACK),
        ([change("changed", "a.org/1", "context_left")], SLACK),
        ([change("gained", "a.org/1")], SlackSettings(channel="#backlinks", gains=False)),
    ],
    ids=["nothing", "discovered", "new context", "gains turned off"],
)
def test_a_night_with_nothing_to_tell_is_silent(changes: list[ChangeLine], settings: SlackSettings):
    """No message says that nothing happened."""
    assert compose(changes, settings=settings) == []


def test_the_first_night_of_a_site_is_told_as_one_count():
    """Links that we came to know are a number and no list."""
    known = summary(links_live=30, domains=30)
    (message,) = night_messages(NIGHT, [OWN], [known], [], [], SLACK, discovered={"example.com": 30})
    assert "First look: 30 links live from 30 referring domains" in as_text(message)
    assert night_messages(NIGHT, [OWN], [known], [], [], SLACK, discovered={"example.com": 29}) == []


def test_the_most_valuable_domains_are_shown_and_the_rest_is_counted():
    """With room for four lines, the four domains with followed links in content stay, and the others are a number."""
    dull = [change("lost", f"dull{n}.org/{page}", "link_removed", followed=False) for n in range(6) for page in range(2)]
    bright = [change("lost", f"bright{n}.org/1", "link_removed", followed=True, zone="content") for n in range(3)]
    footer = [change("lost", "footer.org/1", "link_removed", followed=True, zone="footer")]
    main, *_ = compose([*dull, *footer, *bright], settings=SlackSettings(channel="#b", max_lines=4))
    shown = [line.split()[2] for line in as_text(main).splitlines() if "removed" in line]
    assert shown == ["bright0.org", "bright1.org", "bright2.org", "footer.org"]
    assert "Lost: 16 links from 10 referring domains" in as_text(main)
    assert "… and 12 more links from 6 referring domains; see the thread" in as_text(main)


def test_the_thread_tells_every_link_and_counts_what_its_limit_cuts():
    """Each link is in the thread once; far too many end in a count that adds up."""
    changes = [change("lost", f"d{n % 50}.org/{'p' * 200}/{n}", "link_removed", followed=True, **SEEN) for n in range(2000)]
    _, *thread = compose(changes)
    told = sum(as_text(reply).count("link_id") for reply in thread)
    assert len(thread) == THREAD_MESSAGES
    assert f"… and {2000 - told:,} more links: table “change”, night 2026-11-03, site example.com" in as_text(thread[-1])


def test_the_notification_text_holds_no_text_from_pages():
    """What phones show is made of our own words and numbers."""
    main, *_ = compose([change("lost", "a.org/1", "link_removed", anchor="<!channel> buy")])
    assert main.text == "example.com: night of 2026-11-03: 1 link lost (1 referring domain)"


def test_a_held_night_goes_to_operations_with_what_to_do():
    """One message names the failed expectations and the two ways out."""
    settings = SlackSettings(channel="#backlinks", ops_channel="#ops")
    message = held_message(NIGHT, [("live links stay in their band", "12", "at least 84")], settings)
    assert (message.kind, message.channel) == ("held", "#ops")
    shown = as_text(message)
    assert "Night of 2026-11-03 is held: 1 check failed" in shown
    assert "• live links stay in their band: got “12”, expected “at least 84”" in shown
    assert "linkwatch release 2026-11-03" in shown
    assert "linkwatch drop 2026-11-03" in shown


def test_a_night_that_is_held_anew_is_told_anew():
    """After a drop the night may be held again; the same hold, told twice, is one message."""
    keys = [held_message(NIGHT, [("live links", got, "84")], SLACK).dedupe_key for got in ("12", "12", "13")]
    assert keys[0] == keys[1] != keys[2]


def test_the_week_is_a_line_a_site():
    """Own sites first; every number has its unit, and zeros are left out."""
    rows = [
        WeeklyNumbers("rival.com", Role.COMPETITOR, 1200, 300, 0, 0, 0),
        WeeklyNumbers("example.com", Role.OWN, 120, 45, 5, 1, 0, findings=2, held_nights=1),
    ]
    shown = as_text(weekly_message("2026-11-08", rows, "reports/2026-11-08.html", SLACK), width=200)
    assert shown.splitlines()[3:] == [
        "│ example.com: 120 links live from 45 referring domains; 5 links gained, 1 link lost; 2 findings; 1 night held",
        "│ rival.com (competitor): 1,200 links live from 300 referring domains; no link gained or lost",
        "│",
        "│ Report: “reports/2026-11-08.html”",
    ]
