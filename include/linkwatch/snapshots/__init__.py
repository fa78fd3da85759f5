"""Snapshots: the state of every known link after a night, as Parquet files; the arithmetic on them is DuckDB's.

    store.py    the folder of nights: staged tables, facts, and the one write that publishes
    files.py    paths and URLs, whole-file writes, damaged files
    engine.py   a DuckDB connection on Parquet files, results out as Parquet
    plan.py     which pages to look at tonight
    survival.py how fast links are lost, by age and referring domain
    fold.py     last snapshot + tonight's evidence = next snapshot
    brake.py    when a night, a network or a host fails too much to be believed
    hosts.py    what hosts answer for addresses that cannot exist
    diff.py     two snapshots = what differs, and the numbers of one

The queries stand in `linkwatch/sql`; each has a plain-Python twin in `tests/twins`.
"""

from linkwatch.snapshots.diff import changed_links, compare, diff_snapshots, pages_looked, site_counts
from linkwatch.snapshots.fold import FoldCounts, FoldInputs, fold_night
from linkwatch.snapshots.hosts import fold_hosts
from linkwatch.snapshots.plan import plan_pages
from linkwatch.snapshots.store import NightStore

__all__ = [
    "FoldCounts",
    "FoldInputs",
    "NightStore",
    "changed_links",
    "compare",
    "diff_snapshots",
    "fold_hosts",
    "fold_night",
    "pages_looked",
    "plan_pages",
    "site_counts",
]
