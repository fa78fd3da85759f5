"""Live links beside what is known of their pages and places: the joins that rules of content, policy and kind share.

Not a rule. Pages are asked first, since they are fewer than links, and only the links of pages that matter are looked up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples

NOT_READ = "its page was never read, or needs rendering"
NOT_ANALYSED = "its page was not analysed yet"

LINK_COLUMNS = ("link_id", "site", "source_url", "source_domain")

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class ReadPages:
    """Pages that can be trusted, with their analysis, and the live links that stand on them."""

    facts: pa.Table  # one row per page: url and the columns asked for; null where it was not analysed
    links: pa.Table  # one row per live link
    _row: np.ndarray[Any, np.dtype[np.int64]]  # of the link's page in `facts`; the row behind the last one when there is none

    def links_where(self, pages: pa.ChunkedArray | Mask) -> pa.Table:
        """Links on the pages for which a mask over `facts` holds."""
        holds = np.append(pages if isinstance(pages, np.ndarray) else holding(pages), False)
        return self.links.filter(pa.array(holds[self._row]))

    def links_elsewhere(self) -> pa.Table:
        """Links on pages without facts."""
        return self.links.filter(pa.array(self._row == len(self.facts)))


def read_pages(evidence: NightEvidence, links: Sequence[str], pages: Sequence[str], analyses: Mapping[str, str]) -> ReadPages:
    """Read pages with columns of PAGES, and of ANALYSES (column: name here); links with LINK_COLUMNS and more."""
    facts = beside(evidence.read_pages(["url", *pages]), "url", evidence.analyses, "url", analyses)
    live = evidence.live_links([*LINK_COLUMNS, *links])
    row = pc.index_in(live["source_url"], value_set=facts["url"])
    return ReadPages(facts, live, pc.fill_null(row, len(facts)).to_numpy().astype(np.int64))


def beside(rows: pa.Table, on: str, other: pa.Table, key: str, columns: Mapping[str, str]) -> pa.Table:
    """`rows` with columns of `other` (column: name here) from the row of equal key; null where there is none."""
    where = pc.index_in(rows[on], value_set=other[key]).combine_chunks()
    for column, name in columns.items():
        rows = rows.append_column(name, other[column].combine_chunks().take(where))
    return rows


def holding(mask: pa.Array | pa.ChunkedArray) -> Mask:
    """A mask in which what is not known does not hold."""
    held: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return held


def unsaid(because: str, links: pa.Table) -> Iterator[NotEvaluated]:
    """That nothing can be said of these links; nothing at all when there are none."""
    if len(links):
        yield NotEvaluated(because, links["link_id"].combine_chunks())


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule says of one page."""

    severity: Severity
    evidence: Mapping[str, object]  # without samples
    grounds: tuple[str, ...]


def page_findings(
    rule: str, links: pa.Table, facts: pa.Table | None, tell: Callable[[Mapping[str, Any], list[dict[str, Any]]], Told | None]
) -> Iterator[Finding]:
    """One finding for each page and watched site of a few links; its key is the page.

    `tell` is given the page's row in `facts` ({} without) and the rows of its links; None is nothing to tell.
    """
    row_of: dict[str, dict[str, Any]] = {}
    if facts is not None:
        pages = facts.filter(pc.is_in(facts["url"], value_set=pc.unique(links["source_url"])))
        row_of = {page["url"]: page for page in pages.to_pylist()}
    for rows in _by_page(links):
        url, site, domain = (rows[0][name] for name in ("source_url", "site", "source_domain"))
        told = tell(row_of.get(url, {}), rows)
        if told is not None:
            shown = {**told.evidence, "samples": samples([url])}
            link_ids = tuple(row["link_id"] for row in rows)
            yield Finding(rule, url, told.severity, site, link_ids, shown, (domain,), told.grounds)


def _by_page(links: pa.Table) -> Iterator[list[dict[str, Any]]]:
    """A few links, grouped by page and watched site, in a settled order; within a group by link_id."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in links.to_pylist():
        groups[row["source_url"], row["site"]].append(row)
    for _, rows in sorted(groups.items()):
        yield sorted(rows, key=lambda row: row["link_id"])
