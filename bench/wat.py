"""Ways through a WAT file to the links that lead to watched sites. Every way answers with the pairs that it found.

All make every address canonical by the same function; what differs is how they read the file, and what they need not read.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.extracting import Answer, told
from bench.wat_files import watched_names

_BLOCK = 1 << 17


def warcio_json(wat: str, domains: int) -> Callable[[], Answer]:
    """The obvious way: what the examples of Common Crawl do."""
    from tests.twins.wat import links_in

    scopes = _scopes(domains)
    return lambda: told((link.source, link.target) for link in links_in(wat, scopes))


def fastwarc_orjson(wat: str, domains: int) -> Callable[[], Answer]:
    """The fast reader and the fast parser, and every record parsed."""
    import orjson
    from fastwarc.warc import ArchiveIterator, metadata
    from tests.twins.wat import links_of

    scopes = _scopes(domains)

    def links() -> Iterator[tuple[str, str]]:
        with Path(wat).open("rb") as file:
            for record in ArchiveIterator(file, record_types=metadata, parse_http=False):
                for link in links_of(record.reader.read(), scopes, orjson.loads):
                    yield link.source, link.target

    return lambda: told(links())


def ours(wat: str, domains: int) -> Callable[[], Answer]:
    """`read_commoncrawl`: rows of CLAIMS, with anchor, rel, domain, dates and identity."""
    from linkwatch.source_settings import SourceSettings
    from linkwatch.sources.claims import Rejects
    from linkwatch.sources.crawls.commoncrawl import read_commoncrawl
    from linkwatch.sources.pull import Pull

    scopes = _scopes(domains)

    def pairs() -> Iterator[tuple[str, str]]:
        with Rejects("wat", Path(f"{wat}.rejects.csv")) as rejects:
            source = SourceSettings("commoncrawl", "wat", path=wat)
            pull = Pull(source, scopes, datetime(2026, 11, 23, tzinfo=UTC), rejects, fetch=_no_fetch)
            for batch in read_commoncrawl(pull):
                yield from zip(batch["source_url"].to_pylist(), batch["target_url"].to_pylist(), strict=True)

    return lambda: told(pairs())


def gunzip(wat: str, domains: int) -> Callable[[], Answer]:
    """The limit: what is in the file is decompressed, nobody looks at it."""
    from isal import igzip

    def nothing() -> Iterable[tuple[str, str]]:
        with igzip.open(wat) as file:
            while file.read(_BLOCK):
                pass
        return ()

    return lambda: told(nothing())


def make(wat: str, pages: int) -> Callable[[], None]:
    """Not a way: the file that the ways read. A third of its pages is different, and the others are those again."""
    from bench.wat_files import write_wat

    def work() -> None:
        write_wat(wat, pages // 3)
        Path(wat).write_bytes(Path(wat).read_bytes() * 3)

    return work


def _scopes(domains: int) -> Any:
    from linkwatch.model import Role, Scope, Site
    from linkwatch.urls import Scopes, canonical_url, registrable_domain

    registrable_domain(canonical_url("https://warm.example/"))  # the list of suffixes is read here
    return Scopes([Site(name, Role.OWN, Scope.DOMAIN) for name in watched_names(domains)])


def _no_fetch(requests: object) -> Iterator[Any]:
    raise AssertionError("a WAT file is read, not fetched")
