"""Random small worlds over several nights: DuckDB and the plain-Python twins say the same, and the promises hold."""

import os
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from linkwatch import schemas
from linkwatch.model import Outcome
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import changed_links, diff_snapshots
from twins import diff as slow_diff
from twins import fold as slow_fold
from twins.rows import claim, fold_rows, look, row, sighting, write

EXAMPLES = int(os.environ.get("LINKWATCH_TEST_WORLDS", "10"))
START = datetime(2026, 11, 1, 3, 30, 0, 123456, tzinfo=UTC)
PAGES = ("https://a.example/1", "https://a.example/ü?q=%22", "https://b.example/", "https://own.example/")
TARGETS = ("https://own.example/", "https://rival.example/x")
SITES = ("own.example", "rival.example")
# Keys beyond 2**53, next to each other: as floats they would be one.
LINKS = tuple(
    (2**53 + 1 + number if number % 2 else -(2**62) - number, page, target)
    for number, (page, target) in enumerate((page, target) for page in PAGES[:3] for target in TARGETS)
)
TEXTS = st.sampled_from(["", "read more", 'say "hi"\n', "漢字 \u2028", "\\", "null", "a,b"])
OUTCOMES = st.sampled_from([outcome.value for outcome in Outcome] + ["readable"] * 24 + ["not_modified"] * 5 + ["dns_error"] * 12)


def looks_at(url):
    """A look at a page, or none tonight."""
    facts = {"moved": st.booleans(), "noindex": st.booleans(), "canonical_url": TEXTS, "title": TEXTS, "etag": TEXTS}
    facts |= {"words": st.integers(0, 99), "http_status": st.sampled_from([None, 200, 404]), "signature": TEXTS}
    facts |= {
        "network": st.sampled_from(["", "192.0.2.0/24", "198.51.100.0/24"]),
        "kept": TEXTS,
        "kept_hash": st.sampled_from("a "),
    }
    facts |= {"raw_outcome": st.sampled_from(["", "needs_rendering"]), "mentions": st.sampled_from(["", "own.example"])}
    return st.one_of(st.builds(look, st.just(url), OUTCOMES, **facts), st.builds(look, st.just(url), OUTCOMES), st.none())


sightings = st.builds(
    lambda link, **values: sighting(link[0], link[1], link[2], site=SITES[TARGETS.index(link[2])], **values),
    st.sampled_from(LINKS),
    position=st.integers(0, 2),
    followed=st.booleans(),
    rel=st.sampled_from(["", "nofollow", "noopener sponsored", "ugc"]),
    anchor=TEXTS,
    zone=st.sampled_from(["content", "footer", "comment"]),
    hidden_by=st.sampled_from(["", "display:none"]),
    context_left=TEXTS,
    seen_in=st.sampled_from(["html", "browser"]),
)
claims = st.builds(
    lambda link, whole, **values: (
        claim(link[0], link[1], link[2], site=SITES[TARGETS.index(link[2])], **values) if whole else claim(None, link[1])
    ),
    st.sampled_from(LINKS),
    st.sampled_from([True, True, False]),
    claimed_by=st.sampled_from(["ahrefs_csv", "links_csv", "a"]),
    anchor=st.one_of(st.none(), TEXTS),
    rel=st.one_of(st.none(), st.just("nofollow")),
    first_seen=st.one_of(st.none(), st.integers(0, 9).map(lambda days: START - timedelta(days=days))),
    says_lost=st.booleans(),
    authority=st.one_of(st.none(), st.integers(0, 100).map(float)),
)
# Each night looks at most pages, so that streaks come about; the last look may be a second one at the same page.
nights = st.lists(
    st.tuples(
        st.sampled_from([24, 24, 24, 96, 12, 0.5]),
        st.lists(claims, max_size=2),
        st.tuples(*map(looks_at, (*PAGES, PAGES[0]))).map(lambda looks: [entry for entry in looks if entry is not None]),
        st.lists(sightings, min_size=1, max_size=4),
        st.sampled_from([None, None, None, {SITES[0]: START}, dict.fromkeys(SITES, START + timedelta(days=2))]),
        st.sampled_from([None, None, {"a.example": 41.0}, {"a.example": 7.0, "b.example": 3.0, "other.example": 99.0}]),
    ),
    min_size=4,
    max_size=5,
)
confirms = st.builds(
    ConfirmSettings,
    checks=st.sampled_from([2, 1, 3]),
    spacing_h=st.sampled_from([0.0, 20.0]),
    vanished_checks=st.sampled_from([2, 1, 3]),
    vanished_days=st.sampled_from([0.0, 2.0]),
    brake_share=st.sampled_from([0.25, 1.0]),
    brake_pages=st.sampled_from([20, 3, 1]),
)


def one_a_position(seen, looked):
    """Sightings as pages give them: one at a position, unless the page was read twice."""
    urls = [entry["url"] for entry in looked]
    kept = {}
    for number, entry in enumerate(seen):
        twice = number if urls.count(entry["source_url"]) > 1 else 0
        kept.setdefault((entry["link_id"], entry["position"], twice), entry)
    return list(kept.values())


def without_hash(rows):
    """Links without the column that the twin leaves out."""
    return [{name: value for name, value in row.items() if name != "row_hash"} for row in rows]


def shards_of(rows, number):
    """Rows dealt to two files, in an order that `number` chooses."""
    dealt = random.Random(number).sample(rows, len(rows))  # noqa: S311  # an order, no secret
    return [dealt[::2], dealt[1::2]]


# No shrinking: the worlds are small as they are, and each costs a fold and a diff a night.
@settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
@given(nights, confirms, st.integers(0, 9))
def test_every_night_equals_its_twin(nights, confirm, order):
    """Fold and diff say what their twins say, a diff applied gives the night, and folding twice is folding once."""
    as_of, before = START, ([], [])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for hours, claimed, looked, seen, watched, ranks in nights:
            as_of += timedelta(hours=hours)
            seen = one_a_position(seen, looked)
            rules = {"as_of": as_of, "confirm": confirm, "watched": watched, "ranks": ranks}
            twin = slow_fold.Night(before, claimed, looked, seen, **rules)
            expected_links, expected_pages = twin.fold()
            given_rows = {
                "claims": claimed,
                "looks": shards_of(looked, order),
                "sightings": shards_of(seen, order),
                **rules,
            }
            links, pages, counts = fold_rows(folder, before, **given_rows)
            assert expected_links == without_hash(links)
            assert expected_pages == pages
            assert told_brakes(twin) == (counts.brake, counts.braked_hosts, counts.braked_networks, counts.vanish_brake)
            again = fold_rows(folder, (links, pages), **given_rows)
            assert (links, pages) == again[:2]
            check_promises(before[0], links, seen, twin, confirm)
            check_diff(folder, before[0], links)
            before = (links, pages)
        new = str(folder / "links.parquet")
        assert diff_snapshots(new, new).to_pylist() == []


def told_brakes(twin):
    """What the twin brakes."""
    pages = twin.pages
    return pages.brake, len(pages.braked["host"]), len(pages.braked["network"]), pages.vanish_brake


def check_promises(before, links, seen, twin, confirm):
    """What no night may break, whatever it brings."""
    was = {link["link_id"]: link for link in before}
    seen_ids = {entry["link_id"] for entry in seen if entry["source_url"] in twin.looks}
    for link in links:
        old = was.get(link["link_id"])
        if link["link_id"] in seen_ids:
            assert link["state"] == "live"
            assert link["absences"] == 0
        if link["state"] == "lost" and old is not None and old["state"] != "lost":
            vanished = link["lost_reason"] in ("dns_error", "server_error", "connection_refused")
            assert vanished or link["absences"] >= confirm.checks
            assert not twin.pages.waits(link["source_url"])
        if old is None or old["state"] == "unverified":
            assert link["state"] in ("unverified", "live")
    assert was.keys() <= {link["link_id"] for link in links}


def check_diff(folder, before, after):
    """Diff equals its twin, gives the later snapshot when applied, and names the rows to load."""
    old = write(folder / "old.parquet", before, schemas.LINKS)
    new = write(folder / "new.parquet", after, schemas.LINKS)
    changes = [slow_diff.parsed(change) for change in diff_snapshots(old, new).to_pylist()]
    assert slow_diff.diff(before, after) == changes
    assert [slow_diff.durable(link) for link in after] == slow_diff.apply(before, changes)
    changed = {change["link_id"] for change in changes}
    assert [link for link in after if link["link_id"] in changed] == changed_links(old, new).to_pylist()


@pytest.mark.parametrize("column", slow_diff.DURABLE)
def test_every_durable_column_is_compared(tmp_path, column):
    """A link that differs in one column alone is a change that names this column, nulls included."""
    field = schemas.LINKS.field(column)
    link = row(schemas.LINKS, link_id=2**63 - 1, state="live", row_hash=1)
    other = {schemas.S: "lost", schemas.B: True, schemas.I16: 7, schemas.UTC_US: START}[field.type]
    old = write(tmp_path / "old.parquet", [link], schemas.LINKS)
    new = write(tmp_path / "new.parquet", [link | {column: other, "row_hash": 2}], schemas.LINKS)
    [change] = diff_snapshots(old, new).to_pylist()
    assert change["link_id"] == 2**63 - 1
    assert [column] == list(slow_diff.parsed(change)["after"])
    assert changed_links(old, new).num_rows == 1
