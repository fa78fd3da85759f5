"""First and last claim: which source said when that there is a link, beside the snapshot of links. No word on what is true."""

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, damaged, key_slices, relation, statement, stream_to

_NARROW = 4  # times as many rows in a slice as of links: they carry no text


def fold_claimed(before: str | None, claims: str, out: str) -> int:
    """Write who claimed which link, and since when (schemas.CLAIMED by link_id and claimed_by); returns the number of rows.

    `before` is the file of the last snapshot, None where there is none; `claims` are tonight's (schemas.CLAIMS), of which
    those without a link say nothing here. A claim's date is that of the export, so an export that is read again changes
    nothing. Raises StoreError for files that cannot be read or written.
    """
    with connect(out) as connection, damaged([path for path in (before, claims) if path]):
        relation(connection, "before_claimed", [before] if before else [], schemas.CLAIMED)
        relation(connection, "claims", [claims], schemas.CLAIMS)
        [(rows,)] = connection.execute("SELECT (SELECT count(*) FROM before_claimed) + (SELECT count(*) FROM claims)").fetchall()
        return stream_to(connection, statement("claimed"), key_slices(rows // _NARROW), schemas.CLAIMED, out)
