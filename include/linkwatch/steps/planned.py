"""The pages of a night's plan as those who look take them up: an address, and what the last snapshot knows of it."""

from dataclasses import dataclass

import pyarrow.compute as pc

from linkwatch.snapshots import NightStore

_PLANNED = ("url", "etag", "last_modified", "reason", "links", "signature", "kept_hash", "rendered", "important")


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """A row of the plan: a page, and what the last snapshot knows of it."""

    url: str
    etag: str = ""
    last_modified: str = ""
    reason: str = "known"
    links: int = 0  # known links that the page should show
    signature: str = ""
    kept_hash: str = ""
    rendered: bool = False
    important: bool = False


def planned_pages(store: NightStore, night: str, shard: int) -> list[PlannedPage]:
    """A shard's pages, those with most to lose first."""
    rows = store.read_table(night, "plan", ["shard", *_PLANNED])
    rows = rows.filter(pc.equal(rows["shard"], shard)).select(list(_PLANNED))
    return [PlannedPage(*values) for values in zip(*(column.to_pylist() for column in rows.columns), strict=True)]
