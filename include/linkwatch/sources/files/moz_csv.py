"""Source `moz_csv`: the CSV files of Moz: Open Site Explorer's old layout, and whatever Link Explorer exports today.

Standing of what is built on here: the old layout was seen in importers: six lines before the header, then fifteen columns that
begin with "URL,Title,Anchor Text". The header of today's Link Explorer was NOT found anywhere: it is looked for under the
usual names, and a file that has none of them is an error that lists its columns (`links_csv` reads it with `columns`). What
stands in the cells of "Only rel=nofollow" and "301" was not seen either; a yes or a mark is taken for "it is so".

Moz names pages without a scheme (seen in answers of its API): https:// is asked for first; for what a link is, the scheme does
not count. A link can have a date of disappearance and a later date of last sight: it is believed lost only when the former is
the later one. "Domain Authority" rates the referring domain from 0 to 100.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.sources.files import cells
from linkwatch.sources.files.layout import Layout, Said, read_layout
from linkwatch.sources.pull import Pull

_HAS_SCHEME = r"^(?:[A-Za-z][A-Za-z0-9+\-]*:(?:[^0-9]|$)|//|$)"
"""Or has nothing at all. What stands before a number is no scheme but a host: "example.com:8080/"."""


def read_moz_csv(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per sound row of the export. Raises SourceError."""
    yield from read_layout(pull, LAYOUT)


def _said(columns: Mapping[str, pa.StringArray]) -> Said:
    nofollow = cells.flags(columns.get("nofollow"))
    redirect = cells.flags(columns.get("redirect"))
    last_seen = cells.dates(columns.get("last_seen"))
    return Said(
        _addresses(columns["source"]),
        _addresses(columns["target"]),
        anchor=columns.get("anchor"),
        rel=cells.rel_of(nofollow),
        first_seen=cells.dates(columns.get("first_seen")),
        last_seen=last_seen,
        says_lost=_lost(cells.dates(columns.get("lost")), last_seen),
        authority=cells.ratings(columns.get("authority")),
        refused=cells.reasons((redirect, "not a hyperlink: type redirect")),
    )


def _addresses(urls: pa.StringArray) -> pa.StringArray:
    """With https:// in front where there is no scheme."""
    trimmed = pc.utf8_trim_whitespace(urls)
    return pc.if_else(
        pc.match_substring_regex(trimmed, _HAS_SCHEME), trimmed, pc.binary_join_element_wise("https://", trimmed, "")
    )


def _lost(lost: pa.TimestampArray | None, seen: pa.TimestampArray | None) -> pa.BooleanArray | None:
    if lost is None or seen is None:
        return None if lost is None else pc.is_valid(lost)
    return pc.and_(pc.is_valid(lost), pc.fill_null(pc.greater(lost, seen), True))


LAYOUT = Layout(
    headers={
        "source": ("URL", "Source URL", "Source page", "Linking page", "Linking URL", "Page URL", "Links from"),
        "target": ("Target URL", "Target page", "Target", "Links to"),
        "anchor": ("Anchor Text", "Anchor"),
        "first_seen": ("First seen", "Date first seen", "Discovered", "First discovered"),
        "last_seen": ("Last seen", "Date last seen"),
        "lost": ("Date lost", "Lost", "Date disappeared"),
        "nofollow": ("Only rel=nofollow", "Nofollow"),
        "redirect": ("301",),
        "authority": ("Domain Authority", "DA", "Source DA", "Source Domain Authority"),
    },
    required=("source", "target"),
    said=_said,
    preamble=10,
    partial="an export holds what the report's filters and the plan let through",
)
