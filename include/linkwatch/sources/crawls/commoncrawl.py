"""Source `commoncrawl`: links to all watched sites in WAT files of Common Crawl, a file a task.

A WAT file has the links of some 30,000 pages of one crawl and about 300 MB; a crawl has 100,000 such files, free of charge.
`path` is one of them, a pattern, or a list of them ("wat.paths", packed or not: each crawl has one), here, on the web or in
an object store. Claims are dated by when the crawler saw the page: that is `last_seen`, and since when the link has been there
nobody says. A crawl is a sample of the web. What it does not have may be there, so a scan is never complete.
"""

import glob
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

import fsspec.core
import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.schemas import CLAIMS, UTC_US
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import CLAIMED_AT, ClaimRows
from linkwatch.sources.crawls.disguises import RAW_ENTITIES_UNTIL, has_number
from linkwatch.sources.crawls.scan import MAX_RECORD_BYTES, Scan
from linkwatch.sources.crawls.streams import is_web, open_stream, refusals, shown, stamp_of
from linkwatch.sources.crawls.wat import BadRecordError, CrawledPage, date_of, is_wat, read_page
from linkwatch.sources.pull import Pull, PulledFile
from linkwatch.urls import Scopes, canonical_url, domain_of_host, host_of

COMMON_CRAWL = "https://data.commoncrawl.org/"
"""Where the names in its lists begin (documented)."""
MAX_FILES = 1000
"""Of one source: each is a task of the night, and Airflow maps 1,024 tasks. A list of a whole crawl has 100,000."""
MAX_LIST_BYTES = 64 * 1024 * 1024

_LISTS = (".paths", ".txt", ".paths.gz", ".txt.gz")
_HEAD = 4096  # bytes; the header of the first record is in them
_SAMPLE = "a crawl has a part of the web, and these files a part of it"


def parts_of_commoncrawl(source: SourceSettings) -> list[str]:
    """The files that `source.path` names, sorted if it is a pattern, else in the order of the list. Raises SourceError."""
    try:
        found = list(dict.fromkeys(_files(source)))
        if not found:
            raise SourceError(f"no file matches {shown(source.path)}; check its path in the settings file")
        if len(found) > MAX_FILES:
            raise SourceError(
                f"{shown(source.path)} names {len(found):,} files of about 300 MB each, {MAX_FILES:,} at most in a night; "
                "take a part of the list (head -n 100 wat.paths > some.paths)"
            )
    except SourceError as error:
        raise SourceError(f"source {source.name}: {error}") from error
    return found


def read_commoncrawl(pull: Pull) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per link to a watched site, from the file `pull.part` ("": from all). Raises SourceError."""
    for part in [pull.part] if pull.part else parts_of_commoncrawl(pull.source):
        try:
            yield from _read_file(pull, part)
        except SourceError as error:
            raise SourceError(f"source {pull.source.name}: {error}") from error


def names_to_look_for(scopes: Scopes) -> list[str] | None:
    """Registrable domains of the watched sites; None where one is an address in numbers, which has too many spellings."""
    hosts = {host_of(canonical_url(site.site if "//" in site.site else f"http://{site.site}")) for site in scopes.sites}
    return None if any(map(has_number, hosts)) else sorted(set(map(domain_of_host, hosts)))


class _Claims:
    """Rows of CLAIMS, each with the date of its own record."""

    def __init__(self, pull: Pull) -> None:
        self._rows = ClaimRows(pull.source.name, pull.scopes, pull.as_of)
        self._dates: list[datetime | None] = []
        self._scopes = pull.scopes

    def add(self, page: CrawledPage) -> Iterator[pa.RecordBatch]:
        """Take the links of a page; batches come as they are full. Links within a site are left out."""
        own = self._scopes.site_of(page.url)
        date = page.seen_at.isoformat() if page.seen_at else None
        for link in page.links:
            if self._scopes.site_of(link.target) == own:
                continue
            if not self._rows.link(page.url, link.target, anchor=link.anchor, rel=link.rel, last_seen=date):
                self._dates.append(page.seen_at)
            if self._rows.full:
                yield self.take()

    def take(self) -> pa.RecordBatch:
        """The rows so far; begins anew."""
        batch = self._rows.take().set_column(CLAIMED_AT, CLAIMS.field(CLAIMED_AT), pa.array(self._dates, UTC_US))
        self._dates = []
        return batch

    def __len__(self) -> int:
        return len(self._rows)


def _read_file(pull: Pull, part: str) -> Iterator[pa.RecordBatch]:
    stamp = stamp_of(part)
    with open_stream(part) as file:
        made_at = _made_at(file, part)
        old = made_at is not None and f"{made_at:%Y-%m}" < RAW_ENTITIES_UNTIL
        scan = Scan(None if old else names_to_look_for(pull.scopes))
        claims = _Claims(pull)
        foreign = 0  # records that are no JSON
        for number, record in scan.records(file):
            if not is_wat(record):
                foreign += 1
                continue
            try:
                page = read_page(record, pull.scopes, raw_entities=old)
            except BadRecordError as error:
                pull.rejects.add(number, str(error), record[:1000].decode(errors="replace"))
                continue
            if page:
                yield from claims.add(page)
        if len(claims):
            yield claims.take()
    if scan.cut and not scan.pages:
        raise SourceError(f"cannot read {stamp.where}: {scan.cut}; download it again")
    if foreign and not scan.pages:
        raise SourceError(f"{stamp.where} is no WAT file but WARC or WET; expected a name that ends in .warc.wat.gz")
    known_as = f"{stamp.digest}-cut" if scan.cut else stamp.digest  # a file that broke off is read again on the next night
    _note(pull, scan, PulledFile(stamp.where, known_as, stamp.size, scan.pages, made_at, stamp.modified_at))


def _made_at(file: BinaryIO, part: str) -> datetime | None:
    """When the WAT file was made, by its first record. Raises SourceError for what is no WARC file."""
    with refusals(part):
        head = file.peek(_HEAD)[:_HEAD]  # type: ignore[attr-defined]  # gzip's and buffered readers have it
    if not head.startswith(b"WARC/"):
        raise SourceError(f"{shown(part)} is no WAT file: it begins with {head[:20]!r}; expected WARC/1.0")
    return date_of(head)


def _note(pull: Pull, scan: Scan, file: PulledFile) -> None:
    notes = pull.notes
    notes.read = "WAT"
    notes.rows += scan.pages
    notes.files.append(file)
    notes.claimed_at = max(filter(None, (notes.claimed_at, file.exported_at)), default=None)
    if _SAMPLE not in notes.partial:
        notes.partial.append(_SAMPLE)
    if scan.cut:
        notes.partial.append(f"{file.path} was read to its page {scan.pages:,}: {scan.cut}")
    if scan.too_large:
        notes.partial.append(f"{scan.too_large:,} records of {file.path} have more than {MAX_RECORD_BYTES >> 20} MB: left out")


def _files(source: SourceSettings) -> Iterator[str]:
    path = source.path
    if path.lower().endswith(_LISTS):
        for name in _names_in(path):
            yield _located(name, source)
    elif is_web(path):
        yield path
    elif "://" in path:
        with refusals(path):
            fs, inner = fsspec.core.url_to_fs(path, use_listings_cache=False)
            yield from [fs.unstrip_protocol(name) for name in sorted(fs.glob(inner))]
    elif Path(path).is_file():
        yield path
    else:
        yield from sorted(name for name in glob.glob(path, recursive=True) if Path(name).is_file())


def _names_in(path: str) -> list[str]:
    with open_stream(path) as file, refusals(path):
        text = file.read(MAX_LIST_BYTES + 1)
    if len(text) > MAX_LIST_BYTES:
        raise SourceError(f"{shown(path)} has more than {MAX_LIST_BYTES >> 20} MB; expected a list of WAT files, a name a line")
    lines = (line.strip() for line in text.decode(errors="replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _located(name: str, source: SourceSettings) -> str:
    """Where a file of a list lies. A list from the web names nothing but files on the web."""
    if "://" in name:
        if is_web(source.path) and not is_web(name):
            raise SourceError(f"{shown(source.path)} names {shown(name)[:200]}; expected files on the web in a list from there")
        return name
    if source.url:
        return f"{source.url.rstrip('/')}/{name.lstrip('/')}"
    if name.startswith("crawl-data/"):
        return COMMON_CRAWL + name
    if is_web(source.path):
        return urljoin(source.path, name)
    folder, slash, _ = source.path.rpartition("/")
    return name if Path(name).is_absolute() and "://" not in source.path else f"{folder}{slash}{name}"
