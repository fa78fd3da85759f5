"""Hosts: what each answers for an address that cannot exist there, as far as it was ever asked."""

from collections.abc import Sequence

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, damaged, relation, statement, stream_to


def fold_hosts(before: str | None, probes: Sequence[str], out: str) -> int:
    """Write the hosts of a night (schemas.HOSTS by host; of a host's probes the last one) and return their number.

    `before` is the file of the last snapshot, None where there is none; `probes` are those of tonight, a file a shard.
    Raises StoreError for files that cannot be read or written.
    """
    files = [path for path in (before, *probes) if path]
    with connect(out) as connection, damaged(files):
        relation(connection, "probes", files, schemas.HOSTS)
        return stream_to(connection, statement("fold_hosts"), [{}], schemas.HOSTS, out)
