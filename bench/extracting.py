"""Ways from a page to its links to the watched site. Every way answers with the pairs of page and target that it found."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bench.pages import WATCHED

Pair = tuple[str, str]
Answer = dict[str, object]

ORIGIN = "http://blog.bench.localhost"


def told(pairs: Iterable[Pair]) -> Answer:
    """Pairs of page path and target as an answer: how many, and a digest of them all."""
    found = sorted(set(pairs))
    return {"links": len(found), "digest": hashlib.sha256(repr(found).encode()).hexdigest()[:16]}


def is_watched(url: str) -> bool:
    """True for an address on the watched site, as one writes it with the standard library."""
    host = urlsplit(url).hostname or ""
    return host == WATCHED or host.endswith(f".{WATCHED}")


def links_by_lxml(body: bytes, url: str) -> Iterable[str]:
    """The obvious way: what most crawlers in Python do."""
    import lxml.html

    document = lxml.html.document_fromstring(body)
    document.make_links_absolute(url)
    return [href for href in document.xpath("//a/@href") if is_watched(href)]


def links_by_selectolax(body: bytes, url: str) -> Iterable[str]:
    """The fast parser, with the standard library's URLs."""
    from selectolax.lexbor import LexborHTMLParser

    hrefs = (node.attributes.get("href") or "" for node in LexborHTMLParser(body).css("a[href]"))
    return [address for address in (urljoin(url, href) for href in hrefs) if is_watched(address)]


def links_by_parsel(body: bytes, url: str) -> Iterable[str]:
    """Scrapy's selectors without Scrapy."""
    from parsel import Selector

    hrefs = Selector(body=body, type="html").xpath("//a/@href").getall()
    return [address for address in (urljoin(url, href) for href in hrefs) if is_watched(address)]


def lxml_html(pages: str) -> Callable[[], Answer]:
    """See links_by_lxml."""
    return _over(pages, links_by_lxml)


def selectolax(pages: str) -> Callable[[], Answer]:
    """See links_by_selectolax."""
    return _over(pages, links_by_selectolax)


def parsel(pages: str) -> Callable[[], Answer]:
    """See links_by_parsel."""
    return _over(pages, links_by_parsel)


def ours(pages: str) -> Callable[[], Answer]:
    """`observe`: the links, and what a rival does not tell: anchor, context, rel, zone, hidden or not, facts of the page."""
    from linkwatch.extract import observe
    from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
    from linkwatch.urls import Scopes

    scopes = Scopes([Site(WATCHED, Role.OWN, Scope.DOMAIN)])
    headers = {"content-type": "text/html; charset=utf-8"}

    def links(body: bytes, url: str) -> Iterable[str]:
        page = FetchedPage(url, Outcome.READABLE, url, 200, headers=headers, body=body)
        return [sighting.target_url for sighting in observe(page, scopes, signed=False).sightings]

    return _over(pages, links)


def parse_only(pages: str) -> Callable[[], Answer]:
    """The limit: lexbor builds the tree, nobody looks at it."""
    from selectolax.lexbor import LexborHTMLParser

    kept: list[LexborHTMLParser | None] = [None]

    def links(body: bytes, url: str) -> Iterable[str]:
        kept[0] = LexborHTMLParser(body)  # the one before goes after it: else glibc gives the memory back page by page
        return ()

    return _over(pages, links)


def _over(pages: str, links: Callable[[bytes, str], Iterable[str]]) -> Callable[[], Answer]:
    bodies = [(f"/p/{file.name}", file.read_bytes()) for file in sorted(Path(pages, "p").glob("*.html"))]
    links(b"<p>", f"{ORIGIN}/")  # imports happen here

    def work() -> Answer:
        return told((path, target) for path, body in bodies for target in links(body, f"{ORIGIN}{path}"))

    return work
