"""What a night's facts say of its sources, and since when a trouble lasts."""

from datetime import UTC, datetime

import pytest

from linkwatch.model import Role, Scope, Site
from linkwatch.settings import Settings, SlackSettings
from linkwatch.snapshots import NightStore
from linkwatch.sources import Hold, PullFacts, PullStatus
from linkwatch.steps.pulled import pulls_of, source_rows, trouble_message

N1, N2, N3, N4 = (f"2026-11-0{day}" for day in (1, 2, 3, 4))
OLD = {"name": "vendor", "claims": 0, "rejected": 0, "samples": [], "error": "source vendor: no file"}


def pull(name="vendor", claims=9, *, error="", held="", partial=(), cap=""):
    """One source's facts; `held` says why its claims wait."""
    holds = (Hold("collapse", held),) if held else ()
    values = {"rejected": 0, "samples": (), "read": "", "files": (), "columns": (), "rows": 9, "total": None}
    values |= {"error": error, "partial": partial, "cap": cap, "claimed_at": None, "units": 0.0, "held": holds}
    return PullFacts(name, "ahrefs_csv", claims, **values)


@pytest.fixture
def store(tmp_path):
    """An empty folder of nights."""
    return NightStore(tmp_path)


def collected(store, night, *pulls):
    """A night whose sources were read."""
    store.begin(night, datetime.fromisoformat(night).replace(hour=3, tzinfo=UTC))
    store.write_facts(night, "collect", {"sources": [facts.to_dict() for facts in pulls]})


def told(store, night):
    """The identity and the text of what operations is told; empty for nothing."""
    settings = Settings(store.home, "", (Site("own.example", Role.OWN, Scope.DOMAIN),), (), slack=SlackSettings())
    message = trouble_message(settings, store, night)
    return (message.dedupe_key, message.text) if message else ()


def test_each_source_has_a_row_with_its_status_and_reason(store):
    """Claims as they were read, also where they are held; a source that is complete has no reason."""
    holding = pull("b", held="it has 3 claims.")
    collected(store, N1, pull("a"), holding, pull("c", 0, error="no file"), pull("d", partial=("a sample",), cap="50 rows"))
    assert source_rows(store, N1) == (
        {"source": "a", "kind": "ahrefs_csv", "status": "complete", "claims": 9, "why": ""},
        {"source": "b", "kind": "ahrefs_csv", "status": "held", "claims": 9, "why": "collapse: it has 3 claims."},
        {"source": "c", "kind": "ahrefs_csv", "status": "unreadable", "claims": 0, "why": "no file"},
        {"source": "d", "kind": "ahrefs_csv", "status": "partial", "claims": 9, "why": "a sample; 50 rows"},
    )


def test_a_night_of_an_older_version_and_one_that_did_not_get_so_far(store):
    """What was not kept then is not known; before the sources are read there is nothing."""
    store.begin(N1, datetime(2026, 11, 1, 3, tzinfo=UTC))
    assert (pulls_of(store, N1), source_rows(store, N1), told(store, N1)) == (None, (), ())
    store.write_facts(N1, "collect", {"sources": [OLD, {**OLD, "error": "", "claims": 2}]})
    assert [facts.status for facts in pulls_of(store, N1)] == [PullStatus.UNREADABLE, PullStatus.COMPLETE]


def test_a_trouble_that_lasts_is_one_message(store):
    """Whatever its numbers are; a night that did not get so far is passed over; once it is mended, the next is another."""
    collected(store, N1, pull(held="got 3."))
    store.begin(N2, datetime(2026, 11, 2, 3, tzinfo=UTC))
    collected(store, N3, pull(held="got 4."), pull("other"))
    assert told(store, N1)[0] == told(store, N3)[0]
    collected(store, N4, pull(), pull("other"))
    assert told(store, N4) == ()
    collected(store, "2026-11-05", pull(held="got 3."))
    assert told(store, "2026-11-05")[0] != told(store, N1)[0]


def test_another_source_that_joins_is_told(store):
    """With the one that is in trouble still; when either is mended, nothing new is said."""
    collected(store, N1, pull("a", held="got 3."))
    collected(store, N2, pull("a", held="got 3."), pull("b", error="no file"))
    collected(store, N3, pull("a"), pull("b", error="no file"))
    assert told(store, N2)[1] == f"Night of {N2}: 1 source held and 1 source not read"
    assert told(store, N2)[0] != told(store, N1)[0]
    assert told(store, N3)[0] == told(store, N2)[0]


def test_a_trouble_that_an_older_version_met_lasts(store):
    """Its facts have the reason in the same words."""
    store.begin(N1, datetime(2026, 11, 1, 3, tzinfo=UTC))
    store.write_facts(N1, "collect", {"sources": [OLD]})
    collected(store, N2, pull(error=OLD["error"], claims=0))
    assert told(store, N1)[0] == told(store, N2)[0]
