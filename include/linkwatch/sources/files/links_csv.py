"""Source `links_csv`: any CSV file or workbook with a column of source pages and a column of targets.

Which header is which is said in the settings, `columns = {source = "Linking page", target = "Landing page"}`; names that
are not said are looked for under the usual headers. `target = ""` says that the file has none: its rows then are pages worth
looking at. Dates are read in all forms of `cells.dates`: where day and month may be either (05/06/2026), any date of the
column that can only be one way decides for all (every 50,000 rows anew); without one, dates with dots have the day first, and
those with strokes are not known. An authority of the referring domain that is no number from 0 to 100 is not known either.
"""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.files import cells
from linkwatch.sources.files.layout import Layout, Said, folded_header, missing_column, read_layout
from linkwatch.sources.files.opening import SourceFile
from linkwatch.sources.pull import Pull

USUAL_HEADERS = {
    "source": (
        *("source", "source url", "source page", "linking page", "referring page url", "referring page", "backlink"),
        *("url from", "link from", "from url", "from", "page url"),
    ),
    "target": ("target", "target url", "target page", "landing page", "url to", "link to", "to url", "to", "destination"),
    "anchor": ("anchor", "anchor text", "link text", "text"),
    "rel": ("rel", "link rel", "rel attribute"),
    "first_seen": ("first seen", "first found", "source first found date", "date first seen", "discovered"),
    "last_seen": ("last seen", "last crawled", "last found", "source crawl date", "date last seen"),
    "authority": ("authority", "domain rating", "dr", "domain authority", "da", "authority score", "domain score"),
}
"""Our name: headers under which it is looked for, best first; letter case, `_` and `-` do not count."""

_REQUIRED = ("source", "target")


def read_links_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the file. Raises SourceError."""
    source = pull.source
    for name in source.columns:
        if name not in USUAL_HEADERS:
            known = ", ".join(USUAL_HEADERS)
            raise SourceError(f"source {source.name}: columns names {name!r}; expected some of {known}")

    def find(file: SourceFile, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
        del rows
        return _places(source, file, headers)

    partial = "the settings do not say that the file has all links (complete = true)"
    yield from read_layout(pull, Layout(USUAL_HEADERS, _REQUIRED, _said, find=find, partial=partial))


def _said(columns: Mapping[str, pa.StringArray]) -> Said:
    if "target" not in columns:
        return Said(columns["source"])
    return Said(
        columns["source"],
        columns["target"],
        anchor=columns.get("anchor"),
        rel=columns.get("rel"),
        first_seen=cells.dates(columns.get("first_seen")),
        last_seen=cells.dates(columns.get("last_seen")),
        authority=cells.ratings(columns.get("authority")),
    )


def _places(source: SourceSettings, file: SourceFile, columns: Sequence[str]) -> dict[str, int]:
    by_fold = {folded_header(column): place for place, column in reversed(list(enumerate(columns)))}
    places = {}
    for name, usual in USUAL_HEADERS.items():
        header = source.columns.get(name)
        if header == "" and name != "source":
            continue
        wanted = usual if header is None else (header,)
        place = next((by_fold[folded_header(one)] for one in wanted if folded_header(one) in by_fold), None)
        if place is not None:
            places[name] = place
        elif header is not None or name in _REQUIRED:
            raise missing_column(f"source {source.name}: {file.path}", header if header is not None else name, columns)
    return places
