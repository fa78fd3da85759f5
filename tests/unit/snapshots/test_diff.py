"""What a change between two snapshots is called, and what is silent."""

from datetime import UTC, datetime, timedelta

import pytest

from linkwatch import schemas
from linkwatch.snapshots import changed_links, diff_snapshots, pages_looked, site_counts
from twins.diff import parsed
from twins.rows import fold_rows, look, read, row, sighting, write

NIGHT = datetime(2026, 11, 1, 3, 0, 0, 1, tzinfo=UTC)


def link(link_id=2**53 + 1, state="live", **values):
    """A link as a snapshot has it; its hash is that of its values, as far as a test needs one."""
    values = {"site": "own.example", "source_url": "https://a.example/", "origin": "gained", "state": state, **values}
    return row(schemas.LINKS, link_id=link_id, row_hash=hash(repr(sorted(values.items()))) >> 1, **values)


def changes_between(folder, before, after):
    """Changes, with their JSON read, between two lists of links; None: no snapshot before."""
    old = None if before is None else write(folder / "old.parquet", before, schemas.LINKS)
    new = write(folder / "new.parquet", after, schemas.LINKS)
    return [parsed(change) for change in diff_snapshots(old, new).to_pylist()]


@pytest.mark.parametrize(
    ("before", "after", "kind", "reason"),
    [
        (None, link(origin="gained"), "gained", ""),
        (None, link(origin="discovered"), "discovered", ""),
        (None, link(state="unverified"), "", ""),
        (link(state="unverified", origin=""), link(origin="gained"), "gained", ""),
        (link(), link(state="missing", lost_reason="link_removed"), "", ""),
        (link(state="missing"), link(state="lost", lost_reason="page_gone"), "lost", "page_gone"),
        (link(), link(state="lost", lost_reason="dns_error"), "lost", "dns_error"),
        (link(state="lost", followed=True), link(), "recovered", ""),
        (link(state="missing"), link(), "", ""),
        (link(state="missing", anchor="a"), link(anchor="b"), "changed", "anchor"),
        (link(followed=True), link(rel="nofollow", nofollow_by="rel"), "changed", "followed,nofollow_by,rel"),
        (link(), link(zone="nav", hidden_by="hidden"), "changed", "hidden_by,zone"),
        (link(), link(page_noindex=True, page_canonical="https://b.example/"), "changed", "page_canonical,page_noindex"),
        (link(), link(target_broken="page_gone"), "changed", "target_broken"),
        (link(state="lost"), link(state="lost", target_broken="page_gone"), "", ""),
        (link(), link(context_left="new", element="image", link_type="ugc"), "", ""),
        (link(), link(claimed_by="export"), "", ""),
    ],
)
def test_kinds(tmp_path, before, after, kind, reason):
    """Each step between two states of a link has one kind, and people are told of none without a kind."""
    [change] = changes_between(tmp_path, None if before is None else [before], [after])
    assert (change["kind"], change["reason"]) == (kind, reason)


def test_only_what_differs_is_told(tmp_path):
    """`before` and `after` hold the columns that differ, and times to the microsecond in UTC."""
    [change] = changes_between(tmp_path, [link()], [link(anchor='"ü"\n', lost_at=NIGHT)])
    assert change["before"] == {"anchor": "", "lost_at": None}
    assert change["after"] == {"anchor": '"ü"\n', "lost_at": "2026-11-01T03:00:00.000001Z"}


def test_a_date_that_moves_every_night_is_no_change(tmp_path):
    """A link that was seen again, and nothing else, does not differ."""
    assert changes_between(tmp_path, [link()], [link() | {"last_seen_at": NIGHT}]) == []


def test_a_hash_alone_is_no_change(tmp_path):
    """Hashes that differ where no column does (another version of DuckDB) make no change and no row to load."""
    assert changes_between(tmp_path, [link()], [link() | {"row_hash": 1}]) == []
    assert changed_links(str(tmp_path / "old.parquet"), str(tmp_path / "new.parquet")).num_rows == 0


def test_keys_next_to_each_other_above_2_to_the_53(tmp_path):
    """Links whose keys are one as floats stay apart."""
    ids = [2**53, 2**53 + 1, -(2**63), 2**63 - 1]
    before = [link(link_id) for link_id in sorted(ids)]
    after = [link(link_id, anchor="new" if link_id == 2**53 + 1 else "") for link_id in sorted(ids)]
    assert [change["link_id"] for change in changes_between(tmp_path, before, after)] == [2**53 + 1]
    assert [change["link_id"] for change in changes_between(tmp_path, None, after)] == sorted(ids)


def test_rows_to_load_are_the_later_ones(tmp_path):
    """A warehouse is told the later row of each link that is new or differs."""
    before = write(tmp_path / "old.parquet", [link(1), link(2)], schemas.LINKS)
    after = [link(1), link(2, anchor="new"), link(3)]
    table = changed_links(before, write(tmp_path / "new.parquet", after, schemas.LINKS))
    assert table.schema == schemas.LINKS
    assert table.to_pylist() == after[1:]
    assert changed_links(None, str(tmp_path / "new.parquet")).to_pylist() == after


def test_counts_of_a_site_say_links_and_referring_domains(tmp_path):
    """Live links, and the domains that they come from, for each site."""
    links = [link(number, source_domain=domain) for number, domain in enumerate(["a.example", "a.example", "b.example"])]
    links += [link(9, state="lost", source_domain="c.example"), link(10, state="lost", site="rival.example")]
    after = write(tmp_path / "links.parquet", links, schemas.LINKS)
    assert site_counts(after) == {"own.example": (3, 2), "rival.example": (0, 0)}


def test_pages_of_one_night(tmp_path):
    """Pages that were looked at in a night are those whose last look is of that night."""
    before = fold_rows(tmp_path, None, as_of=NIGHT, looks=[[look("https://a.example/"), look("https://b.example/")]])[:2]
    later = NIGHT + timedelta(days=1)
    seen = [sighting(1, "https://b.example/")]
    fold_rows(tmp_path, before, as_of=later, looks=[[look("https://b.example/")]], sightings=[seen])
    expected = [page for page in read(tmp_path / "pages.parquet") if page["url"] == "https://b.example/"]
    assert pages_looked(str(tmp_path / "pages.parquet"), later).to_pylist() == expected
