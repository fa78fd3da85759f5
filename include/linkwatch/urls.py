"""Addresses and identities of pages and links: what is asked for, when two spellings are one page, and who owns it.

An *address* is what we ask for, store and show: `canonical_url`. The WHATWG URL standard decides how it reads (can_ada,
0.4 µs; ada_url where a base is needed); on top of it we drop what names no other page: fragment, userinfo, an empty query,
the root dot of a host, tracking parameters; and we settle what servers treat alike: percent-escapes in upper case,
unreserved characters unescaped (RFC 3986, 6.2.2), query sorted. Scheme, `www.`, letter case of the path and a trailing
slash stay as they were written: on some servers the other spelling answers with an error, or not at all.

An *identity* is what makes two addresses one page, and two sightings one link: `page_key`, `same_page`, `link_id`. There
scheme, `www.`, letter case of the path and a trailing slash do not count: a page that moves to https is no new page.
"""

import hashlib
import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

import ada_url
import can_ada
import tldextract

from linkwatch.model import Scope, Site

MAX_URL_LENGTH = 8192
"""Characters; longer addresses are refused, as common servers do (Apache's LimitRequestLine is 8190)."""

TRACKING_PREFIXES = ("utm_",)
TRACKING_PARAMETERS = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "srsltid"),
        *("igshid", "li_fat_id", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "oly_anon_id", "oly_enc_id"),
        *("vero_id", "wickedid"),
    }
)
"""Parameters that tag a click and never choose the page (names as documented by the ad and mail systems that add them)."""

PLAIN_URL = (
    r"https?://(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}/(?:[\w~-][\w.~-]*/)*(?:[\w~-][\w.~-]*)?"
    r"(?:\?[A-Za-z0-9]{1,3}=[\w.~-]*)?"  # no name of a tracking parameter is so short
)
"""Addresses that `canonical_url` gives back as they are, in ASCII and up to MAX_URL_LENGTH: not all of them, but most that
there are. For readers of whole columns: asking a regular expression costs a tenth of asking `canonical_url`."""

_ONLY_A_BASE_TELLS = re.compile(r"[\x00-\x20]*https?:(?!//)|.*[\t\n\r]", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r":\d+$")
_ESCAPE = re.compile(r"%(?:[0-9A-Fa-f]{2})?")
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_SETTLED = {f"%{byte:02{digits}}": f"%{byte:02X}" for byte in range(256) for digits in "xX"}
_SETTLED |= {f"%{ord(char):02{digits}}": char for char in _UNRESERVED for digits in "xX"}


class BadUrlError(ValueError):
    """An address that names no web page: what it is and why."""


def canonical_url(url: str, base: str | None = None) -> str:
    """The one spelling of an http(s) page's address.

    `base` resolves relative references, as a browser does. Raises BadUrlError for anything that is not an http(s) page.
    """
    if len(url) > MAX_URL_LENGTH:
        raise BadUrlError(f"URL of {len(url)} characters; {MAX_URL_LENGTH} at most")
    href: str = _parse(url, base).href
    # From here on `href` is serialised by the standard: its first "#" starts the fragment, its first "?" the query.
    if "#" in href:
        href = href[: href.index("#")]
    if not href.startswith(("http://", "https://")):
        raise BadUrlError(f"not a web page: {url[:200]!r} is no http(s) URL")
    start = href.index("//") + 2
    slash = href.index("/", start)
    authority = href[start:slash]
    if "@" in authority or authority.endswith(".") or ".:" in authority:
        return canonical_url(_without_userinfo_and_root_dot(url, href[:start], authority, href[slash:]))
    if "%" in href:
        href = _ESCAPE.sub(_settle_escape, href)
    if "?" in href:
        address, _, query = href.partition("?")
        query = _canonical_query(query)
        href = f"{address}?{query}" if query else address
    if len(href) > MAX_URL_LENGTH:
        raise BadUrlError(f"URL of {len(href)} characters when escaped; {MAX_URL_LENGTH} at most")
    return href


def canonical_or_none(url: str, base: str | None = None) -> str | None:
    """`canonical_url`, with None for what is no web page: for loops over what the web sends us."""
    try:
        return canonical_url(url, base)
    except BadUrlError:
        return None


def host_of(url: str) -> str:
    """Host of a canonical URL, without port; an IPv6 address keeps its brackets."""
    hostname: str = can_ada.parse(url).hostname
    return hostname


def registrable_domain(url: str) -> str:
    """Domain that one owner can register: `alice.github.io`, `bbc.co.uk`; for a host that is an address, the address.

    `url` is an http(s) URL or a bare host. Private suffixes count (github.io is one owner a name), an unknown
    top-level domain follows the list's default rule `*`, and a host that is itself a public suffix is returned as it is.
    Raises BadUrlError for what is neither.
    """
    parsed = _parse(url if "//" in url else f"http://{url}/", None)
    host: str = parsed.hostname
    if not host or host[-1] == "." or not parsed.protocol.startswith("http"):
        host = host_of(canonical_url(parsed.href))
    return domain_of_host(host)


@lru_cache(maxsize=262_144)
def domain_of_host(host: str) -> str:
    """`registrable_domain` for the host of a canonical URL (lower case, punycode, no root dot), without parsing it again."""
    if host.startswith("[") or _is_ipv4(host):
        return host
    found = _SUFFIXES(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    return ".".join(host.split(".")[-2:])


def platform_of(domain: str) -> str:
    """Whose names a registrable domain is one of: `github.io` for `alice.github.io`; "" for a domain of its own (`bbc.co.uk`)."""
    found = _SUFFIXES(domain)
    return found.suffix if found.is_private and found.domain else ""


def page_key(url: str) -> str:
    """What a canonical URL has in common with every other spelling of its page: no URL, and not to be asked for.

    Scheme, a leading `www.`, a trailing slash and the letter case of the path (ASCII) do not count. A site that serves
    different pages under two such spellings is rare, and then one sighting speaks for both: a loss may be told too late,
    never falsely. The query keeps its case, because it carries ids (`?v=dQw4w9WgXcQ`) that differ in nothing else, far more
    often than paths do; ports count, and `www.` where it is the name that somebody registered (www.com, www.github.io).
    """
    start = url.find("//") + 2
    if url.startswith("www.", start) and _www_is_extra(url[start : url.find("/", start)]):
        start += 4
    if "?" not in url:
        return url[start:].lower().rstrip("/")
    address, mark, query = url[start:].partition("?")
    return address.lower().rstrip("/") + mark + query


def same_page(url: str, other: str) -> bool:
    """True where two canonical URLs are spellings of one page, as `page_key` has it."""
    return url == other or page_key(url) == page_key(other)


def link_id(source_url: str, target_url: str) -> int:
    """Identity of a link: signed 64-bit BLAKE2b of the page keys of its two canonical URLs; the same for all their spellings.

    Often above 2**53: never pass it through a float.
    """
    pair = f"{page_key(source_url)}\n{page_key(target_url)}".encode()
    return int.from_bytes(identities((pair,)), "big", signed=True)


def identities(pairs: Iterable[bytes]) -> bytes:
    """`link_id` in bulk: of pairs "source key, line break, target key" (UTF-8 page keys); 8 bytes each, big-endian."""
    digest = hashlib.blake2b
    return b"".join([digest(pair, digest_size=8).digest() for pair in pairs])


class Scopes:
    """Which watched site, if any, a URL belongs to. Where scopes overlap the narrowest wins: prefix, then host, then domain.

    Ports never matter. A prefix takes in whole path segments: `b.com/x` (or `b.com/x/`) is /x, /x/y and /x?q, never /xy.
    All spellings of a page (see `page_key`) belong to one site: `b.com` is also www.b.com, /x also /X. Where two sites
    differ in nothing but `www.`, each takes the pages that are spelled as it is.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = tuple(sites)
        self._prefixes: dict[str, list[tuple[str, str]]] = {}
        self._hosts: dict[str, str] = {}
        self._domains: dict[str, str] = {}
        for site in self.sites:
            address = canonical_url(site.site if "//" in site.site else f"http://{site.site}")
            host = host_of(address)
            if site.scope is Scope.PREFIX:
                self._prefixes.setdefault(host, []).append((_path(address).rstrip("/").lower(), site.site))
            else:
                (self._hosts if site.scope is Scope.HOST else self._domains)[host] = site.site
        self._site_of_host = lru_cache(maxsize=65_536)(self._match_host)

    def site_of(self, url: str) -> str | None:
        """Name of the watched site that a canonical URL belongs to, or None."""
        site, prefixes = self._site_of_host(_authority(url))
        for prefix, name in prefixes:
            path = _path(url).lower()
            if path == prefix or path.startswith(f"{prefix}/"):
                return name
        return site

    def watches_host(self, host: str) -> bool:
        """True where a page of this host may belong to a watched site: the cheap question before `site_of`."""
        site, prefixes = self._site_of_host(host)
        return site is not None or bool(prefixes)

    def divides_host(self, host: str) -> bool:
        """True where pages of this one host may belong to different sites, because a prefix lies in it."""
        return bool(self._site_of_host(host)[1])

    def _match_host(self, authority: str) -> tuple[str | None, tuple[tuple[str, str], ...]]:
        host = authority if authority.endswith("]") else authority.partition(":")[0]
        other = host[4:] if _www_is_extra(host) else f"www.{host}"
        prefixes = [*self._prefixes.get(host, ()), *self._prefixes.get(other, ())]
        prefixes.sort(key=lambda entry: len(entry[0]), reverse=True)
        site = self._hosts.get(host) or self._hosts.get(other)
        name = host
        while site is None and name:
            site = self._domains.get(name)
            name = name.partition(".")[2]
        return site or self._domains.get(other), tuple(prefixes)


def _parse(url: str, base: str | None) -> can_ada.URL:
    try:
        # "http:page" and "http:/page" are relative to a base of their scheme, but name hosts without one: only the joiner knows.
        if base is None or not _ONLY_A_BASE_TELLS.match(url):
            return can_ada.parse(url)
    except (ValueError, UnicodeError):
        if base is None:
            raise BadUrlError(f"not a web page: {url[:200]!r} is no absolute URL") from None
    try:
        return can_ada.parse(ada_url.join_url(base, url))
    except (ValueError, UnicodeError):
        raise BadUrlError(f"not a web page: {url[:200]!r} does not resolve against {base[:200]!r}") from None


def _without_userinfo_and_root_dot(url: str, scheme: str, authority: str, rest: str) -> str:
    address = authority.rpartition("@")[2]
    port = _PORT.search(address)
    host = address[: port.start() if port else None].rstrip(".")
    if not host:
        raise BadUrlError(f"not a web page: {url[:200]!r} has no host")
    return f"{scheme}{host}{port[0] if port else ''}{rest}"


def _canonical_query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair.partition("=")[0])]
    return "&".join(sorted(kept, key=lambda pair: pair.partition("=")[0]))


def _is_tracking(name: str) -> bool:
    name = name.lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def _settle_escape(match: re.Match[str]) -> str:
    return _SETTLED.get(match[0], "%25")  # a "%" that escapes nothing is a literal one


def _authority(url: str) -> str:
    start = url.find("//") + 2
    return url[start : url.index("/", start)]


def _path(url: str) -> str:
    return url[url.index("/", 8) :].partition("?")[0]


@lru_cache(maxsize=65_536)
def _www_is_extra(authority: str) -> bool:
    """True where a host begins with `www.` and somebody registered it without."""
    host = authority.partition(":")[0]
    return host.startswith("www.") and domain_of_host(host) != host


# The bundled list only: no fetch at run time, no cache folder, the same answer on every machine.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _is_ipv4(host: str) -> bool:
    if not host[-1:].isdigit():  # all but a few hosts end here, a hundred times as fast
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
