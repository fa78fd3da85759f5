"""Ranks of domains: a source's whole table kept once, and of it the domains that a night knows. Not a claim, and no evidence."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, damaged, relation, stream_to
from linkwatch.snapshots.files import filesystem_of, whole_file

_CHOSEN = """
SELECT domain, max(authority) AS authority, min(harmonic_pos) AS harmonic_pos, min(pagerank_pos) AS pagerank_pos
FROM ranks SEMI JOIN (
    SELECT source_domain AS domain FROM claims UNION SELECT source_domain FROM before_links
) AS known USING (domain)
GROUP BY domain
ORDER BY domain
"""


def keep_ranks(path: str, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches of schemas.RANKS to `path`, whole or not at all; returns the number of rows."""
    rows = 0
    with whole_file(path) as file, pq.ParquetWriter(file, schemas.RANKS, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def has_ranks(path: str) -> bool:
    """True where `keep_ranks` has written `path`."""
    fs, inner = filesystem_of(path)
    return bool(fs.exists(inner))


def choose_ranks(ranks: list[str], *, claims: str, before_links: str | None, out: str) -> int:
    """Write the ranks of the source domains that tonight's claims or the last snapshot know; returns their number.

    Of a domain that several tables rank the best rank counts.
    """
    with connect(out) as connection, damaged([*ranks, claims, *([before_links] if before_links else [])]):
        relation(connection, "ranks", ranks, schemas.RANKS)
        relation(connection, "claims", [claims], schemas.CLAIMS)
        relation(connection, "before_links", [before_links] if before_links else [], schemas.LINKS)
        return stream_to(connection, _CHOSEN, [{}], schemas.RANKS, out)
