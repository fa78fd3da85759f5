"""The folder of nights: what is staged, what is history, and what happens when the place is bad."""

import os
from datetime import UTC, datetime, timedelta, timezone

import fsspec
import pyarrow as pa
import pytest

from linkwatch import schemas
from linkwatch.errors import NightError, StoreError
from linkwatch.settings import ConfirmSettings
from linkwatch.snapshots import FoldInputs, NightStore, diff_snapshots, fold_night, plan_pages, site_counts
from twins.rows import claim, look, sighting

FIRST, SECOND, THIRD = "2026-11-01", "2026-11-02", "2026-11-03"
AS_OF = datetime(2026, 11, 1, 3, tzinfo=UTC)
TABLE = pa.table({"link_id": [2**53 + 1]})


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    """A store on a local folder, and one on an object store."""
    if request.param == "local":
        yield NightStore(tmp_path / "home")
    else:
        yield NightStore("memory://linkwatch-test/home")
        fsspec.filesystem("memory").rm("/linkwatch-test", recursive=True)


def stage(store, *nights):
    """Begin nights and stage an empty snapshot in each."""
    for night in nights:
        store.begin(night, AS_OF)
        store.write_table(night, "links", TABLE)
        store.write_table(night, "pages", TABLE)


def test_a_night_keeps_its_time(store):
    """The first begin settles when a night is, in UTC; a later one gets that time back."""
    first = datetime(2026, 11, 1, 5, 30, tzinfo=timezone(timedelta(hours=2)))
    assert store.begin(FIRST, first) == datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
    assert store.begin(FIRST, AS_OF + timedelta(days=3)) == first
    assert store.as_of(FIRST) == first
    assert store.nights() == [FIRST]


def test_only_publishing_makes_history(store):
    """A staged night is no history; `publish` makes it so, once, with the facts of the first time."""
    stage(store, FIRST, SECOND, THIRD)
    store.publish(SECOND, {"live": {"own.example": 3}})
    store.publish(SECOND, {"live": {}})
    store.publish(FIRST, {})
    assert store.nights() == [FIRST, SECOND, THIRD]
    assert store.published() == [FIRST, SECOND]
    assert store.published_facts(SECOND) == {"live": {"own.example": 3}}
    assert (store.latest(), store.latest_before(SECOND), store.latest_before(FIRST)) == (SECOND, FIRST, None)
    assert not store.is_published(THIRD)


def test_publishing_sweeps_up_what_killed_runs_left(tmp_path):
    """A scratch database and an unfinished file go; what the night has finished stays."""
    store = NightStore(tmp_path)
    stage(store, FIRST)
    folder = tmp_path / "nights" / FIRST
    (folder / ".duckdb-abc").mkdir()
    (folder / ".duckdb-abc" / "scratch.duckdb").write_bytes(b"x")
    (folder / ".writing-7-links.parquet").write_bytes(b"x")
    store.publish(FIRST, {})
    assert sorted(path.name for path in folder.iterdir()) == ["links.parquet", "night.json", "pages.parquet", "published.json"]


def test_a_night_without_a_snapshot_is_not_published(store):
    """Publishing before the fold is an error that says what is missing."""
    store.begin(FIRST, AS_OF)
    with pytest.raises(NightError, match="no links and no pages"):
        store.publish(FIRST, {})


def test_dropping(store):
    """A night that is not published goes with all it staged; a published one and an unknown one do not."""
    stage(store, FIRST, SECOND)
    store.publish(FIRST, {})
    store.drop(SECOND)
    assert store.nights() == [FIRST]
    with pytest.raises(NightError, match="published"):
        store.drop(FIRST)
    with pytest.raises(NightError, match="known nights: 2026-11-01"):
        store.drop(THIRD)
    assert store.has(FIRST, "links")


def test_tables_and_facts(store):
    """What is written comes back: tables by name and column, facts as they were, nothing as None."""
    store.write_table(FIRST, "looks-0001", TABLE.append_column("text", [["ü"]]))
    store.write_table(FIRST, "looks-0000", TABLE)
    store.write_facts(FIRST, "audit", {"passed": True, "text": "ü"})
    assert store.names(FIRST, "looks-") == ["looks-0000", "looks-0001"]
    assert store.read_table(FIRST, "looks-0001", ["text"]).to_pylist() == [{"text": "ü"}]
    assert store.read_table(FIRST, "looks-0000").equals(TABLE)
    assert store.read_facts(FIRST, "audit") == {"passed": True, "text": "ü"}
    assert store.read_facts(FIRST, "none") is None
    assert (store.has(FIRST, "looks-0000"), store.has(FIRST, "links")) == (True, False)


def test_a_whole_night_on_any_store(store):
    """Plan, fold and diff read and write where the store is, an object store included."""
    store.begin(FIRST, AS_OF)
    page = "https://a.example/"
    store.write_table(FIRST, "claims", pa.Table.from_pylist([claim(5, page)], schemas.CLAIMS))
    store.write_table(FIRST, "looks-0000", pa.Table.from_pylist([look(page)], schemas.LOOKS))
    store.write_table(FIRST, "sightings-0000", pa.Table.from_pylist([sighting(5, page)], schemas.SIGHTINGS))
    claims, links, pages = (store.path(FIRST, name) for name in ("claims", "links", "pages"))
    inputs = FoldInputs(None, None, claims, [store.path(FIRST, "looks-0000")], [store.path(FIRST, "sightings-0000")])
    fold_night(inputs, as_of=AS_OF, confirm=ConfirmSettings(), links_out=links, pages_out=pages)
    caps = {"max_pages_per_host": 1, "max_pages": 9}
    planned = plan_pages(claims=claims, before_links=links, before_pages=pages, own_sites=(), as_of=AS_OF, shards=1, **caps)
    assert planned["url"].to_pylist() == [page]
    assert diff_snapshots(None, links)["kind"].to_pylist() == ["discovered"]
    assert site_counts(links) == {"own.example": (1, 1)}
    assert store.read_table(FIRST, "links").schema == schemas.LINKS
    assert store.names(FIRST) == ["claims", "links", "looks-0000", "pages", "sightings-0000"]


@pytest.mark.parametrize("night", ["", "..", "2026-11-01/..", "tonight", "2026-11-1", "*"])
def test_names_of_nights(tmp_path, night):
    """A night is a date; nothing else reaches the file system."""
    with pytest.raises(NightError, match="expected a date"):
        NightStore(tmp_path).begin(night, AS_OF)


def test_files_beside_tables(tmp_path):
    """Rejects lie in the night's folder, in a folder that is made for them, and nowhere else."""
    store = NightStore(tmp_path)
    path = store.file_path(FIRST, "rejects/ahrefs.csv")
    path.write_text("line,reason\n", encoding="utf-8")
    assert path == tmp_path / "nights" / FIRST / "rejects" / "ahrefs.csv"
    for name in ("../secret", "/etc/passwd", "", "a/../../b"):
        with pytest.raises(ValueError, match="no relative file name"):
            store.file_path(FIRST, name)


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    """A table that cannot be written leaves neither half a file nor a changed one."""
    store = NightStore(tmp_path)
    store.write_facts(FIRST, "audit", {"passed": True})
    with pytest.raises(TypeError):
        store.write_facts(FIRST, "audit", {"passed": object()})
    assert store.read_facts(FIRST, "audit") == {"passed": True}
    assert os.listdir(tmp_path / "nights" / FIRST) == ["audit.json"]


def test_a_home_that_cannot_be_written(tmp_path):
    """A home that is a file is an error that says what to do."""
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot (read|write) .*"):
        NightStore(tmp_path / "home").begin(FIRST, AS_OF)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_damaged_facts(tmp_path, content):
    """Facts that are no JSON object are an error that names the file."""
    store = NightStore(tmp_path)
    store.write_facts(FIRST, "audit", {})
    (tmp_path / "nights" / FIRST / "audit.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"audit\.json"):
        store.read_facts(FIRST, "audit")


def test_damaged_and_absent_tables(tmp_path):
    """A table that is cut short or not there is an error that names the file."""
    store = NightStore(tmp_path)
    store.write_table(FIRST, "links", TABLE)
    path = tmp_path / "nights" / FIRST / "links.parquet"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(StoreError, match=r"links\.parquet"):
        store.read_table(FIRST, "links")
    with pytest.raises(StoreError, match=r"links\.parquet"):
        site_counts(str(path))
    with pytest.raises(StoreError, match=r"pages\.parquet is not there"):
        store.read_table(FIRST, "pages")


def test_a_scheme_without_driver():
    """A home of an unknown scheme is an error that says so."""
    with pytest.raises(StoreError, match="nosuch"):
        NightStore("nosuch://bucket/home")
