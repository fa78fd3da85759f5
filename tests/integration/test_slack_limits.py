"""Large and hostile nights against a Slack that keeps its limits."""

import pytest

from linkwatch.alerts import ChangeLine, Message, WeeklyNumbers, deliver, held_message, night_messages, weekly_message
from linkwatch.alerts.slack import SlackPoster
from linkwatch.model import Finding, Role, Scope, Severity, Site
from linkwatch.settings import SlackSettings
from servers.slack import TOKEN, SlackServer, SqliteOutbox, pings

NIGHT = "2026-11-03"
HOSTILE = "<!channel> <@U123> @here *b* `c` _i_ <https://evil.example|your bank>\n\u202e&" * 30
SITE = Site("example.com", Role.OWN, Scope.DOMAIN)


EDITS = "anchor,followed,hidden_by,page_canonical,rel,target_broken,zone"


def change(number: int, kind: str, text: str) -> ChangeLine:
    """A change whose every field that a page can fill is filled with `text`."""
    domain = f"d{number % 40}.org"
    source, target = f"https://{domain}/{number}/{text[:2000]}", f"https://example.com/{text}"
    facts = {name: text for name in ("anchor", "rel", "hidden_by", "target_broken")}
    before = {**facts, "zone": "content", "followed": number % 2 == 0}
    after = {**before, "page_canonical": f"https://c.org/{text}"}
    looked = {"final_url": f"https://f.org/{text}", "redirects": [[301, f"https://r.org/{text}"]] * 10, "detail": text}
    evidence = {**looked, "last_seen_at": NIGHT, "missing_since": NIGHT, "looks": 2, "http_status": 200}
    reason = {"lost": "page_redirected", "changed": EDITS}.get(kind, "")
    return ChangeLine(kind, "example.com", number, source, target, domain, reason, before, after, evidence)


def posted(messages: list[Message]) -> list[dict]:
    """What Slack has after a delivery of which nothing failed."""
    outbox = SqliteOutbox()
    outbox.add(messages)
    with SlackServer() as slack:
        counts = deliver(outbox, SlackPoster(TOKEN, slack.url, sleep=slack.sleep), echo=print)
        assert (counts.failed, counts.pending, counts.problems) == (0, 0, [])
        return slack.messages


@pytest.mark.parametrize("text", ["x", "a" * 400, "&" * 5000, HOSTILE, "", "é\ud800\x00" * 90], ids=range(6))
def test_a_night_of_five_hundred_changes_keeps_every_limit_and_pings_nobody(text: str):
    """Slack takes every message, however long or hostile what the pages say is, and each link is told."""
    kinds = ("lost", "recovered", "changed", "gained")
    changes = [change(number, kinds[number % 4], text) for number in range(500)]
    evidence = {"sample": f"https://e.org/{text}", "words": text, "urls": [text]}
    findings = [Finding("hidden_link", str(number), Severity.HIGH, "example.com", (number,), evidence) for number in range(60)]
    kept = posted(night_messages(NIGHT, [SITE], [], changes, findings, SlackSettings(channel="#backlinks")))
    assert [ping for message in kept for ping in pings(message)] == []
    replies = [message for message in kept[1:] if "thread_ts" in message]
    shown = "".join(block["text"]["text"] for message in replies for block in message["blocks"])
    assert shown.count("link_id ") == 500 or "more links: table `change`" in shown


@pytest.mark.parametrize("max_lines", [1, 20, 500])
def test_any_number_of_lines_in_the_settings_fits_a_message(max_lines: int):
    """The setting asks for lines; Slack's limit has the last word."""
    changes = [change(number, "lost", "a" * 100) for number in range(500)]
    settings = SlackSettings(channel="#backlinks", max_lines=max_lines)
    main, *_ = posted(night_messages(NIGHT, [SITE], [], changes, [], settings))
    assert "more links from" in main["blocks"][-1]["text"]["text"]


def test_held_and_weekly_messages_keep_every_limit():
    """Fifty failed checks with hostile values, and a hundred sites, are one message each."""
    settings = SlackSettings(channel="#backlinks", ops_channel="#ops")
    held = held_message(NIGHT, [(f"check {n}", HOSTILE, HOSTILE) for n in range(50)], settings)
    rows = [WeeklyNumbers(f"site{n}.example", Role.COMPETITOR, n, n, n, n, n, n, n, n) for n in range(100)]
    kept = posted([held, weekly_message("2026-11-08", rows, "reports/week.html", settings)])
    assert [message["channel"] for message in kept] == ["C0OPERATIONS", "C0BACKLINKS"]
    assert [ping for message in kept for ping in pings(message)] == []
