"""Own: a user's own site, page by page, and what its broken addresses would give back. Pure logic: no network, no files.

    frontier.py    which pages to look at next: breadth first, each once, within the budget, and out of traps
    pages.py       what looks at own pages come to: how deep, linked from where, leading where
    outbound.py    pages of others that own pages link to: which to look at tonight, and what is known of them
    broken.py      what is wrong with an own address that backlinks lead to
    likeness.py    which living page is most like one that is gone

The looks themselves are taken in `steps/crawling.py`; the backlinks are joined in `snapshots/reclaim.py`.
"""

from linkwatch.own.broken import CHAIN, ELSEWHERE, FRONT_PAGE, TELLING, Address, problem_of
from linkwatch.own.frontier import BUDGET, DEPTH, QUERIES, TRAP, Frontier
from linkwatch.own.likeness import Gone, Living, Successors
from linkwatch.own.outbound import TARGETS, TargetLook, choose_targets, latest_looks, looks_of, looks_table, rotten
from linkwatch.own.pages import OwnPage, SitePages

__all__ = [
    "BUDGET",
    "CHAIN",
    "DEPTH",
    "ELSEWHERE",
    "FRONT_PAGE",
    "QUERIES",
    "TARGETS",
    "TELLING",
    "TRAP",
    "Address",
    "Frontier",
    "Gone",
    "Living",
    "OwnPage",
    "SitePages",
    "Successors",
    "TargetLook",
    "choose_targets",
    "latest_looks",
    "looks_of",
    "looks_table",
    "problem_of",
    "rotten",
]
