"""Source `search_console_csv`: tables that Google Search Console's "Links" report exports, as CSV, ZIP or xlsx.

Standing of what is built on here: all of it was seen in importers and in their fixtures, not in a document of Google. Headers
are in the language of the user's interface and the names of files and sheets may be, so tables are told by the shape of their
columns: "Latest links" and "More sample links" have a column of URLs and no counts (the header of the latter was not seen),
"Top linking sites" hosts and counts, "Top linked pages" URLs and counts, "Top linking text" (low confidence) text and counts.
Exports of up to 100,000 rows were seen. Dates are mostly ISO; "Sep 15, 2026" and "28/09/2026" occur.

Latest and sample links name pages without saying what they link to: pages worth looking at. The other tables name sites, own
pages or texts, and no page that one could look at: where they come along, in an archive, a workbook or by a pattern, they are
passed over; alone they are an error that says what to export instead. So it does not matter that tables of internal links look
like those of external ones. The report is a sample of what Google knows: nothing follows from what it leaves out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.sources.files import cells
from linkwatch.sources.files.layout import Layout, Said, read_layout
from linkwatch.sources.files.opening import SourceFile
from linkwatch.sources.files.shapes import Shape, shapes_of
from linkwatch.sources.pull import Pull

_OTHER_TABLES = {
    Shape.HOST: "names linking sites and not their pages",
    Shape.URL: "names own pages and not those that link to them",
    Shape.TEXT: "names texts of links and no pages",
}
"""Tables of counts by what their first column is."""


def read_search_console_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per linking page: pages worth looking at. Raises SourceError."""
    tables = _Tables()
    layout = Layout(
        headers={},
        required=(),
        said=_said,
        find=tables.find,
        max_rows=100_000,
        cap="100,000 rows, the most that Search Console exports",
        partial="Search Console shows a sample of the links that Google knows",
    )
    yield from read_layout(pull, layout)
    if not tables.pages:
        raise SourceError(
            f"source {pull.source.name}: {'; '.join(tables.others)}; "
            'expected the table "Latest links" or "More sample links" (Links > Export external links)'
        )
    pull.notes.partial += [f"{other}: passed over" for other in tables.others]


@dataclass
class _Tables:
    """The tables of one reading: how many have pages, and why the others have none."""

    pages: int = 0
    others: list[str] = field(default_factory=list)

    def find(self, file: SourceFile, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
        """Places of the linking page and of its date; of a table without pages any column, under another name."""
        shapes = shapes_of(rows, len(headers))
        if Shape.COUNT in shapes:
            what = _OTHER_TABLES.get(next(shape for shape in shapes if shape != Shape.COUNT or len(set(shapes)) == 1), "")
            self.others.append(f"{file.path} {what or 'has counts and no pages'}")
            return {"passed over": 0}
        urls = [place for place, shape in enumerate(shapes) if shape is Shape.URL]
        if len(urls) != 1 and rows:
            there = ", ".join(f"{header!r} ({shape})" for header, shape in zip(headers, shapes, strict=True))
            raise SourceError(
                f"{file.path} is no table of Search Console's links: expected one column of URLs, it has {there}; "
                "`links_csv` reads any table"
            )
        self.pages += 1
        dates = [place for place, shape in enumerate(shapes) if shape is Shape.DATE]
        return {"source": urls[0] if urls else 0} | ({"last_seen": dates[0]} if dates else {})


def _said(columns: Mapping[str, pa.StringArray]) -> Said:
    if "source" not in columns:
        return Said(pa.array([], pa.string()))
    return Said(columns["source"], last_seen=cells.dates(columns.get("last_seen")))
