"""The mart of the gap on SQLite and PostgreSQL: rows in place of what was there, and nothing written that says the same."""

import pyarrow as pa

from linkwatch.snapshots.gap import GAP
from linkwatch.warehouse import gap_rows, replace_gap

FIRST, SECOND = "2026-11-21", "2026-11-22"
OWN = ["own.example", "second.example"]


def rows(*given: dict) -> pa.Table:
    """Rows of the gap with as little said as a test needs."""
    blank = {"competitors": 1, "competitor_sites": "rival.example", "links": 1, "links_followed": 1, "authority": None}
    blank |= {"best_page": "https://blog.example/", "best_target": "https://rival.example/"}
    blank |= {"unlinked_mention": False, "mention_page": "", "rank": 1}
    return pa.Table.from_pylist([{"site": OWN[0], "source_domain": "blog.example", **blank, **row} for row in given], GAP)


def told(engine, **values):
    """Site, domain and night of each row that the mart gives."""
    return [(row["site"], row["source_domain"], row["night"]) for row in gap_rows(engine, OWN, **values)]


def test_a_night_replaces_what_was_there(engine):
    """New rows come, rows that differ are written, rows that are gone go, the others keep their night."""
    gone, same, moved = ({"source_domain": f"{name}.example", "rank": n} for n, name in enumerate(("gone", "same", "moved"), 1))
    assert replace_gap(engine, FIRST, rows(gone, same, moved)) == 3
    fresh = {
        "source_domain": "fresh.example",
        "rank": 1,
        "authority": 12.5,
        "unlinked_mention": True,
        "mention_page": "https://x/",
    }
    assert replace_gap(engine, SECOND, rows(fresh, same, moved | {"rank": 4})) == 3
    assert told(engine) == [
        ("own.example", "fresh.example", SECOND),
        ("own.example", "same.example", FIRST),
        ("own.example", "moved.example", SECOND),
    ]
    assert replace_gap(engine, SECOND, rows(fresh, same, moved | {"rank": 4})) == 0
    assert told(engine, mentions=True) == [("own.example", "fresh.example", SECOND)]
    [best, *_] = gap_rows(engine, OWN)
    assert (best["authority"], best["unlinked_mention"], best["mention_page"]) == (12.5, True, "https://x/")


def test_sites_are_kept_apart(engine):
    """A domain may be in the gap of several sites; a site that is no longer told of goes."""
    replace_gap(engine, FIRST, rows({}, {"site": OWN[1]}))
    assert [site for site, *_ in told(engine)] == OWN
    assert gap_rows(engine, [OWN[1]])[0]["site"] == OWN[1]
    assert replace_gap(engine, SECOND, rows({})) == 1
    assert [site for site, *_ in told(engine)] == OWN[:1]
    assert replace_gap(engine, SECOND, rows()) == 1
    assert told(engine) == []
