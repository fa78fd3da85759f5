"""Source `pages`: text files of source pages, one URL a line. Blank lines and lines that begin with # are passed over.

Each page is a claim without a target: "a page worth looking at". A page that stands in the files twice is one claim.
"""

import hashlib
from collections.abc import Iterator

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.files.opening import noted, open_files
from linkwatch.sources.files.text import Text
from linkwatch.sources.pull import Pull


def read_pages(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per line that names a page (a repeated line once). Raises SourceError."""
    seen: set[bytes] = set()  # digests of lines: a tenth of the memory of the lines themselves
    for file in open_files(pull):
        where = f"source {pull.source.name}: {file.path}"
        claims = ClaimRows(pull.source.name, pull.scopes, file.dated(pull.as_of))
        rows = 0
        try:
            with file.open() as binary:
                text = Text(binary, where)
                for line, url in _named(text):
                    rows += 1
                    if _is_new(url, seen) and (refusal := claims.page(url)):
                        pull.rejects.add(line, refusal, url)
                    if claims.full:
                        yield claims.take()
        except OSError as error:
            raise SourceError(f"{where} cannot be read: {error.strerror or error}") from error
        if len(claims):
            yield claims.take()
        pull.notes.read = text.encoding
        pull.notes.rows += rows
        noted(pull, file, rows)


def _named(text: Text) -> Iterator[tuple[int, str]]:
    """(line, what stands in it) of every line that names a page."""
    for number, line in enumerate(text.lines(), 1):
        url = line.strip()
        if url and not url.startswith("#"):
            yield number, url


def _is_new(url: str, seen: set[bytes]) -> bool:
    digest = hashlib.blake2b(url.encode(), digest_size=12).digest()
    new = digest not in seen
    seen.add(digest)
    return new
