"""Source `pages`: a text file of source pages, one URL a line. Blank lines and lines that begin with # are passed over.

Each page is a claim without a target: "a page worth looking at". A page that stands in the file twice is one claim.
"""

import hashlib
from collections.abc import Iterator

import pyarrow as pa

from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.files.text import lines, open_text
from linkwatch.sources.pull import Pull


def read_pages(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per line that names a page (a repeated line once). Raises SourceError."""
    source, rejects = pull.source, pull.rejects
    claims = ClaimRows(source.name, pull.scopes, pull.notes.claimed_at or pull.as_of)
    seen: set[bytes] = set()  # digests of lines: a tenth of the memory of the lines themselves
    with open_text(source) as text:
        for number, line in enumerate(lines(text), 1):
            url = line.strip()
            if not url or url.startswith("#"):
                continue
            digest = hashlib.blake2b(url.encode(), digest_size=12).digest()
            if digest in seen:
                continue
            seen.add(digest)
            if refusal := claims.page(url):
                rejects.add(number, refusal, line)
            elif claims.full:
                yield claims.take()
    if len(claims):
        yield claims.take()
