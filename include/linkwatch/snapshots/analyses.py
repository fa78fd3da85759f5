"""Closer looks at pages, folded night by night: what the last analysis of each page said of it, and of its links.

A page that was analysed tonight replaces all that was known of it; what is known of the others stays. How much of a page's
text stayed is told here, where its old signature and the new one meet: text that turned into another one is what hacked
and re-used domains have in common.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.analysis_schemas import ANALYSES, PLACES
from linkwatch.schemas import F64, PAGES, UTC_US
from linkwatch.snapshots.engine import connect, damaged, fetch, relation, stream_to

TURNED_SHARE = 0.3
"""Share of the old text below which a text is another one: of 14,706 pairs of unrelated articles none had so much in common
(measured, suspicion.md 3)."""

Pair = tuple[str, str]  # a file of ANALYSES and the file of PLACES that belongs to it

_PAGE, _PLACE = ", ".join(ANALYSES.names), ", ".join(PLACES.names)
_LAST = "CREATE TEMP TABLE last AS SELECT url, max(file_index) AS file_index FROM tonight_analyses GROUP BY url"
_FRESH = f"SELECT {_PAGE} FROM tonight_analyses SEMI JOIN last USING (url, file_index)"  # noqa: S608  # here and below: our names alone
_KNOWN = "SELECT url, kind, signature, known_since, turned_at FROM before_analyses SEMI JOIN last USING (url)"
_ANALYSES = f"""
    SELECT {_PAGE} FROM fresh
    UNION ALL
    SELECT {_PAGE} FROM before_analyses ANTI JOIN last USING (url) SEMI JOIN pages USING (url)
    ORDER BY url
"""  # noqa: S608
_PLACES = f"""
    SELECT {_PLACE} FROM tonight_places SEMI JOIN last USING (url, file_index)
    UNION ALL
    SELECT {_PLACE} FROM before_places ANTI JOIN last USING (url) SEMI JOIN pages USING (url)
    ORDER BY link_id
"""  # noqa: S608


def fold_analyses(before: Pair | None, tonight: Sequence[Pair], pages: str, out: Pair, as_of: datetime) -> int:
    """Write the analyses of a night (ANALYSES by url) and its places (PLACES by link_id); returns the number of pages.

    `before` are the files of the last snapshot, `tonight` has a pair a shard: of a page in several the last counts. `pages` is
    the night's file of schemas.PAGES: what is not in it is forgotten. Raises StoreError for files that cannot be read or written.
    """
    old = [before] if before else []
    with connect(out[0]) as connection, damaged([pages, *(path for pair in (*tonight, *old) for path in pair)]):
        relation(connection, "pages", [pages], PAGES)
        for when, pairs in (("tonight", tonight), ("before", old)):
            relation(connection, f"{when}_analyses", [path for path, _ in pairs], ANALYSES)
            relation(connection, f"{when}_places", [path for _, path in pairs], PLACES)
        connection.execute(_LAST)
        fresh = fetch(connection, _FRESH, {}, ANALYSES)
        connection.register("fresh", _compared(fresh, connection.sql(_KNOWN).to_arrow_table(), as_of))
        stream_to(connection, _PLACES, [{}], PLACES, out[1])
        return stream_to(connection, _ANALYSES, [{}], ANALYSES, out[0])


def _compared(fresh: pa.Table, before: pa.Table, as_of: datetime) -> pa.Table:
    """Tonight's analyses beside what was known of the same pages: `kept_share`, `known_since` and `turned_at`."""
    was = before.take(pc.index_in(fresh["url"], before["url"].combine_chunks()))
    shares = [
        _common(old, new) if old_kind == kind else None
        for old, old_kind, new, kind in zip(
            was["signature"].to_pylist(),
            was["kind"].to_pylist(),
            fresh["signature"].to_pylist(),
            fresh["kind"].to_pylist(),
            strict=True,
        )
    ]
    kept, now = pa.array(shares, F64), pa.scalar(as_of, UTC_US)
    turned = pc.if_else(pc.fill_null(pc.less(kept, TURNED_SHARE), False), now, was["turned_at"])
    for name, values in (("kept_share", kept), ("known_since", pc.fill_null(was["known_since"], now)), ("turned_at", turned)):
        fresh = fresh.set_column(fresh.schema.get_field_index(name), ANALYSES.field(name), values)
    return fresh


def _common(old: bytes | None, new: bytes) -> float | None:
    """Estimated Jaccard similarity of two texts by their MinHash signatures; None where one is too short to have any."""
    if not old or not new or len(old) != len(new):
        return None
    return float(np.mean(np.frombuffer(old, "<u4") == np.frombuffer(new, "<u4")))
