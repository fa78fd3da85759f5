"""First and last claims in the warehouse: loaded once, in proportion to what differs; on SQLite and PostgreSQL."""

from datetime import timedelta

import sqlalchemy as sa

from arrow_rows import make_table
from integration.warehouse_rows import at, load, summary
from linkwatch import schemas
from linkwatch.model import Audit
from linkwatch.warehouse import link_claims, load_night, nights, record_held

N1, N2, N3 = "2026-11-20", "2026-11-21", "2026-11-22"


def claimed(link_id=7, by="ahrefs", since=N1, until=N1, **values):
    """A row of CLAIMED."""
    dates = {"first_claimed_at": at(since), "last_claimed_at": at(until)}
    return {"link_id": link_id, "claimed_by": by, **dates, **values}


def claims_of(*rows):
    """A table of CLAIMED."""
    return make_table(schemas.CLAIMED, rows)


def test_claims_are_loaded_once_and_a_later_night_has_the_last_word(engine: sa.Engine):
    """What a night tells again writes nothing, and a night that is told late overwrites nothing."""
    first = load(N1, claims=claims_of(claimed(), claimed(by="semrush", first_seen=at(N1) - timedelta(days=9))))
    second = load(N2, claims=claims_of(claimed(until=N2, says_lost=True)))
    assert [load_night(engine, night).claims for night in (first, first, second, first)] == [2, 0, 1, 0]
    found = [
        (row["claimed_by"], row["last_claimed_at"], row["says_lost"], row["updated_night"]) for row in link_claims(engine, 7)
    ]
    assert found == [("ahrefs", at(N2), True, N2), ("semrush", at(N1), False, N1)]
    assert link_claims(engine, 8) == []


def test_a_night_says_what_became_of_its_sources(engine: sa.Engine):
    """As JSON: of published nights and of held ones; a reason may hold any text."""
    sources = ({"source": "ahrefs", "kind": "ahrefs_csv", "status": "held", "claims": 3, "why": 'got "\x00\u2028ü"'},)
    load_night(engine, load(N1, summaries=[summary(N1, sources=sources)]))
    record_held(engine, [summary(N2, audit=Audit.HELD, sources=sources)])
    load_night(engine, load(N3))
    told = [night.sources for night in nights(engine)]
    assert told[0] == ()
    assert told[1] == told[2] == ({**sources[0], "why": 'got "\u2028ü"'},)
