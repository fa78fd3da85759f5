"""Source `sitemap`: the pages of an own site, as its sitemap lists them. Each is a claim without a target.

Where it is (sitemaps.org): `url` of the settings, else the "Sitemap:" lines of robots.txt, else /sitemap.xml, asked for
over https and then http. XML, indexes of sitemaps, plain lists of URLs and gzip are read; feeds are not. Entities are not
expanded, nothing is loaded beside the file, and depth, files, bytes and pages are capped: a sitemap is input like any other.
Alternates in other languages (<xhtml:link>), images and videos are left alone: a page is what stands in <loc>.
"""

import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator

import pyarrow as pa
from lxml import etree

from linkwatch.errors import SourceError
from linkwatch.model import FetchedPage, Outcome, PageRequest
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import ClaimRows, Rejects
from linkwatch.sources.pull import Fetch, Pull
from linkwatch.urls import BadUrlError, canonical_or_none, canonical_url, host_of

MAX_DEPTH = 3
"""Indexes above a file of pages, the first file counted."""
MAX_FILES = 50
"""The standard allows an index of 50,000; a site that needs more than 50 names the part to watch in `url`."""
MAX_BYTES = 50 * 1024 * 1024
"""Decompressed; the standard's own limit."""

_GZIP = b"\x1f\x8b"


def read_sitemap(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per page of the site, `max_pages` at most. Raises SourceError when no sitemap can be read.

    What was left out makes the pull partial.
    """
    source, rejects, notes = pull.source, pull.rejects, pull.notes
    claims = ClaimRows(source.name, pull.scopes, notes.claimed_at or pull.as_of)
    taken: set[str] = set()
    walk = _Walk(source, rejects, pull.fetch)
    for line, location in walk.locations():
        notes.rows += 1
        page = canonical_or_none(location)
        if page in taken:
            continue
        if page is not None and pull.scopes.site_of(page) != source.site:
            rejects.add(line, f"page is not on {source.site}", location)
        elif len(taken) >= source.max_pages:
            rejects.add(line, f"more pages than max_pages = {source.max_pages}: from here on left out", location)
            notes.partial.append(f"it lists more than max_pages = {source.max_pages:,} pages")
            break
        elif refusal := claims.page(location):
            rejects.add(line, refusal, location)
        else:
            taken.add(page or location)
            if claims.full:
                yield claims.take()
    notes.read = f"{walk.files} {'file' if walk.files == 1 else 'files'}"
    if walk.left_out:
        notes.partial.append(f"{walk.left_out} of its files could not be read, or were too many")
    if len(claims):
        yield claims.take()


def origins_of(site: str) -> list[str]:
    """The origins of a site's host, the likeliest first: https and http, unless the site's name says which."""
    address = canonical_url(site if "//" in site else f"http://{site}")
    authority = address.split("/")[2]
    if "//" in site or authority != host_of(address):
        return [f"{address.partition('//')[0]}//{authority}"]
    return [f"https://{authority}", f"http://{authority}"]


class _Walk:
    """One walk through a site's sitemaps, breadth first."""

    def __init__(self, source: SourceSettings, rejects: Rejects, fetch: Fetch) -> None:
        self._source = source
        self._rejects = rejects
        self._fetch = fetch
        self._failures: list[str] = []
        self._sound = 0  # files that gave a page, or none and nothing wrong
        self.files = 0  # that were read, whole or in part
        self.left_out = 0  # files that gave less than they have, or nothing

    def locations(self) -> Iterator[tuple[int, str]]:
        """(line, address) of every page that the sitemaps list."""
        queue = deque((document, 1) for document in self._first())
        known = {document.url for document, _ in queue}
        while queue:
            document, depth = queue.popleft()
            for is_sitemap, line, location in self._entries(document):
                if not is_sitemap:
                    yield line, location
                elif (url := canonical_or_none(location)) and url not in known:
                    known.add(url)
                    if depth >= MAX_DEPTH or len(known) > MAX_FILES:
                        limit = f"deeper than {MAX_DEPTH} files" if depth >= MAX_DEPTH else f"more than {MAX_FILES} files"
                        self.left_out += 1
                        self._rejects.add(line, f"sitemap is left out: {limit}", location)
                    elif found := self._get(url):
                        queue.append((found, depth + 1))
                    else:
                        self.left_out += 1
                        self._rejects.add(line, f"sitemap cannot be read: {self._failures[-1]}", location)
        if not self._sound:
            tried = "; ".join(self._failures[:6])
            raise SourceError(
                f"source {self._source.name}: no sitemap of {self._source.site} can be read ({tried}); give its address as url"
            )

    def _first(self) -> Iterator[FetchedPage]:
        """The files to begin with, those that can be read."""
        if self._source.url:
            named = [_address(self._source)]
        else:
            origins = origins_of(self._source.site)
            robots = self._first_readable([f"{origin}/robots.txt" for origin in origins])
            named = _named_in(robots) if robots else []
            if not named:
                found = self._first_readable([f"{origin}/sitemap.xml" for origin in origins])
                if found:
                    yield found
                return
        for url in dict.fromkeys(named[:MAX_FILES]):
            if found := self._get(url):
                yield found
            else:
                self.left_out += 1

    def _first_readable(self, urls: list[str]) -> FetchedPage | None:
        return next((found for url in urls if (found := self._get(url))), None)

    def _get(self, url: str) -> FetchedPage | None:
        for page in self._fetch([PageRequest(url)]):
            if page.outcome is Outcome.READABLE:
                return page
            self._failures.append(f"{url}: {page.outcome}" + (f" ({page.http_status})" if page.http_status else ""))
            return None
        self._failures.append(f"{url}: no answer")
        return None

    def _entries(self, document: FetchedPage) -> Iterator[tuple[bool, int, str]]:
        given = 0
        self.files += 1
        try:
            # Generators put a blank line before "<?xml", which XML forbids.
            body = _unpacked(document.body).removeprefix(b"\xef\xbb\xbf").lstrip()
            for entry in _parse_xml(body) if b"<" in body[:100] else _parse_lines(body):
                given += 1
                yield entry
        except _BadSitemapError as error:
            self._failures.append(f"{document.url}: {error}")
            self.left_out += 1
            self._rejects.add(error.line, f"sitemap is broken: {error}", document.url)
            self._sound += bool(given)
        else:
            self._sound += 1


class _BadSitemapError(ValueError):
    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def _parse_xml(body: bytes) -> Iterator[tuple[bool, int, str]]:
    """(is a sitemap, line, address) of each <url> and <sitemap>."""
    found = etree.iterparse(
        io.BytesIO(body), tag=("{*}url", "{*}sitemap"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for _, element in found:
            location = element.find("{*}loc")
            if location is not None and len(location) == 0:
                yield etree.QName(element).localname == "sitemap", location.sourceline, (location.text or "").strip()
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise _BadSitemapError(f"not well-formed XML: {error.msg}", error.lineno or 0) from None
    root = etree.QName(found.root).localname
    if root not in ("urlset", "sitemapindex"):
        raise _BadSitemapError(f"its root is <{root[:40]}>, expected <urlset> or <sitemapindex>")


def _parse_lines(body: bytes) -> Iterator[tuple[bool, int, str]]:
    lines = body.decode("utf-8-sig", errors="replace").splitlines()
    addresses = [(False, number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if not any(line.startswith(("http://", "https://")) for _, _, line in addresses):
        raise _BadSitemapError("neither XML nor a list of URLs")
    yield from addresses


def _unpacked(body: bytes) -> bytes:
    if body.startswith(_GZIP):
        try:
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise _BadSitemapError(f"broken gzip: {error}") from None
    if len(body) > MAX_BYTES:
        raise _BadSitemapError(f"more than {MAX_BYTES} bytes")
    return body


def _address(source: SourceSettings) -> str:
    try:
        return canonical_url(source.url)
    except BadUrlError as error:
        raise SourceError(f"source {source.name}: url is {source.url!r}; expected the address of a sitemap ({error})") from None


def _named_in(robots: FetchedPage) -> list[str]:
    """Addresses on the "Sitemap:" lines of a robots.txt."""
    named = []
    for line in robots.body[:MAX_BYTES].decode("utf-8-sig", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() == "sitemap" and (url := canonical_or_none(value.strip(), robots.final_url)):
            named.append(url)
    return named
