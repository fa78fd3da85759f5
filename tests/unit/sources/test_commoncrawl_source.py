"""Source commoncrawl: which files it reads, the claims that come of them, and what it notes."""

import gzip
import json
import os
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from bench.wat_files import page_of, record, watched_names, write_wat

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.schemas import CLAIMS
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import Rejects
from linkwatch.sources.crawls import commoncrawl
from linkwatch.sources.crawls.commoncrawl import parts_of_commoncrawl, read_commoncrawl
from linkwatch.sources.crawls.streams import identity
from linkwatch.sources.pull import Pull
from linkwatch.urls import Scopes
from twins.wat import links_in

PAGE = "https://elsewhere.example/blog/"
AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
DATES = ("2026-10-02T03:04:05Z", "2026-10-03T00:00:00Z")
SITES = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))


@pytest.fixture
def pull_of(tmp_path):
    """A pull of one path; its rejects are kept beside it."""

    def make(path, sites=SITES, **options):
        source = SourceSettings("commoncrawl", "cc", path=str(path))
        return Pull(source, Scopes(sites), AS_OF, Rejects("cc", tmp_path / "rejects.csv"), fetch=None, **options)

    return make


def rows_of(pull):
    """The claims of a pull, a mapping each."""
    return pa.Table.from_batches(read_commoncrawl(pull), CLAIMS).to_pylist()


def link(url, **said):
    """One hyperlink."""
    return {"path": "A@/href", "url": url, **said}


def write(path, *pages, made_at="2026-10-08T01:02:03Z"):
    """A WAT file of pages (mappings, or bytes that are to be JSON)."""
    records = [record("warcinfo", "", made_at, b"format: WARC\r\n", "application/warc-fields")]
    for page in pages:
        records.append(record("metadata", PAGE, DATES[0], page if isinstance(page, bytes) else json.dumps(page).encode()))
    path.write_bytes(b"".join(map(gzip.compress, records)))
    return path


def test_a_link_becomes_a_claim_with_the_date_of_its_own_record(tmp_path, pull_of):
    """Each claim has the day on which the crawler saw its page, as date of the claim and as last seen; not since when."""
    pages = [
        page_of(f"{PAGE}a", DATES[0], [link("//OWN.example/?utm_source=x", text=" some \n words ", rel="UGC Nofollow ugc")]),
        page_of(f"{PAGE}b", DATES[1], [link("https://rival.example/"), link("https://rival.example/")]),
    ]
    rows = rows_of(pull_of(write(tmp_path / "a.warc.wat.gz", *pages)))
    seen = [datetime.fromisoformat(date) for date in DATES]
    assert [(row["source_url"], row["target_url"], row["anchor"], row["rel"]) for row in rows] == [
        (f"{PAGE}a", "https://own.example/", "some words", "nofollow ugc"),
        (f"{PAGE}b", "https://rival.example/", None, ""),
        (f"{PAGE}b", "https://rival.example/", None, ""),
    ]
    assert [(row["claimed_at"], row["last_seen"], row["first_seen"]) for row in rows] == [
        (seen[0], seen[0], None),
        (seen[1], seen[1], None),
        (seen[1], seen[1], None),
    ]
    assert {(row["claimed_by"], row["source_domain"], row["site"]) for row in rows} == {
        ("cc", "elsewhere.example", "own.example"),
        ("cc", "elsewhere.example", "rival.example"),
    }


def test_links_within_a_site_are_no_claims(tmp_path, pull_of):
    """Own pages that link to themselves are left out without a word; to another watched site they count."""
    links = [link("/a"), link("https://shop.own.example/"), link("https://rival.example/")]
    pull = pull_of(write(tmp_path / "a.warc.wat.gz", page_of("https://www.own.example/", DATES[0], links)))
    assert [row["target_url"] for row in rows_of(pull)] == ["https://rival.example/"]
    assert pull.rejects.count == 0


def test_a_scan_notes_what_it_read_and_is_never_complete(tmp_path, pull_of):
    """Pages, file and its date are noted; what the file does not have may be there all the same."""
    path = write(tmp_path / "a.warc.wat.gz", *(page_of(f"{PAGE}{n}", DATES[0], [link("/")]) for n in range(3)))
    pull = pull_of(path)
    assert rows_of(pull) == []
    [file] = pull.notes.files
    made_at = datetime(2026, 10, 8, 1, 2, 3, tzinfo=UTC)
    assert (file.path, file.rows, file.size, file.exported_at) == (str(path), 3, path.stat().st_size, made_at)
    assert (pull.notes.rows, pull.notes.read, pull.notes.claimed_at) == (3, "WAT", made_at)
    assert pull.notes.partial == ["a crawl has a part of the web, and these files a part of it"]


def test_a_broken_record_is_a_reject(tmp_path, pull_of):
    """A record that cannot be read is counted and kept, and the others are read."""
    good = page_of(PAGE, DATES[0], [link("https://own.example/")])
    pull = pull_of(write(tmp_path / "a.warc.wat.gz", b'{"HTML-Metadata": "own.example', good))
    assert len(rows_of(pull)) == 1
    assert [(sample.line, sample.reason) for sample in pull.rejects.samples] == [(1, "record is no JSON")]


def test_a_file_that_breaks_off_keeps_what_was_read_and_says_so(tmp_path, pull_of):
    """A half download is a partial pull, and is known by another name than the whole file, so that it is read again."""
    pages = [page_of(f"{PAGE}{n}", DATES[0], [link("https://own.example/", text="x" * 3000)]) for n in range(400)]
    path = write(tmp_path / "a.warc.wat.gz", *pages)
    whole = pull_of(path)
    assert len(rows_of(whole)) == 400
    stat = path.stat()
    path.write_bytes(path.read_bytes()[:-9000] + b"\0" * 9000)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    pull = pull_of(path)
    rows = rows_of(pull)
    assert 200 < len(rows) < 400
    assert pull.notes.partial[1].startswith(f"{path} was read to its page {len(rows)}: ")
    assert pull.notes.files[0].sha256 != whole.notes.files[0].sha256


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "begins with b''"),
        (gzip.compress(b"<html>not found</html>"), "is no WAT file: it begins with b'<html>"),
        (gzip.compress(b"WARC/1.0\r\n" * 99)[:-20], "ends in the middle"),
        (gzip.compress(record("conversion", PAGE, DATES[0], b"own.example", "text/plain")), "is no WAT file but WARC or WET"),
    ],
)
def test_a_file_that_is_none_is_an_error(tmp_path, pull_of, data, why):
    """What is no WAT file is said, with what it is."""
    path = tmp_path / "a.warc.wat.gz"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=why) as caught:
        rows_of(pull_of(path))
    assert str(caught.value).startswith("source cc: ")


def test_old_files_are_read_with_their_entities(tmp_path, pull_of):
    """In a file of before September 2019 an address is found in character references."""
    page = page_of(PAGE, "2019-07-02T03:04:05Z", [link("https://&#111;wn.example/?a=1&amp;b=2")])
    old, new = (write(tmp_path / f"{day}.warc.wat.gz", page, made_at=f"{day}T00:00:00Z") for day in ("2019-07-30", "2019-09-01"))
    assert [row["target_url"] for row in rows_of(pull_of(old))] == ["https://own.example/?a=1&b=2"]
    assert rows_of(pull_of(new)) == []


@pytest.mark.parametrize(("seed", "count"), [(1, 10), (2, 1000)])
def test_every_link_is_found_that_the_slow_way_finds(tmp_path, pull_of, seed, count):
    """On a file of many pages, addresses written in all ways, the claims are those of a reader without a filter."""
    path = tmp_path / "a.warc.wat.gz"
    write_wat(str(path), 250, seed=seed, watched_share=0.4)
    sites = [Site(name, Role.OWN, Scope.DOMAIN) for name in watched_names(count)]
    found = [
        (row["source_url"], row["target_url"], row["anchor"], row["rel"], row["claimed_at"].isoformat())
        for row in rows_of(pull_of(path, sites))
    ]
    expected = [tuple(each) for each in links_in(str(path), Scopes(sites))]
    assert len(expected) > 150
    assert found == expected


def test_the_real_layout_is_read(real_data, pull_of):
    """A file as Common Crawl made it: one request, no page, no claim, no reject."""
    pull = pull_of(real_data / "common-crawl" / "whirlwind.warc.wat.gz")
    assert rows_of(pull) == []
    assert pull.rejects.count == 0
    assert pull.notes.files[0].exported_at == datetime(2024, 5, 31, 1, 16, 45, tzinfo=UTC)


def parts(path, url=""):
    """The parts of a source."""
    return parts_of_commoncrawl(SourceSettings("commoncrawl", "cc", path=str(path), url=url))


def test_a_path_names_a_file_a_pattern_or_a_list(tmp_path):
    """A file is itself, a pattern is its files by name, and a list is what it names, in its order."""
    names = ["b.warc.wat.gz", "a.warc.wat.gz"]
    for name in names:
        write(tmp_path / name)
    some = tmp_path / "some.paths"
    some.write_text("# mine\n" + "\n".join([*names, "", names[0], "crawl-data/CC/x.wat.gz", "s3://bucket/y.wat.gz"]) + "\n")
    assert parts(tmp_path / names[0]) == [str(tmp_path / names[0])]
    assert parts(tmp_path / "*.wat.gz") == [str(tmp_path / name) for name in sorted(names)]
    crawl = ["https://data.commoncrawl.org/crawl-data/CC/x.wat.gz", "s3://bucket/y.wat.gz"]
    assert parts(some) == [*(str(tmp_path / name) for name in names), *crawl]
    assert parts(some, "https://mirror.example/cc/")[::3] == ["https://mirror.example/cc/b.warc.wat.gz", "s3://bucket/y.wat.gz"]
    packed = tmp_path / "wat.paths.gz"
    packed.write_bytes(gzip.compress(b"crawl-data/CC/x.wat.gz\r\n"))
    assert parts(packed) == crawl[:1]
    assert parts("https://data.commoncrawl.org/crawl-data/CC/x.wat.gz?a=1") == [f"{crawl[0]}?a=1"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "no file .*some.paths"),
        ("", "no file matches"),
        ("\n".join(f"{number}.wat.gz" for number in range(1001)), "names 1,001 files .*1,000 at most.*head -n 100"),
    ],
)
def test_a_list_that_cannot_be_used_is_an_error(tmp_path, text, why):
    """No list, an empty one, and that of a whole crawl are each said."""
    path = tmp_path / "some.paths"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SourceError, match=f"^source cc: {why}|^source cc: .*{why}"):
        parts(path)


def test_object_stores_are_read(pull_of):
    """A pattern in an object store is its files, each read from there."""
    import fsspec

    page = page_of(PAGE, DATES[0], [link("https://own.example/")])
    store = fsspec.filesystem("memory")
    store.pipe("/crawl/a.wat.gz", gzip.compress(record("metadata", PAGE, DATES[0], json.dumps(page).encode())))
    assert parts("memory://crawl/*.wat.gz") == ["memory:///crawl/a.wat.gz"]
    assert len(rows_of(pull_of("memory://crawl/*.wat.gz"))) == 1
    assert identity("memory:///crawl/a.wat.gz") == identity("memory:///crawl/a.wat.gz")


def test_a_file_is_known_by_path_size_and_time(tmp_path):
    """The identity costs no reading and changes with the file."""
    path = write(tmp_path / "a.warc.wat.gz")
    known = identity(str(path))
    assert known == identity(str(path))
    path.write_bytes(path.read_bytes() + b"\0")
    assert identity(str(path)) != known
    with pytest.raises(SourceError, match="no file"):
        identity(str(tmp_path / "none"))


def test_part_names_one_file_of_the_source(tmp_path, pull_of):
    """A task reads the file of its part alone; without one, all are read."""
    for name in ("a", "b"):
        write(tmp_path / f"{name}.wat.gz", page_of(f"{PAGE}{name}", DATES[0], [link("https://own.example/")]))
    assert len(rows_of(pull_of(tmp_path / "*.wat.gz"))) == 2
    [row] = rows_of(pull_of(tmp_path / "*.wat.gz", part=str(tmp_path / "b.wat.gz")))
    assert row["source_url"] == f"{PAGE}b"
    assert commoncrawl.MAX_FILES < 1024  # what Airflow maps
