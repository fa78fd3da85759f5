"""What stands in a column, told by its cells: for files whose headers are in any language, or that nobody has seen yet."""

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.sources.files import cells

MIN_SHARE = 0.8
"""Of the cells that have something in them: so many of one shape make it the column's."""


class Shape(StrEnum):
    """What the cells of a column are."""

    URL = "URLs"  # with a scheme
    HOST = "hosts"  # "example.com", also "example.com/page" without a scheme
    DATE = "dates"
    COUNT = "numbers"
    TEXT = "text"
    EMPTY = "nothing"


_URL = re.compile(r"\s*https?://\S", re.IGNORECASE)
_HOST = re.compile(r"\s*(?:[^\s/:@.,;]{1,63}\.)+[^\W\d_][^\s/:@.,;]{1,62}(?::\d+)?(?:/\S*)?\s*\Z")


def shapes_of(rows: Sequence[Sequence[str]], width: int) -> list[Shape]:
    """The shape of each of `width` columns, by the first rows of a table."""
    return [_shape([row[place] for row in rows if place < len(row) and row[place].strip()]) for place in range(width)]


def _shape(texts: Sequence[str]) -> Shape:
    if not texts:
        return Shape.EMPTY
    column = pa.array(texts, pa.string())
    found = Counter(
        {
            Shape.URL: sum(bool(_URL.match(text)) for text in texts),
            Shape.HOST: sum(bool(_HOST.match(text)) for text in texts),
            Shape.COUNT: pc.count(cells.counts(column)).as_py(),
            Shape.DATE: pc.count(cells.dates(column, day_first=True)).as_py(),
        }
    )
    shape, count = found.most_common(1)[0]  # of equals the first: a number is no date
    return shape if count >= len(texts) * MIN_SHARE else Shape.TEXT
