"""Loading nights: once only, in proportion to the changes, all or nothing; on SQLite and PostgreSQL."""

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import OWN, at, change, dump, finding, link, load, page, summary
from linkwatch.model import Audit, Severity
from linkwatch.warehouse import NightLoad, link_story, load_night, loaded_nights, record_held, set_audit, tables

N1, N2, N3 = "2026-11-20", "2026-11-21", "2026-11-22"


def _night(night: str = N1) -> NightLoad:
    links = [link(1, first_seen_at=at(night), last_seen_at=at(night)), link(2, state="lost", lost_at=at(night))]
    return load(
        night,
        links=links,
        pages=[page(1, last_readable_at=at(night)), page(2)],
        changes=[change("gained", links[0], after='{"rel": "ugc"}'), change("lost", links[1], reason="link_removed")],
        evidence={links[0]["link_id"]: '{"http_status": 200}'},
        findings=[finding("a"), finding("b", severity=Severity.HIGH)],
    )


def _column(engine: sa.Engine, column: sa.Column) -> list:
    with engine.begin() as connection:
        return list(connection.scalars(sa.select(column).order_by(*column.table.columns.values()[:1])))


def test_a_night_loaded_twice_leaves_the_same_tables(engine: sa.Engine):
    """The second load of a night writes no row."""
    first = load_night(engine, _night())
    before = dump(engine)
    second = load_night(engine, _night())

    rows = {"sites": 2, "nights": 1, "pages": 2, "links": 2, "changes": 2, "findings": 4, "rulings": 0, "kinds": 0, "claims": 0}
    assert dataclasses.asdict(first) == rows
    assert second.rows_written == 0
    assert before == dump(engine)


def test_a_night_writes_in_proportion_to_its_changes(engine: sa.Engine):
    """Of 5,000 links the ten that changed are written, and the others keep the night of their last change."""
    load_night(engine, load(N1, links=[link(number) for number in range(5000)]))
    counts = load_night(engine, load(N2, links=[link(number, state="missing") for number in range(10)]))

    assert counts.links == 10
    assert _column(engine, tables.link_row.c.updated_night).count(N2) == 10
    assert len(_column(engine, tables.link_row.c.link_id)) == 5000


@pytest.mark.parametrize(
    ("state", "seen", "readable", "expected"),
    [
        ("live", N1, N3, N3),  # seen again since, and not written again
        ("live", N2, N1, N2),  # seen on a page that was cut off: no readable look
        ("live", N1, None, N1),
        ("missing", N1, N3, N1),  # looked at and not there
        ("lost", N1, N3, N1),
        ("unverified", None, N3, None),
    ],
)
def test_last_seen_at_of_the_view_is_true(
    engine: sa.Engine, state: str, seen: str | None, readable: str | None, expected: str | None
):
    """A live link was last seen at the last readable look at its page, any other when it was last there."""
    row = link(state=state, last_seen_at=seen and at(seen))
    load_night(engine, load(N1, links=[row], pages=[page(last_readable_at=readable and at(readable))]))

    assert [expected and at(expected)] == _column(engine, tables.link.c.last_seen_at)


def test_a_link_whose_page_was_never_looked_at_is_in_the_view(engine: sa.Engine):
    """A claim alone is a row of `link`."""
    load_night(engine, load(N1, links=[link(state="unverified")]))

    assert _column(engine, tables.link.c.state) == ["unverified"]


def test_a_night_that_is_told_late_overwrites_nothing_newer(engine: sa.Engine):
    """Links and pages of a later night stay, and the late night's changes are added."""
    row = link(state="lost")
    load_night(engine, load(N3, links=[row], pages=[page(outcome="page_gone")], changes=[change("lost", row)]))
    load_night(engine, load(N1, links=[link()], pages=[page()], changes=[change("gained", row)]))
    story = link_story(engine, row["link_id"])

    assert story is not None
    assert story.page is not None
    assert (story.link["state"], story.page["outcome"]) == ("lost", "page_gone")
    assert [(entry["night"], entry["kind"]) for entry in story.changes] == [(N1, "gained"), (N3, "lost")]


def test_silent_steps_are_no_changes(engine: sa.Engine):
    """A step from live to missing is told to nobody and is no row of `change`."""
    assert load_night(engine, load(N1, changes=[change("", link()), change("gained", link(2))])).changes == 1


def test_a_finding_found_again_keeps_its_night_and_its_review(engine: sa.Engine):
    """What a person said of a finding outlives the nights that find it again; its evidence is the last night's."""
    load_night(engine, load(N1, findings=[finding("a")]))
    with engine.begin() as connection:
        connection.execute(sa.update(tables.finding).values(review="disavowed"))
    counts = load_night(engine, load(N2, findings=[finding("a", evidence={"pages": 99}), finding("b")]))

    assert counts.findings == 3  # the known finding's evidence, the new finding, and the link that it is about
    assert {("a", N1, "disavowed"), ("b", N2, "open")} == set(
        zip(*(_column(engine, tables.finding.c[name]) for name in ("key", "night", "review")), strict=True)
    )


def test_a_load_that_fails_leaves_nothing_behind(engine: sa.Engine):
    """What was written before the failure is rolled back with it."""
    empty = dump(engine)
    with pytest.raises(ValueError, match="JSON compliant"):
        load_night(engine, load(N1, links=[link()], findings=[finding(evidence={"share": float("nan")})]))

    assert empty == dump(engine)


def test_hostile_text_is_kept_and_nul_is_dropped(engine: sa.Engine):
    """Both databases hold the same text; PostgreSQL has no NUL and no half surrogate pair, so neither of them has."""
    row = link(anchor="a\x00b 🔗 'quoted' \\ %s\n\t", rel="{}")
    after = r'{"anchor": "a\u0000b", "path": "c:\\u0000", "emoji": "\ud83d\udd17", "half": "\ud83d"}'
    gained = change("gained", row, after=after)
    evidence = {row["link_id"]: r'{"title": "x\u0000y", "half": "\ud83d", "path": "c:\\x"}'}
    load_night(engine, load(N1, links=[row], changes=[gained], evidence=evidence))

    assert _column(engine, tables.link.c.anchor) == ["ab 🔗 'quoted' \\ %s\n\t"]
    assert _column(engine, tables.change.c.after) == [{"anchor": "ab", "path": "c:\\u0000", "emoji": "🔗", "half": ""}]
    assert _column(engine, tables.change.c.evidence) == [{"title": "xy", "half": "", "path": "c:\\x"}]


def test_urls_of_the_greatest_length_fit(engine: sa.Engine):
    """8,192 characters that do not compress are more than a B-tree entry of PostgreSQL takes."""
    url = "https://blog.example/" + "".join(f"{(number * 2654435761) % 2**32:08x}" for number in range(1021)) + "abc"
    row = link(source_url=url, target_url=f"https://{OWN}/{url[20:-12]}")
    load_night(engine, load(N1, links=[row], pages=[page(url=url)], changes=[change("gained", row)]))

    assert len(url) == 8192
    assert [url] == _column(engine, tables.link.c.source_url)


def test_plain_sql_reads_the_interface(engine: sa.Engine):
    """Names and values are those of the design for whoever comes with another client."""
    load_night(engine, _night())
    with engine.begin() as connection:
        live = connection.exec_driver_sql("SELECT link_id, anchor FROM link WHERE state = 'live' AND site = 'own.example'").all()
        told = connection.exec_driver_sql("SELECT CAST(night AS text), kind, reason FROM change ORDER BY kind DESC").all()
        seen = connection.exec_driver_sql("SELECT CAST(last_seen_at AS text) FROM link WHERE state = 'live'").scalar()

    assert [(link(1)["link_id"], "a")] == live
    assert told == [(N1, "lost", "link_removed"), (N1, "gained", "")]
    assert {"sqlite": "2026-11-20T03:00:00.000000Z"}.get(engine.dialect.name, seen) == seen


def test_a_held_night_is_noted_and_can_be_released(engine: sa.Engine):
    """A held night is no loaded night until a person releases it, and never takes a published one back."""
    load_night(engine, load(N1))
    record_held(engine, [summary(N1, audit=Audit.HELD), summary(N2, audit=Audit.HELD)])
    held = loaded_nights(engine)
    set_audit(engine, N2, Audit.RELEASED)

    assert held == [N1]
    assert loaded_nights(engine) == [N1, N2]


def test_a_night_that_was_never_held_has_nothing_to_note(engine: sa.Engine):
    """Dropping a night that did not get as far as the audit adds no row."""
    set_audit(engine, N3, Audit.DROPPED)

    assert _column(engine, tables.night.c.night) == []


def test_a_later_time_than_the_first_second_survives(engine: sa.Engine):
    """Times keep their microseconds, and come back as aware UTC."""
    moment = at(N1) + timedelta(microseconds=123_456)
    load_night(engine, load(N1, links=[link(first_seen_at=moment)]))

    assert [moment] == _column(engine, tables.link.c.first_seen_at)
