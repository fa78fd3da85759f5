"""Source `semrush_csv`: the CSV file that Semrush's "Backlinks" report exports. Columns are found by name.

Standing of what is built on here: the column names, commas and `true`/`TRUE`/`1` were seen in three independent importers,
not in a document of the vendor; one of them expects a byte order mark. Exports of exactly 50,000 rows were observed: a
sample, cut there. How dates are written was not seen: every form that `cells.dates` knows is read. That "Frame" and "Form"
mark links that are no <a> (as in the vendor's API) is not verified of the file.

"Page ascore" rates the page and not its domain, so it is no authority. "Lost link" is the vendor's belief: a reason to look.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa

from linkwatch.sources.files import cells
from linkwatch.sources.files.layout import Layout, Said, read_layout
from linkwatch.sources.pull import Pull


def read_semrush_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the export. Raises SourceError."""
    yield from read_layout(pull, LAYOUT)


def _said(columns: Mapping[str, pa.StringArray]) -> Said:
    flag = {name: cells.yes(columns.get(name)) for name in _FLAGS}
    return Said(
        columns["source"],
        columns["target"],
        anchor=columns.get("anchor"),
        rel=cells.rel_of(flag["nofollow"], flag["sponsored"], flag["ugc"]),
        first_seen=cells.dates(columns.get("first_seen")),
        last_seen=cells.dates(columns.get("last_seen")),
        says_lost=flag["lost"],
        refused=cells.reasons(*((flag[kind], f"not a hyperlink: type {kind}") for kind in _NO_HYPERLINKS)),
    )


_NO_HYPERLINKS = ("frame", "form")
_FLAGS = ("nofollow", "sponsored", "ugc", "lost", *_NO_HYPERLINKS)

LAYOUT = Layout(
    headers={
        "source": ("Source url",),
        "target": ("Target url",),
        "anchor": ("Anchor",),
        "nofollow": ("Nofollow",),
        "sponsored": ("Sponsored",),
        "ugc": ("Ugc",),
        "frame": ("Frame",),
        "form": ("Form",),
        "first_seen": ("First seen",),
        "last_seen": ("Last seen",),
        "lost": ("Lost link",),
    },
    required=("source", "target"),
    said=_said,
    max_rows=50_000,
    cap="50,000 rows, the most that Semrush exports",
    partial="an export holds what the report's filters let through",
)
