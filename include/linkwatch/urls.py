"""Canonical URLs, link identity and registrable domains: when two spellings are one page, and who owns it.

The WHATWG URL standard decides how an address reads (can_ada, 0.4 µs; ada_url where a base is needed); on top of it we drop
what names no other page: fragment, userinfo, an empty query, the root dot of a host, tracking parameters; and we settle
what servers treat alike: percent-escapes in upper case, unreserved characters unescaped (RFC 3986, 6.2.2), query sorted.
Scheme, `www.`, letter case of the path and a trailing slash stay: on some servers they are other pages.
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


def same_page(url: str, other: str) -> bool:
    """True where two canonical URLs differ only in scheme, a leading `www.`, letter case or a trailing slash of the path."""
    return url == other or _loose(url) == _loose(other)


def link_id(source_url: str, target_url: str) -> int:
    """Identity of a link: signed 64-bit BLAKE2b of its two canonical URLs. Often above 2**53: never pass it through a float."""
    digest = hashlib.blake2b(f"{source_url}\n{target_url}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class Scopes:
    """Which watched site, if any, a URL belongs to. Where scopes overlap the narrowest wins: prefix, then host, then domain.

    Ports never matter. A prefix takes in whole path segments: `b.com/x` (or `b.com/x/`) is /x, /x/y and /x?q, never /xy.
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
                self._prefixes.setdefault(host, []).append((_path(address).rstrip("/"), site.site))
            else:
                (self._hosts if site.scope is Scope.HOST else self._domains)[host] = site.site
        for prefixes in self._prefixes.values():
            prefixes.sort(key=lambda entry: len(entry[0]), reverse=True)
        self._site_of_host = lru_cache(maxsize=65_536)(self._match_host)

    def site_of(self, url: str) -> str | None:
        """Name of the watched site that a canonical URL belongs to, or None."""
        site, prefixes = self._site_of_host(_authority(url))
        for prefix, name in prefixes:
            path = _path(url)
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
        prefixes = tuple(self._prefixes.get(host, ()))
        site = self._hosts.get(host)
        name = host
        while site is None and name:
            site = self._domains.get(name)
            name = name.partition(".")[2]
        return site, prefixes


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
    start = url.index("//") + 2
    return url[start : url.index("/", start)]


def _path(url: str) -> str:
    return url[url.index("/", 8) :].partition("?")[0]


def _loose(url: str) -> str:
    address = url.partition("//")[2].lower().removeprefix("www.")
    path, mark, query = address.partition("?")
    return path.rstrip("/") + mark + query


# The bundled list only: no fetch at run time, no cache folder, the same answer on every machine.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
