"""Who says that there is a link: one module a kind of source, each a function from settings to batches of CLAIMS.

A source says where to look, and never what is true: a page is looked at before a link counts. A source that cannot be
read raises SourceError and the night goes on with the others; a row that cannot be used is a reject.

    with Rejects(source.name, folder / f"{source.name}.csv") as rejects:
        pull = Pull(source, scopes, as_of, rejects, fetch)
        for batch in read_claims(pull): ...
    PullFacts.of(pull, claims)
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import Reject, Rejects
from linkwatch.sources.crawls.sitemap import read_sitemap
from linkwatch.sources.files.ahrefs_csv import read_ahrefs_csv
from linkwatch.sources.files.links_csv import read_links_csv
from linkwatch.sources.files.pages import read_pages
from linkwatch.sources.pull import Account, Fetch, Hold, Ledger, Notes, Pull, PulledFile, PullFacts, PullStatus, Source

__all__ = [
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
    "parts_of",
    "read_claims",
]

SOURCES: dict[str, Source] = {
    "pages": read_pages,
    "links_csv": read_links_csv,
    "ahrefs_csv": read_ahrefs_csv,
    "sitemap": read_sitemap,
}


def parts_of(source: SourceSettings) -> Sequence[str]:
    """The parts that a source is read in, a task each; ("",) for one that is read as a whole. Raises SourceError."""
    del source
    return ("",)


def read_claims(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, 50,000 rows at most; none at all for a source that lists nothing. Raises SourceError."""
    yield from SOURCES[pull.source.kind](pull)
