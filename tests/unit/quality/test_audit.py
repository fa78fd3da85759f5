"""The audit, judged by the real Great Expectations (which opens no socket: unit tests have none)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from arrow_rows import make_links, make_table
from linkwatch import schemas
from linkwatch.errors import AuditEngineError
from linkwatch.model import Role, Scope, Site
from linkwatch.quality import COLUMNS, SUITE, AuditInput, AuditResult, Expected, run_audit
from linkwatch.settings import AuditSettings

AS_OF = datetime(2026, 11, 22, 2, tzinfo=UTC)
EARLIER = AS_OF - timedelta(days=9)
SITES = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
LIVE = 40  # links of own.example in a good night

Spoil = Callable[[AuditInput], AuditInput]


def good_night() -> AuditInput:
    """A night that holds all: 40 live links to the own site, a lost, a missing and an unverified one; one to the rival."""
    seen = {"first_seen_at": EARLIER, "last_seen_at": AS_OF}
    rows = [{"source_url": f"https://blog{n}.example/post", **seen} for n in range(LIVE)]
    gone = {"first_seen_at": EARLIER, "last_seen_at": EARLIER, "missing_since": EARLIER, "last_absence_at": AS_OF}
    lost = gone | {"state": "lost", "lost_reason": "link_removed", "lost_at": AS_OF}
    rows.append({"source_url": "https://lost.example/", **lost})
    rows.append({"source_url": "https://missing.example/", "state": "missing", "lost_reason": "page_gone", **gone})
    unverified = {"state": "unverified", "origin": "", "zone": "", "element": "", "link_type": "unknown"}
    rows.append({"source_url": "https://claimed.example/", **unverified})
    rival = {"site": "rival.example", "target_url": "https://www.rival.example/", **seen}
    rows.append({"source_url": "https://blog1.example/post", **rival})
    links = make_links(rows)
    pages = pc.unique(links["source_url"]).to_pylist()
    return AuditInput(
        night="2026-11-22",
        links=links,
        looks=make_table(schemas.LOOKS, [{"url": url, "outcome": "readable"} for url in pages]),
        plan=make_table(schemas.PLAN, [{"url": url} for url in pages]),
        before_live={"own.example": LIVE, "rival.example": 1},
        live_history={"own.example": [LIVE] * 5, "rival.example": [1] * 5},
        sites=SITES,
        as_of=AS_OF,
    )


def cell(table: str, column: str, value: object, row: int = 0) -> Spoil:
    """The night with one cell of a table set to another value."""

    def spoil(night: AuditInput) -> AuditInput:
        before: pa.Table = getattr(night, table)
        values = before[column].to_pylist()
        values[row] = value
        index = before.column_names.index(column)
        after = before.set_column(index, column, pa.array(values, before.schema.field(column).type))
        return replace(night, **{table: after})

    return spoil


def rows(table: str, keep: Callable[[pa.Table], pa.Table]) -> Spoil:
    """The night with a table made longer or shorter."""
    return lambda night: replace(night, **{table: keep(getattr(night, table))})


def twice(table: pa.Table) -> pa.Table:
    """The table with its first row once more."""
    return pa.concat_tables([table, table.slice(0, 1)])


def outcome_of(count: int, outcome: str) -> Spoil:
    """The night with the first looks ended otherwise."""

    def spoil(night: AuditInput) -> AuditInput:
        looks = [{**row, "outcome": outcome if n < count else row["outcome"]} for n, row in enumerate(night.looks.to_pylist())]
        return replace(night, looks=make_table(schemas.LOOKS, looks))

    return spoil


def usual(site: str, before: int, history: list[int]) -> Spoil:
    """The night with another past of one site."""
    return lambda night: replace(
        night, before_live=night.before_live | {site: before}, live_history={**night.live_history, site: history}
    )


def own_links(**values: object) -> Spoil:
    """The night with all live links of the own site changed; `None` for all values takes them out of the snapshot."""

    def spoil(night: AuditInput) -> AuditInput:
        is_own = [row["site"] == "own.example" and row["state"] == "live" for row in night.links.to_pylist()]
        kept = [row if not own else row | values for row, own in zip(night.links.to_pylist(), is_own, strict=True)]
        kept = [row for row, own in zip(kept, is_own, strict=True) if values or not own]
        return replace(night, links=make_table(schemas.LINKS, kept))

    return spoil


def unwatched(night: AuditInput) -> AuditInput:
    """The night with an old link to a site that the settings no longer name."""
    return cell("links", "last_seen_at", EARLIER)(cell("links", "site", "former.example")(night))


MISSING_TONIGHT = {"state": "missing", "lost_reason": "link_removed", "missing_since": AS_OF, "last_absence_at": AS_OF}
LONG_URL = "https://blog.example/" + "a" * 8192

FAILS: list[tuple[str, Spoil]] = [
    ("pages_planned", rows("plan", lambda table: table.slice(0, 0))),
    ("coverage", rows("looks", lambda table: table.slice(5))),
    ("coverage", rows("looks", lambda table: table.slice(0, 0))),
    ("inconclusive_share", outcome_of(30, "timeout")),
    ("inconclusive_share", rows("looks", lambda table: table.slice(0, 0))),
    ("live_volume", usual("own.example", LIVE, [60, 58, 59])),
    ("live_volume", usual("own.example", 60, [60, 60])),  # too young for a median: the last snapshot counts
    ("no_site_silently_empty", own_links()),
    ("no_site_silently_empty", rows("links", lambda table: table.slice(0, 0))),
    (
        "no_site_unplanned",
        rows("plan", lambda table: table.filter(pc.equal(table["url"], "https://blog1.example/post")).slice(1)),
    ),
    ("nothing_missing", cell("links", "anchor", None)),
    ("nothing_missing", cell("links", "link_id", None)),
    ("nothing_missing", cell("plan", "host", None)),
    ("nothing_from_the_future", cell("links", "last_seen_at", AS_OF + timedelta(hours=1))),
    ("link_id_unique", rows("links", twice)),
    ("link_id_of_urls", cell("links", "link_id", 2**53 + 1)),
    ("source_url_well_formed", cell("links", "source_url", "javascript:alert(1)")),
    ("source_url_well_formed", cell("links", "source_url", "https://user@blog.example/")),
    ("target_url_well_formed", cell("links", "target_url", "https://own.example/a b")),
    ("url_length", cell("links", "source_url", LONG_URL)),
    ("site_is_watched", cell("links", "site", "other.example")),
    ("target_in_scope", cell("links", "target_url", "https://not-own.example/")),
    ("target_in_scope", cell("links", "target_url", "own.example")),
    ("state_known", cell("links", "state", "alive")),
    ("lost_reason_known", cell("links", "lost_reason", "gone fishing")),
    ("origin_known", cell("links", "origin", "bought")),
    ("zone_known", cell("links", "zone", "masthead")),
    ("element_known", cell("links", "element", "button")),
    ("link_type_known", cell("links", "link_type", "toxic")),
    ("seen_in_order", cell("links", "first_seen_at", AS_OF + timedelta(seconds=1))),
    ("lost_in_order", cell("links", "missing_since", AS_OF + timedelta(seconds=1), row=LIVE)),
    ("live_links_seen", cell("links", "first_seen_at", None)),
    ("lost_links_explained", cell("links", "lost_at", None, row=LIVE)),
    ("lost_links_explained", cell("links", "lost_reason", "", row=LIVE)),
    ("plan_url_unique", rows("plan", twice)),
    ("look_url_unique", rows("looks", twice)),
    ("outcome_known", cell("looks", "outcome", "fine")),
]

HOLDS_NOT: list[tuple[str, Spoil]] = [
    ("a seventh of the looks cannot tell", outcome_of(6, "timeout")),
    ("two of forty-three pages were not looked at", rows("looks", lambda table: table.slice(2))),
    ("a fifth fewer live links than usual", usual("own.example", LIVE, [50, 50, 50])),
    ("a small site loses two of three links", usual("rival.example", 3, [3, 3, 3])),
    ("a new site has no past", usual("own.example", 0, [])),
    ("the past of a fallen site is long gone", usual("own.example", LIVE, [900] * 30 + [LIVE] * 14)),
    ("a site that is watched no more keeps its old links", unwatched),
]


@pytest.fixture(scope="module")
def settings() -> AuditSettings:
    """The defaults."""
    return AuditSettings()


def failed(result: AuditResult) -> set[str]:
    """Names of the expectations that did not hold."""
    return {entry.name for entry in result.results if not entry.success}


def test_good_night_passes(settings: AuditSettings):
    """A night that is as it should be passes, and every expectation says so with a number."""
    result = run_audit(good_night(), settings)
    assert failed(result) == set()
    assert result.passed
    assert [entry.name for entry in result.results] == [row.name for row in SUITE]
    assert all(entry.observed and entry.expected and "{" not in entry.expected for entry in result.results)
    assert AuditResult.from_dict(result.to_dict()) == result


@pytest.mark.parametrize(("name", "spoil"), FAILS, ids=[f"{n}-{name}" for n, (name, _) in enumerate(FAILS)])
def test_fault_holds_the_night(name: str, spoil: Spoil, settings: AuditSettings):
    """A fault fails the expectation that names it, and the night is held."""
    only = [row for row in SUITE if row.name == name]
    assert run_audit(good_night(), settings, only).passed
    result = run_audit(spoil(good_night()), settings, only)
    assert [entry.holds for entry in result.results] == [True]
    assert not result.passed


def test_every_holding_expectation_has_a_fault():
    """No expectation is there that has never been seen to fail."""
    assert {row.name for row in SUITE if row.severity == "holds"} == {name for name, _ in FAILS}


@pytest.mark.parametrize(("what", "spoil"), HOLDS_NOT, ids=[what for what, _ in HOLDS_NOT])
def test_innocent_night_is_not_held(what: str, spoil: Spoil, settings: AuditSettings):
    """What happens in an ordinary night holds nothing."""
    assert failed(run_audit(spoil(good_night()), settings)) == set(), what


def test_all_links_missing_of_a_small_site_is_told_by_looks(settings: AuditSettings):
    """A small site whose every link went missing tonight is explained; the same site gone without a look is not."""
    small = usual("own.example", 3, [3, 3, 3])
    shorter = rows("links", lambda table: table.slice(LIVE - 3))
    explained = run_audit(own_links(**MISSING_TONIGHT)(shorter(small(good_night()))), settings)
    assert failed(explained) == set()
    silent = run_audit(own_links(**MISSING_TONIGHT | {"missing_since": EARLIER})(shorter(small(good_night()))), settings)
    assert failed(silent) == {"no_site_silently_empty"}


def test_few_columns_are_enough(settings: AuditSettings):
    """The audit reads no column but those that it names, so a caller may leave the others on disk."""
    night = good_night()
    few = {name: getattr(night, name).select(columns) for name, columns in COLUMNS.items()}
    assert failed(run_audit(replace(night, **few), settings)) == set()


def test_rise_only_warns(settings: AuditSettings):
    """Twice the usual number of live links is shown as a warning and holds nothing."""
    result = run_audit(usual("own.example", 20, [20, 20, 20])(good_night()), settings)
    assert [entry.name for entry in result.results if entry.warns] == ["live_volume_rise"]
    assert result.passed
    assert next(entry for entry in result.results if entry.warns).observed == "own.example 200.0%"


def test_unusual_spelling_only_warns(settings: AuditSettings):
    """A URL in another spelling than ours, with a key that fits it, is shown and holds nothing."""
    odd = make_links([{"source_url": "https://odd.example/?b=1&a=2", "first_seen_at": EARLIER, "last_seen_at": AS_OF}])
    night = rows("links", lambda table: pa.concat_tables([table, odd]))(good_night())
    result = run_audit(night, settings)
    assert result.passed
    assert failed(result) == {"urls_canonical"}


def test_samples_name_the_culprit(settings: AuditSettings):
    """What is shown of a fault is the link or column at fault, keys in full."""
    doubled = run_audit(rows("links", twice)(good_night()), settings)
    first = good_night().links["link_id"][0].as_py()
    assert abs(first) > 2**53
    assert next(entry for entry in doubled.results if entry.holds).samples == (str(first), str(first))
    empty = run_audit(cell("looks", "host", None)(good_night()), settings)
    assert next(entry for entry in empty.results if entry.holds).samples == ("looks.host: 1",)


def test_empty_night_is_held_and_does_not_crash(settings: AuditSettings):
    """With no plan, no look, no link and no past there is nothing to believe."""
    tables = {name: getattr(schemas, name.upper()).empty_table() for name in ("links", "looks", "plan")}
    night = replace(good_night(), **tables, before_live={}, live_history={})
    assert {"pages_planned", "coverage", "inconclusive_share"} == failed(run_audit(night, settings))


@pytest.mark.parametrize(
    "broken",
    [
        Expected("no_column", "links", "ExpectColumnValuesToBeUnique", {"column": "nowhere"}, "", "", ""),
        Expected("no_order", "links", "ExpectColumnValuesToBeBetween", {"column": "state", "min_value": 3}, "", "", ""),
    ],
    ids=lambda row: row.name,
)
def test_broken_engine_is_no_verdict(broken: Expected, settings: AuditSettings):
    """When Great Expectations cannot judge, that is an error and never bad data."""
    with pytest.raises(AuditEngineError, match="Great Expectations failed on frame 'links'"):
        run_audit(good_night(), settings, (*SUITE, broken))
