"""Ways of reading pages: alone ("read"), with their links ("verify"), and over a new TLS connection each.

All of them keep connections alive and pause nowhere. Each reads one page before the clock runs, so that what is imported late
is imported. Ours asks each host for its robots.txt first, as it always does. Scrapy is in `spider`.
"""

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from urllib.parse import urlsplit

from bench.extracting import Answer, links_by_lxml, told
from bench.pages import WATCHED
from bench.servers import resolve_localhost

_THREADS = 8


def session(urls: Sequence[str], links: bool = False, threads: int = 1, authorities: str = "") -> Callable[[], Answer]:
    """requests.Session, one a thread; with `links` what it reads goes through lxml.html."""
    import lxml.html
    import requests

    resolve_localhost()
    assert lxml.html
    kept = local()

    def read(url: str) -> Iterable[tuple[str, str]]:
        if not hasattr(kept, "session"):
            kept.session = requests.Session()
        response = kept.session.get(url, timeout=30, verify=authorities or True)
        response.raise_for_status()
        return _found(url, response.content, links)

    list(read(urls[0]))
    del kept.session

    def work() -> Answer:
        with ThreadPoolExecutor(threads) as pool:
            return told(pair for pairs in (pool.map(read, urls) if threads > 1 else map(read, urls)) for pair in pairs)

    return work


def ours(urls: Sequence[str], links: bool = False, authorities: str = "") -> Callable[[], Answer]:
    """`Fetcher`, and with `links` `observe` on what it reads."""
    from linkwatch.extract import observe
    from linkwatch.fetch import Fetcher
    from linkwatch.model import Outcome, PageRequest, Role, Scope, Site
    from linkwatch.settings import FetchSettings
    from linkwatch.urls import Scopes

    if authorities:
        _trust(authorities)
    scopes = Scopes([Site(WATCHED, Role.OWN, Scope.DOMAIN)])
    settings = FetchSettings(allow_private_addresses=True, delay_s=0.0, max_pages_per_host=len(urls))

    def pairs(urls: Sequence[str]) -> Iterator[tuple[str, str]]:
        with Fetcher(settings) as fetcher:
            for page in fetcher.fetch(PageRequest(url) for url in urls):
                if page.outcome is not Outcome.READABLE:
                    raise RuntimeError(f"{page.url}: {page.detail}")
                if links:
                    for sighting in observe(page, scopes, signed=False).sightings:  # as on six nights of seven
                        yield urlsplit(page.url).path, sighting.target_url
                else:
                    yield from _found(page.url, page.body, links)

    list(pairs(urls[:1]))
    return lambda: told(pairs(urls))


def raw(urls: Sequence[str], links: bool = False) -> Callable[[], Answer]:
    """The limit: bytes from one kept socket a host; with `links` lexbor builds the tree and nobody looks at it."""
    from selectolax.lexbor import LexborHTMLParser

    connections: dict[tuple[str, int], socket.socket] = {}
    kept: list[LexborHTMLParser | None] = [None]  # see extracting.parse_only

    def work() -> Answer:
        for url in urls:
            parts = urlsplit(url)
            address = (str(parts.hostname), parts.port or 80)
            if address not in connections:
                connections[address] = socket.create_connection(("127.0.0.1", address[1]))
            body = _read_one(connections[address], parts.path, parts.netloc)
            kept[0] = LexborHTMLParser(body) if links else None
        return told(())

    return work


def _found(url: str, body: bytes, links: bool) -> Iterable[tuple[str, str]]:
    """Links, or in their place the page's size, so that a way that reads nothing is found out."""
    path = urlsplit(url).path
    return [(path, target) for target in links_by_lxml(body, url)] if links else [(path, str(len(body)))]


def _read_one(connection: socket.socket, path: str, host: str) -> bytes:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    head = connection.recv(65_536)
    while b"\r\n\r\n" not in head:
        head += connection.recv(65_536)
    head, _, start = head.partition(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length:")[2].split(None, 1)[0])
    body = bytearray(size)
    view = memoryview(body)
    view[: len(start)] = start
    done = len(start)
    while done < size:
        done += connection.recv_into(view[done:])
    return bytes(body)


def _trust(authorities: str) -> None:
    """Let the Fetcher trust the bench's own authority. It has no setting for that: its handles get one option more here."""
    import pycurl

    from linkwatch.fetch import client, transfer

    class Trusting(transfer.Transfer):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]  # handed on as they come
            self.curl.setopt(pycurl.CAINFO, authorities)

    vars(client)["Transfer"] = Trusting
