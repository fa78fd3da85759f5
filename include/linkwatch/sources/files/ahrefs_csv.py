"""Source `ahrefs_csv`: the file that Ahrefs' "Backlinks" report exports, and its kin "Broken backlinks" and "Link intersect".

Standing of what is built on here: the column names, UTF-16 with tabs, `true`/`false` and the form of dates were seen in
independent importers, not in a document of the vendor; newer exports in UTF-8 with commas were reported. That "Drop
reason" is upkeep of the vendor's index and no loss follows from the values that its API documents. The values of "Type"
are those of the API; that the file uses the same is not verified. "Domain rating" is the vendor's rating of the referring
domain, 0 to 100 on a logarithmic scale. The kin have the same columns but for some at the end, which are passed over; a
"Link intersect" whose rows name no target URL is no such file. An export depends on the filters of the page it was made
on and on a row cap: it is never complete by nature, and a link that it does not list is no evidence.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.sources.files import cells
from linkwatch.sources.files.layout import Layout, Said, read_layout
from linkwatch.sources.pull import Pull

NO_HYPERLINKS = ("redirect", "frame", "form", "canonical", "alternate", "rss")
"""Types of backlink that no <a> on the page would ever confirm."""

Columns = Mapping[str, pa.StringArray]


def read_ahrefs_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the export. Raises SourceError."""
    return read_layout(pull, LAYOUT)


def _said(columns: Columns) -> Said:
    flags = {name: cells.yes(columns[name]) for name in ("nofollow", "sponsored", "ugc") if name in columns}
    return Said(
        source=columns["source"],
        target=columns["target"],
        anchor=columns.get("anchor"),
        rel=cells.rel_of(**flags),
        first_seen=_dates(columns.get("first_seen")),
        last_seen=_dates(columns.get("last_seen")),
        says_lost=_says_lost(columns),
        authority=cells.ratings(columns["authority"]) if "authority" in columns else None,
        refused=cells.of_values(columns["type"], _refusals) if "type" in columns else None,
    )


def _says_lost(columns: Columns) -> pa.BooleanArray | None:
    """The vendor believes so, and not for a reason of its own index."""
    told = [cells.flags(columns[name]) for name in ("lost_status", "lost") if name in columns]
    if not told:
        return None
    lost = told[0] if len(told) == 1 else pc.or_(*told)
    return pc.and_not(lost, cells.flags(columns["drop_reason"])) if "drop_reason" in columns else lost


def _refusals(types: pa.StringArray) -> pa.StringArray:
    known = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(types)), value_set=pa.array(NO_HYPERLINKS))
    return pc.if_else(known, pc.binary_join_element_wise("not a hyperlink: type", types, " "), None)


def _dates(texts: pa.StringArray | None) -> pa.TimestampArray | None:
    return None if texts is None else cells.dates(texts)


LAYOUT = Layout(
    headers={
        "source": ("Referring page URL",),
        "target": ("Target URL",),
        "anchor": ("Anchor",),
        "type": ("Type",),
        "nofollow": ("Nofollow",),
        "sponsored": ("Sponsored",),
        "ugc": ("UGC",),
        "first_seen": ("First seen",),
        "last_seen": ("Last seen",),
        "lost_status": ("Lost status",),
        "lost": ("Lost",),
        "drop_reason": ("Drop reason",),
        "authority": ("Domain rating",),
    },
    required=("source", "target"),
    said=_said,
    partial="an Ahrefs export holds what the filters of its page and the plan's row limit let through",
)
