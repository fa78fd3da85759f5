"""Cells of tables as people and vendors write them, a column at a time: dates, ratings, counts and flags as Arrow arrays.

What cannot be read is not known (null), never guessed; where a file has no such column (None), nothing comes of it (None).
ISO dates, which is what machines write, cost one cast a column; all others are read one distinct text at a time.
"""

from collections.abc import Callable
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.schemas import UTC_US
from linkwatch.sources.files.dates import read_dates

_RELS = pa.array(
    ["", "nofollow", "sponsored", "nofollow sponsored", "ugc", "nofollow ugc", "sponsored ugc", "nofollow sponsored ugc"]
)
"""Rel tokens by the sum of their bits: nofollow 1, sponsored 2, ugc 4."""
_YES = pa.array(
    ["true", "1", "yes", "y", "x", "ja", "oui", "sí", "si", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar"]
)
"""Beside English: what Excel and spreadsheets turn TRUE into where they speak another language."""
_UNMARKED = pa.array(["", "0", "false", "no", "n", "-", None])
_NUMBER = r"^\d{1,3}(?:[.,]\d+)?$"
_GROUP = r"[.,'’\x{a0}\x{2009}\x{202f} ]"
_COUNT = rf"^(?:\d{{1,18}}|\d{{1,3}}(?:{_GROUP}\d{{2,3}}){{0,4}}{_GROUP}\d{{3}})$"


def dates(texts: pa.StringArray | None, day_first: bool | None = None) -> pa.TimestampArray | None:
    """Dates and times as aware UTC, µs; without a zone a time is taken for UTC. Null where empty or not readable.

    Read are ISO 8601, "2026/09/15", "15.09.2026", "28/09/2026", "9/15/2026", "Sep 15, 2026", "15 sept. 2026", "2026年9月15日"
    and seconds or milliseconds since 1970, with a time behind a date. Where day and month may be either, any value of the
    column that can only be one way decides for all; else `day_first`; else a date with dots has the day first (it has
    wherever dots are used), and one with strokes is not known.
    """
    if texts is None:
        return None
    filled = _filled(texts)
    for kind in (pa.timestamp("us"), UTC_US):  # the second for texts that all have a zone
        try:
            plain = filled.cast(kind)
        except pa.ArrowInvalid:
            continue
        return plain if kind == UTC_US else pc.assume_timezone(plain, "UTC")
    distinct = pc.dictionary_encode(filled)
    found = read_dates(distinct.dictionary.to_pylist(), day_first)
    return pa.array(found, type=UTC_US).take(distinct.indices)


def ratings(texts: pa.StringArray | None) -> pa.DoubleArray | None:
    """Ratings from 0 to 100, with a decimal point or comma; null for anything else."""
    return of_values(texts, _ratings)


def counts(texts: pa.StringArray | None) -> pa.Int64Array | None:
    """Whole numbers from 0 up, also "1,240", "1.240", "1 240" and "1'240"; null for anything else."""
    if texts is None:
        return None
    trimmed = pc.utf8_trim_whitespace(texts)
    sound = pc.if_else(pc.match_substring_regex(trimmed, _COUNT), trimmed, None)
    return pc.replace_substring_regex(sound, r"\D", "").cast(pa.int64())


def yes(texts: pa.StringArray | None) -> pa.BooleanArray | None:
    """True for true, 1, yes, x (in any letter case) and what spreadsheets of other languages write; never null."""
    return of_values(texts, lambda values: _is_one_of(values, _YES))


def flags(texts: pa.StringArray | None) -> pa.BooleanArray | None:
    """True where a cell is not empty and is no spelled-out no (0, false, no, -): a mark of any kind; never null."""
    return of_values(texts, lambda values: pc.invert(_is_one_of(values, _UNMARKED)))


def reasons(*given: tuple[pa.BooleanArray | None, str]) -> pa.StringArray | None:
    """For each row the text of the first flag that is set, null where none is; None where there are no flags at all."""
    told = [pc.if_else(flag, text, None) for flag, text in given if flag is not None]
    return pc.coalesce(*told) if told else None


def rel_of(
    nofollow: pa.BooleanArray | None = None, sponsored: pa.BooleanArray | None = None, ugc: pa.BooleanArray | None = None
) -> pa.StringArray | None:
    """Rel tokens of flags, sorted, space-separated; "" where none is set. None where no flag is given: nothing is said of rel."""
    said = [(bit, flag) for bit, flag in ((1, nofollow), (2, sponsored), (4, ugc)) if flag is not None]
    if not said:
        return None
    codes = [pc.multiply(pc.fill_null(flag, False).cast(pa.int8()), pa.scalar(bit, pa.int8())) for bit, flag in said]
    return _RELS.take(reduce(pc.add, codes))


def of_values(texts: pa.StringArray | None, read: Callable[[pa.StringArray], pa.Array]) -> pa.Array | None:
    """What `read` makes of a column of few distinct values: each of them is read once, null among them."""
    if texts is None:
        return None
    distinct = pc.dictionary_encode(texts, null_encoding="encode")
    return read(distinct.dictionary).take(distinct.indices)


def _is_one_of(texts: pa.StringArray, words: pa.StringArray) -> pa.BooleanArray:
    return pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(texts)), value_set=words)


def _ratings(texts: pa.StringArray) -> pa.DoubleArray:
    trimmed = pc.utf8_trim_whitespace(texts)
    sound = pc.if_else(pc.match_substring_regex(trimmed, _NUMBER), trimmed, None)
    found = pc.replace_substring(sound, ",", ".").cast(pa.float64())
    return pc.if_else(pc.less_equal(found, 100.0), found, None)


def _filled(texts: pa.StringArray) -> pa.StringArray:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)
