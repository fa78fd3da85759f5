"""Cells as people and vendors write them, column by column."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwatch.schemas import UTC_US
from linkwatch.sources.files import cells
from linkwatch.sources.files.shapes import Shape, shapes_of


def column(texts: list[str | None]) -> pa.StringArray:
    """A column of text."""
    return pa.array(texts, pa.string())


def day(text: str) -> datetime:
    """Midnight, or the time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["2026-11-01", "2026-11-01 10:11:12", "", None], ["2026-11-01", "2026-11-01T10:11:12", None, None]),
        (["2026-11-01T10:00:00+02:00", "2026-11-01T10:00:00Z"], ["2026-11-01T08:00", "2026-11-01T10:00"]),
        (["2026-11-01", "2026-11-01T10:00:00+02:00", "n/a"], ["2026-11-01", "2026-11-01T08:00", None]),
        (["2019-11-15 12:57:46 +00:00", "2019-11-15 12:57:46 -01:30"], ["2019-11-15T12:57:46", "2019-11-15T14:27:46"]),
        (["1767225600", "1767225600000", "20260915"], ["2026-01-01", "2026-01-01", "2026-09-15"]),
        (["15.09.2026", "05.06.2026", "2026/09/15", "15. 9. 2026"], ["2026-09-15", "2026-06-05", "2026-09-15", "2026-09-15"]),
        (["Sep 15, 2026", "15 sept. 2026", "15-Sep-2026", "September 15th, 2026"], ["2026-09-15"] * 4),
        (
            ["15. März 2026", "15 août 2026", "15 de marzo de 2026", "15 février 2026"],
            ["2026-03-15", "2026-08-15", "2026-03-15", "2026-02-15"],
        ),
        (["15 сентября 2026 г.", "15 בספט׳ 2026", "2026年9月15日", "15 wrz 2026"], ["2026-09-15"] * 4),
        (["١٥/٠٩/٢٠٢٦", "Tue, 15 Sep 2026 10:11:12 GMT"], ["2026-09-15", "2026-09-15T10:11:12"]),
        (["28/09/2026", "05/06/2026"], ["2026-09-28", "2026-06-05"]),
        (["9/28/2026", "05/06/2026"], ["2026-09-28", "2026-05-06"]),
        (["9/28/2026 3:04 PM", "28/09/2026 12:00 am", "05/06/2026"], ["2026-09-28T15:04", "2026-09-28", None]),
        (["05/06/2026", "05-06-2026", "05.06.2026"], [None, None, "2026-06-05"]),
        (["31.02.2026", "Sep 15", "15 jui 2026", "1/2/3/2026", "0001-01-01T00:00+14:00", "12/12/1812", "x" * 99], [None] * 7),
    ],
)
def test_dates(texts, days):
    """Dates in every form that was seen; what can be read in two ways, and nothing decides, is not known."""
    found = cells.dates(column(texts))
    assert found.type == UTC_US
    assert found.to_pylist() == [text and day(text) for text in days]


def test_dates_of_a_column_that_is_known_to_have_the_day_first():
    """Who knows the column's language says so; a date that can only be the other way round still decides."""
    assert cells.dates(column(["05/06/2026"]), day_first=True).to_pylist() == [day("2026-06-05")]
    assert cells.dates(column(["05/06/2026"]), day_first=False).to_pylist() == [day("2026-05-06")]
    assert cells.dates(column(["05/06/2026", "9/28/2026"]), day_first=True).to_pylist() == [day("2026-05-06"), day("2026-09-28")]


@given(
    st.lists(st.text(max_size=60) | st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( [0-9:+]{1,9})?", fullmatch=True))
)
def test_no_text_breaks_a_column(texts):
    """Whatever stands in cells, each gives a value or none."""
    for read in (cells.dates, cells.ratings, cells.counts, cells.yes, cells.flags):
        assert len(read(column(texts))) == len(texts)


@pytest.mark.parametrize(
    ("read", "texts", "expected"),
    [
        (cells.ratings, ["71", "71,5", " 71.5 ", "100", "0"], [71.0, 71.5, 71.5, 100.0, 0.0]),
        (cells.ratings, ["101", "-1", "nan", "high", "", None, "1e1"], [None] * 7),
        (cells.counts, ["1,240", "1.240", "1 240", "1\u00a0240", "1\u202f240", "1'240", "1.240.000"], [1240] * 6 + [1_240_000]),
        (cells.counts, ["12", "1,24,000", "1.5", "-3", "", None, "9" * 30], [12, 124_000, None, None, None, None, None]),
        (cells.yes, ["true", "TRUE", "1", "yes", "x", "WAHR", "0", "no", "", None], [True] * 6 + [False] * 4),
        (cells.flags, ["+", "NoFollow", "1", "0", "false", "No", "-", " ", None], [True] * 3 + [False] * 6),
    ],
)
def test_numbers_and_flags(read, texts, expected):
    """Numbers as other languages write them, and marks of any kind; what is none is not known, and no flag."""
    assert read(column(texts)).to_pylist() == expected


def test_rel_and_reasons():
    """Flags become tokens of rel and reasons for refusals; a file without the columns says nothing of them."""
    on, off = pa.array([True, True, False]), pa.array([False, True, None])
    assert cells.rel_of(on, None, off).to_pylist() == ["nofollow", "nofollow ugc", ""]
    assert cells.rel_of() is None
    assert cells.reasons((on, "one"), (None, "none"), (pa.array([True, False, True]), "two")).to_pylist() == ["one", "one", "two"]
    assert cells.reasons((None, "none")) is None
    assert [read(None) for read in (cells.dates, cells.ratings, cells.counts, cells.yes, cells.flags)] == [None] * 5


def test_shapes():
    """Columns are told by what is in most of their cells."""
    rows = [
        ["https://a.example/x y", "example.org", "2026-05-01", "1,240", "a guide", ""],
        ["http://b.example/", "münchen.example/seite", "May 3, 2026", "17", "https://c.example/", " "],
        ["HTTPS://c.example", "example.org:8080", "28/09/2026", "3", "3", ""],
    ]
    assert shapes_of(rows, 6) == [Shape.URL, Shape.HOST, Shape.DATE, Shape.COUNT, Shape.TEXT, Shape.EMPTY]
    assert shapes_of([], 2) == [Shape.EMPTY] * 2
