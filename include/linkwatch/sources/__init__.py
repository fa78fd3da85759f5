"""Who says that there is a link: one module a kind of source, each a function from settings to batches of CLAIMS.

A source says where to look, and never what is true: a page is looked at before a link counts. A source that cannot be
read raises SourceError and the night goes on with the others; a row that cannot be used is a reject.

    with Rejects(source.name, folder / f"{source.name}.csv") as rejects:
        for batch in read_claims(source, scopes, rejects, fetch): ...
"""

from collections.abc import Iterator

import pyarrow as pa

from linkwatch.settings import SourceSettings
from linkwatch.sources.ahrefs_csv import read_ahrefs_csv
from linkwatch.sources.claims import Fetch, Reject, Rejects, Source
from linkwatch.sources.links_csv import read_links_csv
from linkwatch.sources.pages import read_pages
from linkwatch.sources.sitemap import read_sitemap
from linkwatch.urls import Scopes

__all__ = ["SOURCES", "Fetch", "Reject", "Rejects", "Source", "read_claims"]

SOURCES: dict[str, Source] = {
    "pages": read_pages,
    "links_csv": read_links_csv,
    "ahrefs_csv": read_ahrefs_csv,
    "sitemap": read_sitemap,
}


def read_claims(source: SourceSettings, scopes: Scopes, rejects: Rejects, fetch: Fetch) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, 50,000 rows at most; none at all for a source that lists nothing. Raises SourceError.

    `fetch` is asked for documents (robots.txt, sitemaps) by sources that read the web, and not called by the others.
    """
    yield from SOURCES[source.kind](source, scopes, rejects, fetch)
