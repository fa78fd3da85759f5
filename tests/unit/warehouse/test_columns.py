"""The warehouse's own types and keys, without a database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from linkwatch import schemas
from linkwatch.urls import link_id, page_key
from linkwatch.warehouse import tables
from linkwatch.warehouse.columns import Night, UtcTime, json_text, key_of

DATABASES = [sqlite.dialect(), postgresql.dialect()]


@pytest.mark.parametrize("dialect", DATABASES, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 3, 0, 0, 1, UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
    ids=str,
)
def test_a_time_comes_back_as_utc(dialect, moment: datetime):
    """The moment is the same, its zone is UTC, whatever zone it had."""
    stored = UtcTime().process_bind_param(moment, dialect)
    back = UtcTime().process_result_value(stored, dialect)

    assert back == moment
    assert back.tzinfo is UTC


def test_times_sort_as_text_on_sqlite():
    """The text is of one width, so that its order is the order of the times."""
    moments = [
        datetime(2026, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 2, microsecond=1, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
    ]
    texts = [UtcTime().process_bind_param(moment, DATABASES[0]) for moment in moments]

    assert texts == sorted(texts)
    assert texts[0] == "2026-01-02T00:00:00.000000Z"


def test_a_time_without_zone_is_refused():
    """A naive time is a bug, and is not guessed at."""
    with pytest.raises(ValueError, match="expected aware UTC"):
        UtcTime().process_bind_param(datetime(2026, 11, 22), DATABASES[0])  # noqa: DTZ001  # the case


@pytest.mark.parametrize("dialect", DATABASES, ids=lambda dialect: dialect.name)
def test_a_night_is_its_name(dialect):
    """What goes in as text comes out as the same text; what is no date does not go in."""
    assert Night().process_result_value(Night().process_bind_param("2026-11-22", dialect), dialect) == "2026-11-22"
    with pytest.raises(ValueError, match="Invalid isoformat"):
        Night().process_bind_param("tonight", dialect)


def test_nothing_stays_nothing():
    """A null is null in both directions."""
    for kind in (UtcTime(), Night()):
        assert (kind.process_bind_param(None, DATABASES[0]), kind.process_result_value(None, DATABASES[0])) == (None, None)


def test_keys_are_hashed_as_links_are():
    """A key that changes would load every row a second time; half of a surrogate pair, as a broken page has it, has one too."""
    urls = ("https://blog.example/ü", "https://own.example/")

    assert key_of(*map(page_key, urls)) == link_id(*urls)
    assert key_of("2026-11-22", -1, "lost") == -5206376254491417086
    assert key_of("\ud83d") == key_of("?")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "x\x00y", "b\x00": ["\x00", {"c": ("\x00z",)}]}, '{"a": "xy", "b": ["", {"c": ["z"]}]}'),
        ({"path": "c:\\u0000"}, '{"path": "c:\\\\u0000"}'),
        ({"half": "a\ud83db", "whole": "🔗"}, '{"half": "ab", "whole": "🔗"}'),
        ({"at": datetime(2026, 11, 22, tzinfo=UTC)}, '{"at": "2026-11-22T00:00:00+00:00"}'),
    ],
)
def test_json_is_what_both_databases_take(value: dict, text: str):
    """NUL and half surrogate pairs are left out; a backslash before u0000 is text like any other."""
    assert json_text(value) == text


def test_the_interface_of_the_design_is_there():
    """Every column that the design promises is in its table or view."""
    promised = {
        "site": "site role scope",
        "night": "night site audit pages_planned pages_fetched pages_inconclusive links_live referring_domains_live "
        "gained lost recovered changed findings started_at finished_at",
        "page": "source_url source_domain outcome http_status final_url last_fetched_at last_readable_at",
        "link": "link_id site source_url target_url source_domain state lost_reason followed rel anchor zone link_type "
        "first_seen_at last_seen_at lost_at claimed_by",
        "change": "change_id night site kind link_id source_url target_url reason before after evidence",
        "finding": "finding_id night site link_id rule severity evidence review",
        "alert": "alert_id night channel kind dedupe_key status slack_ts",
    }
    for name, columns in promised.items():
        table = tables.link if name == "link" else tables.metadata.tables[name]
        assert set(columns.split()) <= set(table.columns.keys()), name


def test_a_link_row_is_a_link_of_the_snapshot():
    """What the snapshot knows of a link the warehouse knows, but for the hash that only diff uses."""
    assert {*schemas.LINKS.names} - {"row_hash"} == {*tables.link_row.columns.keys()} - {"page_id", "updated_night"}
