"""Who says that there is a link: one module a kind of source, each a function from a `Pull` to batches of CLAIMS.

A source says where to look, and never what is true: a page is looked at before a link counts. A source that cannot be
read raises SourceError and the night goes on with the others; a row that cannot be used is a reject.

    with Rejects(source.name, folder / f"{source.name}.csv") as rejects:
        pull = Pull(source, scopes, as_of, rejects, fetch)
        for batch in read_claims(pull): ...
    PullFacts.of(pull, claims)

    pull.py     a reading of a source: what it may use, what it notes, what is kept of it
    claims.py   rows of CLAIMS and rejects; bulk.py whole columns of them, by the same rules (ends.py)
    judging.py  whether what was read is to be believed
    files/      exports and lists        apis/    vendors' interfaces        crawls/  Common Crawl, sitemaps
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis import API_SOURCES
from linkwatch.sources.claims import Reject, Rejects
from linkwatch.sources.crawls.commoncrawl import parts_of_commoncrawl, read_commoncrawl
from linkwatch.sources.crawls.ranks import read_ranks
from linkwatch.sources.crawls.sitemap import read_sitemap
from linkwatch.sources.crawls.streams import stamp_of
from linkwatch.sources.files.ahrefs_csv import read_ahrefs_csv
from linkwatch.sources.files.links_csv import read_links_csv
from linkwatch.sources.files.majestic_csv import read_majestic_csv
from linkwatch.sources.files.moz_csv import read_moz_csv
from linkwatch.sources.files.pages import read_pages
from linkwatch.sources.files.search_console_csv import read_search_console_csv
from linkwatch.sources.files.semrush_csv import read_semrush_csv
from linkwatch.sources.judging import judge, merge_parts, pages_only
from linkwatch.sources.pull import Account, Fetch, Hold, Ledger, Notes, Pull, PulledFile, PullFacts, PullStatus, Source

__all__ = [
    "API_SOURCES",
    "OTHER_KINDS",
    "SOURCES",
    "Account",
    "Fetch",
    "Hold",
    "Ledger",
    "Notes",
    "Pull",
    "PullFacts",
    "PullStatus",
    "PulledFile",
    "Reject",
    "Rejects",
    "Source",
    "judge",
    "merge_parts",
    "pages_only",
    "parts_of",
    "read_claims",
    "read_ranks",
    "stamp_of",
]

SOURCES: dict[str, Source] = {
    "pages": read_pages,
    "links_csv": read_links_csv,
    "ahrefs_csv": read_ahrefs_csv,
    "semrush_csv": read_semrush_csv,
    "majestic_csv": read_majestic_csv,
    "moz_csv": read_moz_csv,
    "search_console_csv": read_search_console_csv,
    **API_SOURCES,
    "commoncrawl": read_commoncrawl,
    "sitemap": read_sitemap,
}
"""Kinds that claim links or pages."""

OTHER_KINDS = ("commoncrawl_ranks", "crawl")
"""Kinds that claim nothing: ranks of domains, and the pages of an own site. `linkwatch.steps.pulling` reads them."""


def parts_of(source: SourceSettings) -> Sequence[str]:
    """The parts that a source is read in, a task each; ("",) for one that is read as a whole. Raises SourceError."""
    return parts_of_commoncrawl(source) if source.kind == "commoncrawl" else ("",)


def read_claims(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, 50,000 rows at most; none at all for a source that lists nothing. Raises SourceError."""
    yield from SOURCES[pull.source.kind](pull)
