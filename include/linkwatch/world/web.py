"""The example web: the script's cast, a seeded chorus of quiet pages around it, and what each address answers on a night.

It knows no sockets (`server` does) and no clock: a night is a number.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import brotli
import zstandard

from linkwatch.model import Outcome
from linkwatch.world import pages, places, script
from linkwatch.world.answers import HTML, Answer, error, squid, stand_in
from linkwatch.world.chorus import chorus_hosts, chorus_pages
from linkwatch.world.fates import Stage
from linkwatch.world.faults import Faults, Nature, struck
from linkwatch.world.plots import play
from linkwatch.world.scenes import FIRST_NIGHT, Host, Page, Scene, redirect

_SILENT = frozenset({"squid", "hang", "drip", "reset", "close"})
_NO_PAGES = frozenset({"error", "redirect", "pdf", "large", "empty", "truncate"})


class World:
    """A little web of at least so many hosts and pages. The same seed gives the same bytes on every machine.

    `plots` is the number of nights over which the many pages of a long run have stories of their own; 0: the cast alone acts.
    `faults` hit requests on their way; None: none do. `moves` are pages that stand at another host from some night on.
    """

    def __init__(
        self, seed: int = 7, hosts: int = 100, pages: int = 600, *, plots: int = 0, faults: Faults | None = None
    ) -> None:
        self.seed = seed
        self.own = places.OWN
        self.competitors = places.COMPETITORS
        self.sites = (self.own, *self.competitors)
        self.faults = faults
        cast = (*script.CAST, *places.OWN_PAGES, *places.OTHER_TARGETS)
        left = hosts - len({_host(page.url) for page in cast})
        others = chorus_hosts(seed, 0 if plots else left)
        quiet = tuple(chorus_pages(seed, others, 0 if plots else pages - len(cast) - _count_ends(cast)))
        stage = play(seed, plots, left - len(others), pages - len(cast) - len(quiet)) if plots else Stage()
        ends = tuple(end for page in (*cast, *stage.pages) for end in _ends_of_redirects(page))
        self.pages: dict[str, Page] = {page.url: page for page in (*ends, *cast, *quiet, *stage.pages)}
        self.hosts: tuple[str, ...] = tuple(sorted({_host(url) for url in self.pages}))
        for url in (f"http://{name}{path}" for name in self.hosts for path in ("/", "/news/")):
            self.pages.setdefault(url, Page(url))
        known = (*places.HOSTS, *others, *stage.hosts)
        self._hosts = {name: Host(name) for name in self.hosts} | {host.name: host for host in known}
        self._failing = {
            _host(page.url): page for page in (*cast, *stage.pages) if any(scene.whole_host for scene in page.scenes.values())
        }
        self.moves = stage.moves
        self._rendered = lru_cache(maxsize=4096)(self._render)

    def host(self, name: str) -> Host:
        """The server of this name, which must be one of `hosts`."""
        return self._hosts[name]

    def answer(self, url: str, night: int, request_headers: Mapping[str, str]) -> Answer:
        """What this address answers on a night (from 1; earlier ones count as 1). Names of headers are in lower case."""
        night = max(night, 1)
        if fault := self.fault(url, night):
            return struck(fault, url, urlsplit(url).hostname or "", lambda: self._true_answer(url, night, {}))
        return self._true_answer(url, night, request_headers)

    def fault(self, url: str, night: int) -> str:
        """The kind of fault (a name of `faults.FAULTS`) that hits requests for this address on a night; "" where none does."""
        return self.faults.kind(url, night, self._nature(url, night)) if self.faults else ""

    def page_at(self, url: str) -> Page | None:
        """The page that this address, with its query or without it, is of; None where no page is."""
        return self.pages.get(url) or self.pages.get(url.partition("?")[0])

    def _nature(self, url: str, night: int) -> Nature:
        parts = urlsplit(url)
        host = self._hosts.get(parts.hostname or "")
        if host is None:
            return Nature.SILENT
        common = self._failing.get(host.name)
        all_alike = common is not None and common.scene(night).whole_host
        acting = common if all_alike else self.page_at(url)
        silent = acting is not None and acting.scene(night).kind in _SILENT
        if parts.path == "/robots.txt":
            return Nature.SILENT if all_alike and silent else Nature.ROBOTS
        if acting is None:
            return Nature.PAGE if host.catch_all else Nature.OTHER
        if silent:
            return Nature.SILENT
        scene = acting.scene(night)
        return Nature.OTHER if scene.kind in _NO_PAGES or scene.status != 200 else Nature.PAGE

    def _true_answer(self, url: str, night: int, request_headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        host = self._hosts.get(parts.hostname or "")
        if host is None:
            is_address = (parts.hostname or "").replace(".", "").isdigit()
            return squid("X-Squid-Error: ERR_ACCESS_DENIED 0", 403) if is_address else squid("X-Squid-Error: ERR_DNS_FAIL 0")
        common = self._failing.get(host.name)
        if common and common.scene(night).whole_host:
            return self._answer_scene(common, host, night, {})
        if parts.path == "/robots.txt":
            return _robots(host, night)
        if parts.path == "/sitemap.xml" and host.name == self.own.site:
            return Answer(200, {"Content-Type": "application/xml"}, self._sitemap())
        page = self.page_at(url)
        if page is None:
            return self._catch_all(host, url, night) if host.catch_all else error(404)
        return self._answer_scene(page, host, night, request_headers)

    def _catch_all(self, host: Host, url: str, night: int) -> Answer:
        """A random-looking article in the place of every page that is not there, with nothing that says so."""
        blank, stamp = Scene(shows=()), pages.stamp_of(night)
        text = pages.article(host, url, blank, (), words=170, fillers=0, text_of=f"catch-all {host.name}", stamp=stamp)
        return Answer(200, {"Content-Type": HTML}, text.encode())

    def _answer_scene(self, page: Page, host: Host, night: int, asked: Mapping[str, str]) -> Answer:
        scene = page.scene(night)
        match scene.kind:
            case "page":
                return self._answer_page(page, host, night, asked)
            case "error":
                return error(scene.status, scene.note)
            case "redirect":
                location = urljoin(page.url, scene.to)
                return Answer(scene.status, {"Location": location, "Content-Type": "text/html"}, pages.error_page(301).encode())
            case "refresh":
                stub = stand_in("refresh", host.name)
                return replace(stub, body=stub.body.replace(b"ADDRESS", urljoin(page.url, scene.to).encode()))
            case "squid":
                return squid(scene.note)
            case "hang" | "drip" | "reset" | "close" | "truncate":
                body, _, _ = self._rendered(page.url, 1, "", 1)
                return Answer(200, {"Content-Type": HTML}, body, behaviour=scene.kind)
            case "catch_all":
                return self._catch_all(host, page.url, night)
            case kind if kind in _FILES:
                type_, body_of = _FILES[kind]
                return Answer(200, {"Content-Type": type_}, body_of(page.url))
            case kind:
                return stand_in(kind, host.name, scene.status, scene.note)

    def _answer_page(self, page: Page, host: Host, night: int, asked: Mapping[str, str]) -> Answer:
        encoding = host.encoding if host.encoding in asked.get("accept-encoding", "") else ""
        since = page.since(night)
        body, etag, type_ = self._rendered(page.url, since, encoding, since if host.validators else night)
        scene = page.scene(night)
        headers = {"Content-Type": type_, "Server": "nginx", "Vary": "Accept-Encoding"}
        if scene.x_robots:
            headers["X-Robots-Tag"] = scene.x_robots
        if host.validators:
            changed = datetime(FIRST_NIGHT.year, FIRST_NIGHT.month, FIRST_NIGHT.day, tzinfo=UTC) + timedelta(days=since - 1)
            headers |= {"ETag": etag, "Last-Modified": format_datetime(changed, usegmt=True)}
            if _unchanged(asked, headers):
                return Answer(304, headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        return Answer(200, headers, body)

    def _render(self, url: str, since: int, encoding: str, stamp: int) -> tuple[bytes, str, str]:
        """Body as sent, ETag and Content-Type; `stamp` is the night whose remark the page carries."""
        page, host = self.pages[url], self._hosts[_host(url)]
        scene = page.scene(since)
        text = pages.article(
            host,
            url,
            scene,
            tuple(page.shown(since).values()),
            words=page.words,
            fillers=page.fillers,
            text_of=scene.text or page.template or f"{self.seed} {url}",
            stamp="" if host.validators else pages.stamp_of(stamp),
            byline=page.byline,
            advertiser=page.advertiser,
        )
        if host.name == self.own.site:
            text = text.replace("</nav>", f"<ul>{_OWN_MENU}</ul></nav>", 1)
        body = text.encode(host.charset, "xmlcharrefreplace")
        etag = f'"{hashlib.blake2b(body + scene.x_robots.encode(), digest_size=8).hexdigest()}"'
        charset = f"; charset={host.charset}" if host.charset_in == "header" else ""
        return _compress(body, encoding), etag, f"text/html{charset}"

    def _sitemap(self) -> bytes:
        rows = "".join(f"<url><loc>{page.url}</loc></url>\n" for page in self.pages.values() if page.source == "sitemap")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'.encode()


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _count_ends(cast: Sequence[Page]) -> int:
    return sum(1 for page in cast for _ in _ends_of_redirects(page))


def _ends_of_redirects(page: Page) -> Iterator[Page]:
    """Pages at the new addresses of articles that moved, and the other half of a redirect loop."""
    for scene in page.scenes.values():
        if scene.kind in ("redirect", "refresh") and scene.shows:
            at_new = {1: replace(_AT_NEW_ADDRESS, shows=scene.shows)}
            yield replace(page, url=urljoin(page.url, scene.to), scenes=at_new, tells=(), source="", claims=())
        elif scene.outcome is Outcome.TOO_MANY_REDIRECTS:
            yield Page(urljoin(page.url, scene.to), scenes={1: redirect(page.url, Outcome.TOO_MANY_REDIRECTS)})


def _robots(host: Host, night: int) -> Answer:
    known = [start for start in host.robots if start <= night]
    if not known:
        return error(404)
    return Answer(200, {"Content-Type": "text/plain; charset=utf-8"}, host.robots[max(known)].encode())


def _unchanged(asked: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone; If-Modified-Since only where it is missing."""
    if "if-none-match" in asked:
        return headers["ETag"] in asked["if-none-match"]
    return asked.get("if-modified-since") == headers["Last-Modified"]


def _compress(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip":
            return gzip.compress(body, 6, mtime=0)
        case "br":
            compressed: bytes = brotli.compress(body, quality=4)
            return compressed
        case "zstd":
            return zstandard.ZstdCompressor(level=3).compress(body)
    return body


_OWN_MENU = "".join(
    f'<li><a href="{urlsplit(url).path}">{urlsplit(url).path.strip("/") or "Home"}</a></li>' for url in places.GUIDES[:6]
)
_FILES: Mapping[str, tuple[str, Callable[[str], bytes]]] = {
    "pdf": ("application/pdf", lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
    "large": (HTML, lambda _: pages.large_page()),
    "empty": (HTML, lambda _: b""),
    "garbled": (HTML, pages.garbled_page),
}
_AT_NEW_ADDRESS = Scene(to="here")  # an article that moved: names no canonical
