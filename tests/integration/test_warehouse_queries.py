"""Questions to the warehouse answer in the order that people read them, on SQLite and PostgreSQL."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from integration.warehouse_rows import OWN, at, change, finding, link, load, page, summary
from linkwatch.model import Audit
from linkwatch.warehouse import (
    Outbox,
    changes_of,
    known_links,
    link_story,
    load_night,
    loss_stories,
    new_findings,
    nights,
    record_held,
)

N1, N2, N3 = "2026-11-20", "2026-11-21", "2026-11-22"
RIVAL = "rival.example"


def test_nights_are_the_newest_first_with_all_sites(engine: sa.Engine):
    """The limit counts nights and not rows; held nights are among them, as they were given."""
    for night in (N1, N2):
        load_night(engine, load(night, summaries=[summary(night, RIVAL), summary(night, lost=3, links_live=40)]))
    held = summary(N3, audit=Audit.HELD)
    record_held(engine, [held])

    assert nights(engine, 2) == [held, summary(N2, lost=3, links_live=40), summary(N2, RIVAL)]
    assert [entry.night for entry in nights(engine)] == [N3, N2, N2, N1, N1]


def test_changes_come_in_the_order_in_which_people_are_told(engine: sa.Engine):
    """By site, then lost, recovered, changed, gained, discovered; of the nights that were asked for alone."""
    kinds = ("discovered", "gained", "changed", "recovered", "lost")
    rival = link(9, site=RIVAL, target_url=f"https://{RIVAL}/")
    changes = [change(kind, link(number)) for number, kind in enumerate(kinds)] + [change("lost", rival)]
    load_night(engine, load(N2, changes=changes))
    load_night(engine, load(N3, changes=[change("lost", link(7), before='{"rel": ""}', reason="page_gone")]))
    told = changes_of(engine, N2)
    later = changes_of(engine, N3)[0]

    assert [entry["kind"] for entry in told] == ["lost", "recovered", "changed", "gained", "discovered", "lost"]
    assert [entry["site"] for entry in told] == [OWN] * 5 + [RIVAL]
    assert (later["before"], later["reason"], later["link_id"]) == ({"rel": ""}, "page_gone", link(7)["link_id"])
    assert len(changes_of(engine, N1, until=N3)) == 7
    assert changes_of(engine, N1) == []


def test_new_findings_are_the_same_before_and_after_a_load(engine: sa.Engine):
    """What an earlier night found is not new; what this night found is, however often it is asked."""
    load_night(engine, load(N1, findings=[finding("a")]))
    found = [finding("a"), finding("b")]
    before = new_findings(engine, N2, found)
    load_night(engine, load(N2, findings=found))

    assert before == new_findings(engine, N2, found) == [finding("b")]
    assert new_findings(engine, N3, found) == []


@dataclass(frozen=True)
class _Message:
    dedupe_key: str
    night: str
    kind: str = "nightly"
    site: str = OWN
    channel: str = "#backlinks"
    parent_key: str = ""
    position: int = 0
    payload: dict[str, Any] = field(default_factory=dict)


def test_a_links_story_has_the_messages_that_told_of_it(engine: sa.Engine):
    """Those of its site in the nights that changed it; of a thread the part that names it; none of a night without news."""
    row = link(7)
    load_night(engine, load(N1, links=[row], changes=[change("discovered", row)]))
    load_night(engine, load(N2, links=[row], changes=[change("lost", row)]))
    parts = {f"part {name}": {"blocks": [f"link_id {name}"]} for name in (row["link_id"], f"{row['link_id']}0")}
    threads = [_Message(key, N2, "thread", position=1, payload=payload) for key, payload in parts.items()]
    others = [_Message("rival", N2, site=RIVAL), _Message("first", N1), _Message("later", N3)]
    Outbox(engine).add([*threads, *others, _Message("nightly", N2)], at(N2))
    story = link_story(engine, row["link_id"])

    assert story is not None
    assert [entry["dedupe_key"] for entry in story.alerts] == ["nightly", f"part {row['link_id']}"]


def test_the_links_of_a_domain_are_found_by_it(engine: sa.Engine):
    """What stands near a link that nobody knows: id, both addresses and state, in order, no more than asked for."""
    rows = [link(2, state="lost"), link(1), link(3, source_domain="other.example")]
    load_night(engine, load(N1, links=rows))

    found = [(entry["link_id"], entry["state"]) for entry in known_links(engine, "blog.example")]
    assert found == [(link(1)["link_id"], "live"), (link(2)["link_id"], "lost")]
    assert len(known_links(engine, "blog.example", limit=1)) == 1


def test_a_loss_knows_how_much_of_it_is_back(engine: sa.Engine):
    """By night, site and domain; a recovery of tonight does not count yet, and one before the loss never."""
    rows = [link(number) for number in range(4)]
    other = link(9, source_domain="other.example")
    load_night(engine, load(N1, changes=[change("recovered", rows[0])]))
    load_night(engine, load(N2, changes=[change("lost", row) for row in (*rows, other)]))
    load_night(engine, load(N3, changes=[change("recovered", row) for row in rows[:2]]))

    def told(before: str) -> list[tuple[str, int, int]]:
        return [(entry["domain"], entry["lost"], entry["back"]) for entry in loss_stories(engine, [N2], before)]

    assert told(N3) == [("blog.example", 4, 0), ("other.example", 1, 0)]
    assert told("2026-11-23") == [("blog.example", 4, 2), ("other.example", 1, 0)]


def test_the_story_of_a_link_has_all_its_parts(engine: sa.Engine):
    """One link with its page, its changes from the first on, and its findings."""
    row = link(last_seen_at=at(N1))
    found = finding(link_ids=(row["link_id"],))
    load_night(engine, load(N2, links=[row], pages=[page(last_readable_at=at(N2))], changes=[change("changed", row)]))
    load_night(engine, load(N1, changes=[change("gained", row)], findings=[found]))
    story = link_story(engine, row["link_id"])

    assert story is not None
    assert story.page is not None
    assert (story.link["link_id"], story.link["last_seen_at"]) == (row["link_id"], at(N2))
    assert story.page["source_url"] == row["source_url"]
    assert [entry["kind"] for entry in story.changes] == ["gained", "changed"]
    assert [entry["key"] for entry in story.findings] == [found.key]


def test_a_link_that_was_never_heard_of_has_no_story(engine: sa.Engine):
    """Not known is None and no error."""
    assert link_story(engine, link()["link_id"]) is None
