"""Tables of text: the fast way and the strict one say what the slow twin says, in blocks of any size and any encoding."""

import io
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwatch.errors import SourceError
from linkwatch.sources.files.sound import sound_lines
from linkwatch.sources.files.table import MAX_ROW_LINES, Table
from linkwatch.sources.files.text import MAX_LINE_LENGTH, Text
from twins.csv_rows import read_rows

_CELL = st.sampled_from(
    ["a", "bé", '""', '"x, y"', '"two\nlines"', '"q ""q"""', "", " ", '"open', 'st"ray', '"stray" q', "\0", "日本", "😀"]
)
_LINE = st.lists(_CELL, min_size=1, max_size=4).map(",".join)
_SOUND_LINE = st.lists(st.sampled_from(["a", '"b, c"', '""', '"q ""q"""', "é"]), min_size=3, max_size=3).map(",".join)
_ENDS = st.sampled_from(["\n", "\r\n", "\n", "\r", "\n\n"])


def table_of(content: str, *, encoding: str = "utf-8", block_bytes: int = 1 << 20, preamble: int = 0, wanted: str = "") -> Table:
    """The table in a text; `wanted` is a header that it has to have."""
    text = Text(io.BytesIO(content.encode(encoding)), "it", block_bytes=block_bytes)
    return Table(text, "it", preamble=preamble, is_header=lambda found: not wanted or wanted in found)


def read(text: str, **options) -> tuple[list[tuple[int, list[str]]], list[int]]:
    """What the twin gives: (line, fields) of sound rows, lines of broken ones."""
    table = table_of(text, **options)
    sound, broken = [], []
    for rows in table.rows(range(len(table.columns))):
        fields = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        sound += zip(rows.lines, map(list, fields), strict=True)
        broken += [row.line for row in rows.broken]
    return sound, broken


def lines_of(kind: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts of lines of one kind."""
    return st.lists(st.tuples(kind, _ENDS).map("".join), max_size=30).map("".join)


@given(
    st.one_of(lines_of(_LINE), lines_of(_SOUND_LINE), st.text(alphabet='a,"\n\r\0é😀', max_size=60)),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "utf-16-be", "utf-32"]),
    st.integers(1, 60),
)
@example('"open\n' + "x,y,z\n" * 60 + 'a,b,"closed at last"\n', "utf-8", 20)
@example('a,b,"' + "\n" * 48 + '"\nd,e,f\n', "utf-16", 1)
@settings(max_examples=300, deadline=None)
def test_every_way_reads_the_same_rows(text, encoding, block_bytes):
    """Rows, their lines and the broken ones are those of the slow twin, however the file comes in blocks."""
    header = f"{'s' * 400},t,u\n"  # long enough for zero bytes behind it not to look like UTF-16
    assert read(f"{header}{text}", encoding=encoding, block_bytes=block_bytes) == read_rows(text, ",", 3, MAX_ROW_LINES)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("odd", [0.0002, 0.3])
def test_odd_rows_in_a_long_file(seed, odd):
    """Few odd rows or many, in blocks that are halved until they are small: the rows are those of the slow twin."""
    rng = random.Random(seed)  # noqa: S311  # data, not secrets
    oddities = (
        '"two\nlines",b,c\n',
        '"open,b,c\n',
        "a,b\n",
        'a,"b" c,d\n',
        "\n",
        'a,b,"' + "long\n" * 40 + '"\n',
        f"{'x' * 90_000},b,c\n",
    )
    lines = (
        rng.choice(oddities) if rng.random() < odd else f'{n},"q ""{n}""",é\r\n' for n in range(20_000 if odd < 0.1 else 300)
    )
    text = "".join([*lines, '"open at the end\n', "1,2,3"])
    assert read(f"s,t,u\n{text}", block_bytes=150_000) == read_rows(text, ",", 3, MAX_ROW_LINES)


@given(lines_of(_SOUND_LINE).filter(lambda text: "\r" not in text.replace("\r\n", "")))
def test_well_formed_lines_are_sound(text):
    """The strict way is not needed for lines that hold a row each."""
    assert sound_lines(text.encode(), ",") == text.count("\n")


@pytest.mark.parametrize(
    "lines",
    ['a,"open\n', 'a,"b" c\n', 'a,b "c"\n', '"a,\nb"\n', "a,\0\n", "a\rb\n", '"a""\n', 'a,"""\n', f"a,{'x' * 131_073}\n", "a,b"],
)
@pytest.mark.parametrize("around", ["", 'c,d\n"e ""f""",g\n' * 20])
def test_lines_that_need_a_closer_look(lines, around):
    """One doubtful line makes its block one for the strict way."""
    assert sound_lines(f"{around}{lines}".encode(), ",") == 0


def test_rows_are_shown_as_they_stand():
    """The text of a row is what a person would find in the file, quotes taken off, from either way of reading."""
    header = "s,t,u\n"
    for text in ('a,"b, c",d\n1,2,3\n', 'a,"b, c",d\n1,2,3\n\n'):
        rows = next(table_of(header + text).rows([0]))
        assert [rows.text_of(0), rows.text_of(1)] == ["a,b, c,d", "1,2,3"]


def test_a_line_that_never_ends():
    """Of a line over the limit the rest is passed over, and costs nobody else."""
    long = "x" * (3 * MAX_LINE_LENGTH)
    assert read(f"s,t\n1,a\n2,{long}\n3,c\n{long}") == ([(2, ["1", "a"]), (4, ["3", "c"])], [3, 5])


@pytest.mark.parametrize(
    ("text", "columns", "delimiter"),
    [
        ("\n\n a ;b\n", ("a", "b"), ";"),
        ("sep=|\na|b\n", ("a", "b"), "|"),
        ("sep=\t\na\tb,c\n", ("a", "b,c"), "\t"),
        ('"a, b"\tc\n', ("a, b", "c"), "\t"),
        ('sep="\na,b\n', ('sep="',), "\t"),
    ],
)
def test_headers(text, columns, delimiter):
    """The header is the first line with anything in it, or the one behind Excel's own line that names the delimiter."""
    table = table_of(text)
    assert (table.columns, table.delimiter) == (columns, delimiter)


def test_lines_before_the_header():
    """With a preamble the header is the line with the columns that are wanted, and line numbers count the preamble."""
    text = "A report\nmade today, for you\n\nURL,Target\nx,y\n"
    table = table_of(text, preamble=6, wanted="URL")
    assert table.columns == ("URL", "Target")
    assert table.first_rows(5) == [["x", "y"]]
    assert read(text, preamble=6, wanted="URL") == ([(5, ["x", "y"])], [])
    assert table_of(text, preamble=2, wanted="URL").columns == ("A report",)


@pytest.mark.parametrize("content", ["\n\n", ""])
def test_no_header(content):
    """A file of blank lines is a clear error."""
    with pytest.raises(SourceError, match="it has no header line; expected a CSV file with a header"):
        table_of(content, encoding="utf-16")


@pytest.mark.parametrize(
    ("content", "encoding", "first"),
    [
        ("é,ä\n".encode(), "UTF-8", "é,ä\n"),
        ("é,ä\n".encode("utf-8-sig"), "UTF-8", "é,ä\n"),
        ("é,ä\n".encode("utf-16"), "UTF-16", "é,ä\n"),
        ("source,ä\n".encode("utf-16-be"), "UTF-16", "source,ä\n"),
        ("é,€\n".encode("cp1252"), "UTF-8, some of it windows-1252", "é,€\n"),
        ("é,ä\n".encode() + "ü\n".encode("cp1252"), "UTF-8, some of it windows-1252", "é,ä\n"),
        ("a\n".encode("utf-16") + b"\x00\xd8b\x00", "UTF-16, some of it damaged", "a\n"),
    ],
)
def test_how_a_file_was_read(content, encoding, first):
    """A text says in which encoding it was read, and whether some of it was not."""
    text = Text(io.BytesIO(content), "it")
    lines = list(text.lines())
    assert lines[0] == first
    assert text.encoding == encoding


@pytest.mark.parametrize(("content", "words"), [(b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "gzip"), (b"%PDF-1", "a PDF")])
def test_files_that_are_no_text(content, words):
    """What is no text is told by what it is."""
    with pytest.raises(SourceError, match=words):
        Text(io.BytesIO(content), "it")
