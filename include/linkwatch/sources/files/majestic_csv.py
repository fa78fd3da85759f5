"""Source `majestic_csv`: the CSV files of Majestic: an Advanced Report, "Download Backlinks", and Site Explorer's export.

Standing of what is built on here: two layouts were seen in importers and not in a document of the vendor: twenty columns that
begin with "Target URL,Source URL,Anchor Text", and Site Explorer's "SourceURL,…,AnchorText,TargetURL,ACRank,Date" with a byte
order mark. A flag is set where its cell is not empty; a spelled-out 0 or no counts as not set, which is our caution. Rows that
are no valid CSV and URLs with spaces are known to occur: the former are set aside, the latter are read as browsers read them.

A row that Majestic found as a redirect, a frame, a mention or an alt text is no <a> that a page could confirm, and is set
aside. "FlagOldCrawl" says that the vendor has not been back for long, which is no loss. The flows rate pages and not domains,
so there is no authority. "FlagDeleted" and "DateLost" are fields of the API, taken for a reason to look where a file has them.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.sources.files import cells
from linkwatch.sources.files.layout import Layout, Said, read_layout
from linkwatch.sources.pull import Pull


def read_majestic_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the export. Raises SourceError."""
    yield from read_layout(pull, LAYOUT)


def _said(columns: Mapping[str, pa.StringArray]) -> Said:
    flag = {name: cells.flags(columns.get(name)) for name in _FLAGS}
    lost = [one for one in (flag["deleted"], flag["date_lost"]) if one is not None]
    return Said(
        columns["source"],
        columns["target"],
        anchor=columns.get("anchor"),
        rel=cells.rel_of(flag["nofollow"]),
        first_seen=cells.dates(columns.get("first_seen")),
        last_seen=cells.dates(columns.get("last_seen")),
        says_lost=pc.or_(lost[0], lost[-1]) if lost else None,
        refused=cells.reasons(*((flag[kind], f"not a hyperlink: type {kind}") for kind in _NO_HYPERLINKS)),
    )


_NO_HYPERLINKS = ("redirect", "frame", "mention", "alt text")
_FLAGS = ("nofollow", "deleted", "date_lost", *_NO_HYPERLINKS)

LAYOUT = Layout(
    headers={
        "source": ("Source URL", "SourceURL"),
        "target": ("Target URL", "TargetURL"),
        "anchor": ("Anchor Text", "AnchorText"),
        "first_seen": ("Source First Found Date", "FirstIndexedDate"),
        "last_seen": ("Source Crawl Date", "LastSeenDate", "Date"),
        "nofollow": ("FlagNoFollow",),
        "redirect": ("FlagRedirect",),
        "frame": ("FlagFrame",),
        "mention": ("FlagMention",),
        "alt text": ("FlagAltText",),
        "deleted": ("FlagDeleted",),
        "date_lost": ("DateLost",),
    },
    required=("source", "target"),
    said=_said,
    partial="a report holds the part of Majestic's index that it was made from",
)
