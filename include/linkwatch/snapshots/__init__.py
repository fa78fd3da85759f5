"""Snapshots: the state of every known link after a night, as Parquet files; the arithmetic on them is DuckDB's.

    store.py    the folder of nights: staged tables, facts, and the one write that publishes
    files.py    paths and URLs, whole-file writes, damaged files
    engine.py   a DuckDB connection on Parquet files, results out as Parquet
    plan.py     which pages to look at tonight
    survival.py how fast links are lost, by age and referring domain
    analyses.py what closer looks at pages said, page by page and link by link
    claimed.py  first and last claim of each source
    fold.py     last snapshot + tonight's evidence = next snapshot
    brake.py    when a night, a network or a host fails too much to be believed
    gap.py      domains that link to competitors and not to an own site
    reclaim.py  own addresses that do not answer while backlinks lead to them
    ranks.py    what Common Crawl's graph says of the domains that are known
    hosts.py    what hosts answer for addresses that cannot exist
    diff.py     two snapshots = what differs, and the numbers of one

The queries stand in `linkwatch/sql`; each has a plain-Python twin in `tests/twins`.
"""

from linkwatch.snapshots.analyses import fold_analyses
from linkwatch.snapshots.claimed import fold_claimed
from linkwatch.snapshots.diff import changed_links, compare, diff_snapshots, differing_rows, pages_looked, site_counts
from linkwatch.snapshots.fold import FoldCounts, FoldInputs, fold_night
from linkwatch.snapshots.gap import find_gap
from linkwatch.snapshots.hosts import fold_hosts
from linkwatch.snapshots.plan import plan_pages
from linkwatch.snapshots.ranks import choose_ranks, has_ranks, keep_ranks
from linkwatch.snapshots.reclaim import living_pages, troubled_targets
from linkwatch.snapshots.store import NightStore

__all__ = [
    "FoldCounts",
    "FoldInputs",
    "NightStore",
    "changed_links",
    "choose_ranks",
    "compare",
    "diff_snapshots",
    "differing_rows",
    "find_gap",
    "fold_analyses",
    "fold_claimed",
    "fold_hosts",
    "fold_night",
    "has_ranks",
    "keep_ranks",
    "living_pages",
    "pages_looked",
    "plan_pages",
    "site_counts",
    "troubled_targets",
]
