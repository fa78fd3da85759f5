"""Hosts: of each the last probe, carried from night to night."""

from datetime import UTC, datetime, timedelta

from linkwatch import schemas
from linkwatch.snapshots import fold_hosts
from twins.rows import read, write

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)


def probe(host: str, at: datetime, outcome: str = "readable") -> dict[str, object]:
    """A row of HOSTS."""
    return {"host": host, "probe_outcome": outcome, "probe_signature": "s", "probed_at": at}


def test_the_last_probe_of_a_host_stands(tmp_path):
    """Hosts of the last snapshot stay, those that were asked tonight have tonight's answer; sorted by host."""
    before = write(tmp_path / "before.parquet", [probe("a.example", MONDAY), probe("b.example", MONDAY)], schemas.HOSTS)
    later = MONDAY + timedelta(days=7)
    tonight = [
        write(tmp_path / f"probes-{host}.parquet", [probe(host, later, "page_not_found")], schemas.HOSTS)
        for host in ("c.example", "b.example")
    ]
    out = tmp_path / "hosts.parquet"
    assert fold_hosts(before, tonight, str(out)) == 3
    assert [(row["host"], row["probe_outcome"], row["probed_at"]) for row in read(out)] == [
        ("a.example", "readable", MONDAY),
        ("b.example", "page_not_found", later),
        ("c.example", "page_not_found", later),
    ]


def test_the_first_night_asks_nobody(tmp_path):
    """Without a snapshot and without probes there is a table without rows."""
    out = tmp_path / "hosts.parquet"
    assert fold_hosts(None, [], str(out)) == 0
    assert read(out) == []
