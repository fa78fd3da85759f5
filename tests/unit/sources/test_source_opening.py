"""Paths, patterns and addresses as the files that are meant, and what is packed in them."""

import gzip
import io
import os
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import fsspec
import openpyxl
import pytest

from linkwatch.errors import SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, Rejects
from linkwatch.sources.files.file_names import exported_at, series_of
from linkwatch.sources.files.opening import SourceFile, open_files
from linkwatch.urls import Scopes

TEXT = b"source,target\n"


def opened(path: object) -> tuple[Pull, list[SourceFile]]:
    """The files that a path names, and the pull that asked for them."""
    source = SourceSettings("links_csv", name="file", path=str(path))
    pull = Pull(source, Scopes(()), datetime(2026, 11, 22, tzinfo=UTC), Rejects("file", Path("unused")), lambda _: iter(()))
    return pull, open_files(pull)


def content(file: SourceFile) -> bytes:
    """All that can be read of it."""
    with file.open() as stream:
        assert stream.peek(1)[:1] == stream.peek(1)[:1]  # a look moves nothing
        return stream.read()


def zipped(members: dict[str, bytes]) -> bytes:
    """An archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def workbook(**sheets: list[list[object]]) -> bytes:
    """A workbook of these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "when", "series"),
    [
        ("a-subdomains__2023-01-11_00-03-03.csv", "2023-01-11T00:03:03", "a-subdomains__\0.csv"),
        ("https___b.au_-Latest links-2026-05-18.csv", "2026-05-18", "https___b.au_-Latest links-\0.csv"),
        ("b20260518c.csv", "2026-05-18", "b\0c.csv"),
        ("b_20260518T101112Z.csv", "2026-05-18T10:11:12", "b_\0.csv"),
        ("b_20260518101112.csv", "2026-05-18T10:11:12", "b_\0.csv"),
        ("b 2026-05-18 at 10.11.12.csv", "2026-05-18T10:11:12", "b \0.csv"),
        ("b-18-05-2026.csv", "2026-05-18", "b-\0.csv"),
        ("b 05.06.2026.csv", "2026-06-05", "b \0.csv"),
        ("b 3 May 2026 (1).csv", "2026-05-03", "b \0.csv"),
        ("May 3, 2026 - Copy.csv", "2026-05-03", "\0.csv"),
        ("2026-01-01_2026-05-18.csv", "2026-05-18", "\0_\0.csv"),
        ("b-05-06-2026.csv", None, "b-05-06-2026.csv"),
        ("b-2026-02-31.csv", None, "b-2026-02-31.csv"),
        ("b-202605181.csv", None, "b-202605181.csv"),
        ("backlinks (2).csv", None, "backlinks.csv"),
    ],
)
def test_names_of_exports(name, when, series):
    """A name tells when an export was made and which series it is of; what may be another date tells nothing."""
    assert (exported_at(name), series_of(name)) == (when and datetime.fromisoformat(when).replace(tzinfo=UTC), series)


def test_of_a_series_the_newest_is_read(tmp_path):
    """By the date in the name, whatever the file system says; without dates a file is its own series, but for its copies."""
    for number, name in enumerate(["x-2026-03-01.csv", "x-2026-01-01.csv", "y.csv", "y (1).csv", "z.csv", ".hidden.csv"]):
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (number, number))
    pull, files = opened(tmp_path / "*.csv")
    assert [content(file) for file in files] == [b"x-2026-03-01.csv", b"y (1).csv", b"z.csv"]
    assert pull.notes.claimed_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_name_with_brackets_is_no_pattern(tmp_path):
    """A file that is there under this very name is meant."""
    (tmp_path / "links [1].csv").write_bytes(TEXT)
    assert [content(file) for file in opened(tmp_path / "links [1].csv")[1]] == [TEXT]


def test_object_store():
    """An address, or a pattern of one, names files in an object store; they are hashed as they are read."""
    store = fsspec.filesystem("memory")
    store.pipe("/exports-of-h2/x-2026-01-01.csv", b"old")
    store.pipe("/exports-of-h2/x-2026-02-01.csv.gz", gzip.compress(b"new"))
    store.pipe("/exports-of-h2/x-2026-03-01.csv.gz", packed := gzip.compress(b"newest"))
    store.pipe("/exports-of-h2/y.zip", zipped({"y.csv": b"packed"}))
    _, files = opened("memory://exports-of-h2/*")
    assert [(file.path, content(file)) for file in files] == [
        ("memory://exports-of-h2/x-2026-01-01.csv", b"old"),
        ("memory://exports-of-h2/x-2026-03-01.csv.gz", b"newest"),
        ("memory://exports-of-h2/y.zip#y.csv", b"packed"),
    ]
    assert (files[1].sha256, files[1].size) == (sha256(packed).hexdigest(), len(packed))
    assert [content(file) for file in opened("memory://exports-of-h2/x-2026-01-01.csv")[1]] == [b"old"]
    both = [files[1].open(), files[1].open()]
    assert [both[0].read(3), both[1].read(), both[0].read()] == [b"new", b"newest", b"est"]


def test_archives_and_workbooks(tmp_path):
    """Tables in an archive are files of their own, also the sheets of a workbook in it; what is no table is passed over."""
    sheets = workbook(Links=[["a", "b"], ["one\ntwo\t3", date(2026, 1, 2)], [1.0, None], [None, None], [True, 2.5]], Empty=[])
    data = zipped({"x/Links-2026-05-18.csv": TEXT, "__MACOSX/._Links.csv": b"?", "read me.pdf": b"?", "book.xlsx": sheets})
    (tmp_path / "a-2026-05-01.zip").write_bytes(data)
    files = opened(tmp_path / "a-2026-05-01.zip")[1]
    assert [(file.path.partition("#")[2], content(file), file.exported_at) for file in files] == [
        ("x/Links-2026-05-18.csv", TEXT, datetime(2026, 5, 18, tzinfo=UTC)),
        ("book.xlsx#Links", b"a\tb\none two 3\t2026-01-02\n1\t\ntrue\t2.5\n", datetime(2026, 5, 1, tzinfo=UTC)),
    ]
    assert {file.sha256 for file in files} == {sha256(data).hexdigest()}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("bomb.csv.gz", gzip.compress(bytes(64 << 20)), "unpacks to more than is believable"),
        ("cut.csv.gz", gzip.compress(os.urandom(1000))[:500], "cannot be unpacked"),
        ("bomb.zip", zipped({"a.csv": bytes(64 << 20)}), "unpacks to more than is believable"),
        ("many.zip", zipped({f"{number}.csv": b"" for number in range(201)}), "holds 201 files, 200 at most"),
        (
            "locked.zip",
            zipped({"a.csv": TEXT}).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
            "password",
        ),
        ("pictures.zip", zipped({"a.png": b"?", "b.zip": zipped({"a.csv": TEXT})}), "holds no table"),
        ("cut.zip", zipped({"a.csv": TEXT})[:-10], "cannot be unpacked"),
        ("torn.zip", zipped({"a.csv": b"x" * 99}).replace(b"\xab\xa8", b"\xff\xff", 1), "cannot be unpacked"),
        ("old.xls", b"\xd0\xcf\x11\xe0rest", "Excel 2003 or older"),
        ("torn.xlsx", zipped({"xl/workbook.xml": b"<work"}), "damaged workbook"),
        ("empty.xlsx", workbook(Links=[]), "without a row"),
        ("wide.xlsx", workbook(Links=[["x"] * 501]), "500 columns"),
    ],
)
def test_hostile_and_damaged_files(name, data, words, tmp_path):
    """What is packed is read up to what is believable, and damage is one clear error that names the file."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError) as raised:
        _ = [content(file) for file in opened(tmp_path / name)[1]]
    assert name in str(raised.value)
    assert words in str(raised.value)


def test_a_sheet_of_a_billion_rows(tmp_path):
    """A row number beyond Excel's last is an error, not a billion empty rows."""
    members = {info.filename: data for info, data in parts(workbook(Links=[["a"], ["b"]]))}
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(b'<row r="2"', b'<row r="999999999"')
    (tmp_path / "rows.xlsx").write_bytes(zipped(members))
    with pytest.raises(SourceError, match="more than 1,048,576 rows"):
        content(opened(tmp_path / "rows.xlsx")[1][0])


def parts(archive: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened_archive:
        return [(info, opened_archive.read(info)) for info in opened_archive.infolist()]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("{folder}/links.csv", "no file {folder}/links.csv; check its path"),
        ("{folder}/*.csv", "no file matches {folder}/*.csv"),
        ("{folder}", "is a folder; expected a file or a pattern, e.g. {folder}/*.csv"),
        ("memory://nowhere-of-h2/links.csv", "no file memory://nowhere-of-h2/links.csv"),
        ("memory://nowhere-of-h2/*", "no file matches memory://nowhere-of-h2/*"),
        ("nosuchstore://bucket/links.csv", "driver is installed (e.g. s3fs)"),
        ("https://example.org/links.csv", "is a web address"),
    ],
)
def test_paths_that_name_no_file(path, words, tmp_path):
    """Nothing there, or nothing that could be read, is an error that says so and names the source."""
    with pytest.raises(SourceError) as raised:
        opened(path.format(folder=tmp_path))
    assert str(raised.value).startswith("source file: ")
    assert words.format(folder=tmp_path) in str(raised.value)
