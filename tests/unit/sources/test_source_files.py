"""Files as they come: encodings, damage, sizes, and the rejects file."""

import codecs
import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwatch.errors import SourceError, StoreError
from linkwatch.model import Role, Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, Rejects, read_claims
from linkwatch.sources.claims import BATCH_ROWS
from linkwatch.urls import Scopes

SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN)])
TEXT = 'source,target,anchor\nhttps://a.example.org/1,https://own.example/x,"café – naïve €"\n'

AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)


def links(path: Path, rejects: Rejects | None = None, kind: str = "links_csv") -> list[dict]:
    """Claims of one file."""
    rejects = rejects or Rejects("file", path.with_name("rejects.csv"))
    source = SourceSettings(kind, name="file", path=str(path))
    with rejects:
        return [
            row for batch in read_claims(Pull(source, SCOPES, AS_OF, rejects, lambda _: iter(()))) for row in batch.to_pylist()
        ]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("windows-1252", b""),
    ],
)
def test_encodings(encoding, mark, tmp_path):
    """The encoding is found out from the bytes, with and without a byte order mark."""
    path = tmp_path / "links.csv"
    path.write_bytes(mark + TEXT.encode(encoding))
    assert [row["anchor"] for row in links(path)] == ["café – naïve €"]


def test_one_bad_byte_spoils_nothing_else(tmp_path):
    """A file that mixes UTF-8 and windows-1252 is read right in both parts."""
    path = tmp_path / "links.csv"
    path.write_bytes(TEXT.encode() + TEXT.splitlines()[1].encode("windows-1252") + b"\n")
    assert [row["anchor"] for row in links(path)] == ["café – naïve €"] * 2


def test_damaged_rows_are_set_aside_and_the_rest_is_read(tmp_path):
    """Zero bytes, a field over the csv module's limit and a line without end cost their own row only."""
    good = "https://a.example.org/{},https://own.example/x,fine\n"
    rows = [
        good.format(1),
        good.format("bad").replace("fine", "f\0ne"),
        good.format(2),
        good.format("bad").replace("fine", "x" * 200_000),
        good.format(3),
        good.format("bad").replace("fine", "y," * 2_000_000),
        good.format(4),
        good.format("bad").replace("fine", '"never closed'),
        *(good.format(number) for number in range(5, 200)),
    ]
    path = tmp_path / "links.csv"
    path.write_text("source,target,anchor\n" + "".join(rows))
    rejects = Rejects("file", tmp_path / "rejects.csv")
    assert [row["source_url"] for row in links(path, rejects)] == [f"https://a.example.org/{number}" for number in range(1, 200)]
    assert [(reject.line, reject.reason.partition(": ")[0]) for reject in rejects.samples] == [
        (line, "broken row") for line in (3, 5, 7, 9)
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no file"),
        (b"", "is empty (0 bytes)"),
        (b"%PDF-1.7", "is a PDF; expected a text file"),
        (codecs.BOM_UTF16_LE, "has no header line"),
    ],
)
def test_files_that_cannot_be_read(content, words, tmp_path):
    """A file that is missing, empty or no text is one clear error that names it."""
    path = tmp_path / "links.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError) as raised:
        links(path)
    assert words in str(raised.value)
    assert str(path) in str(raised.value)


@given(
    st.one_of(
        st.binary(max_size=600),
        st.text(alphabet='ab,;\t"\r\n\0é#', max_size=200).map(lambda text: f"source,target\n{text}".encode()),
        st.lists(st.sampled_from([b"source", b"Target URL", b"Referring page URL", b"target", b",", b"\t", b"\n", b'"', b"\xff"]))
        .map(b"".join)
        .map(lambda text: text + b"\nhttps://a.example.org/,https://own.example/,"),
    ),
    st.sampled_from(["pages", "links_csv", "ahrefs_csv"]),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_crash_a_source(tmp_path, content, kind):
    """Whatever the file holds, it is claims, rejects, or a SourceError."""
    path = tmp_path / "any"
    path.write_bytes(content)
    try:
        rows = links(path, kind=kind)
    except SourceError:
        rows = []
    assert all(row["source_url"].startswith("http") for row in rows)


def test_a_long_file_streams(tmp_path):
    """A file comes in batches of 50,000 rows at most while it is read: what is appended after the first batch is read too."""
    path = tmp_path / "links.csv"
    row = "https://a.example.org/{},https://own.example/\n"
    with path.open("w") as file:
        file.write("source,target\n")
        file.writelines(row.format(number) for number in range(200_000))
    source = SourceSettings("links_csv", name="file", path=str(path))
    batches = read_claims(Pull(source, SCOPES, AS_OF, Rejects("file", tmp_path / "rejects.csv"), lambda _: iter(())))
    first = next(batches)
    with path.open("a") as file:
        file.write(row.format("late"))
    rest = list(batches)
    rows = [first.num_rows, *(batch.num_rows for batch in rest)]
    assert (sum(rows), max(rows) <= BATCH_ROWS) == (200_001, True)
    assert rest[-1]["source_url"][-1].as_py() == "https://a.example.org/late"


def test_rejects_file_is_whole_or_absent(tmp_path):
    """Rejects are written with source, line, reason and text; a night without any leaves no file of an earlier one."""
    path = tmp_path / "night" / "partners.csv"
    with Rejects("partners", path, max_samples=1) as rejects:
        rejects.add(7, "target is on no watched site: https://x.example/", '=HYPERLINK("evil")\n')
        rejects.add(9, "target is on no watched site: https://y.example/", "a\x1b[31mb" + "z" * 9000)
        assert not path.exists()
    with path.open(newline="") as file:
        header, first, second = csv.reader(file)
    assert header == ["source", "line", "reason", "text"]
    assert first == ["partners", "7", "target is on no watched site: https://x.example/", '\'=HYPERLINK("evil")']
    assert (second[3][:7], len(second[3])) == ("a�[31mb", 500)
    assert (rejects.count, len(rejects.samples)) == (2, 1)
    assert rejects.reasons == {"target is on no watched site": 2}
    assert [entry.name for entry in path.parent.iterdir()] == ["partners.csv"]
    with Rejects("partners", path):
        pass
    assert list(path.parent.iterdir()) == []


def test_rejects_that_cannot_be_written(tmp_path):
    """A home that cannot be written to is an error that says where."""
    (tmp_path / "night").write_text("a file where a folder should be")
    with Rejects("partners", tmp_path / "night" / "partners.csv") as rejects, pytest.raises(StoreError, match="cannot write"):
        rejects.add(1, "reason", "text")
