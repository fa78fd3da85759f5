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

_SCHEMES = ("http:", "https:")
_NON_LINK_SCHEMES = ("javascript:", "mailto:", "tel:", "data:", "blob:", "about:", "sms:", "whatsapp:", "ftp:")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class BadUrlError(ValueError):
    """An address that names no web page: what it is and why."""


def canonical_url(url: str, base: str | None = None) -> str:
    """The one spelling of an http(s) page's address.

    `base` resolves relative references, as a browser does. Raises BadUrlError for anything that is not an http(s) page.
    """
    if len(url) > MAX_URL_LENGTH:
        raise BadUrlError(f"URL of {len(url)} characters; {MAX_URL_LENGTH} at most")
    try:
        parsed = can_ada.parse(url)
    except (ValueError, UnicodeError):
        parsed = _parse_against(url, base)
    if parsed.protocol not in _SCHEMES:
        raise BadUrlError(f"not a web page: {url[:200]!r} has scheme {parsed.protocol!r}; expected http or https")
    if parsed.has_hash():
        parsed.hash = ""
    if parsed.has_credentials():
        parsed.username = parsed.password = ""
    if parsed.hostname.endswith("."):
        parsed.hostname = parsed.hostname.rstrip(".")
    if not parsed.hostname.strip("."):
        raise BadUrlError(f"not a web page: {url[:200]!r} has no host")
    search = parsed.search
    if search:
        parsed.search = _canonical_query(search[1:])
    href: str = parsed.href
    if href.endswith("?"):
        href = href[:-1]
    return _ESCAPE.sub(_settle_escape, href) if "%" in href else href


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
    """
    if "//" not in url:
        url = f"http://{url}/"
    return _domain_of_host(host_of(canonical_url(url)))


def same_page(url: str, other: str) -> bool:
    """True where two canonical URLs differ only in scheme, a leading `www.`, letter case or a trailing slash of the path."""
    return url == other or _loose(url) == _loose(other)


def link_id(source_url: str, target_url: str) -> int:
    """Identity of a link: signed 64-bit BLAKE2b of its two canonical URLs. Often above 2**53: never pass it through a float."""
    digest = hashlib.blake2b(f"{source_url}\n{target_url}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class Scopes:
    """Which watched site, if any, a URL belongs to. Where scopes overlap the narrowest wins: prefix, then host, then domain."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = tuple(sites)
        self._prefixes: dict[str, list[tuple[str, str]]] = {}
        self._hosts: dict[str, str] = {}
        self._domains: dict[str, str] = {}
        for site in self.sites:
            address = canonical_url(site.site if "//" in site.site else f"http://{site.site}")
            host = host_of(address)
            if site.scope is Scope.PREFIX:
                path = address.split(host, 1)[1]
                self._prefixes.setdefault(host, []).append((path[path.index("/") :], site.site))
            else:
                (self._hosts if site.scope is Scope.HOST else self._domains)[host] = site.site
        for prefixes in self._prefixes.values():
            prefixes.sort(key=lambda entry: len(entry[0]), reverse=True)
        self._site_of_host = lru_cache(maxsize=65_536)(self._match_host)

    def site_of(self, url: str) -> str | None:
        """Name of the watched site that a canonical URL belongs to, or None."""
        site, prefixes = self._site_of_host(_authority(url))
        for prefix, name in prefixes:
            path = url[url.index("/", 8) :]
            if path.startswith(prefix):
                return name
        return site

    def _match_host(self, authority: str) -> tuple[str | None, tuple[tuple[str, str], ...]]:
        host = authority if authority.endswith("]") else authority.partition(":")[0]
        prefixes = tuple(self._prefixes.get(host, ()))
        site = self._hosts.get(host)
        name = host
        while site is None and name:
            site = self._domains.get(name)
            name = name.partition(".")[2]
        return site, prefixes


def _parse_against(url: str, base: str | None) -> can_ada.URL:
    if base is None:
        raise BadUrlError(f"not a web page: {url[:200]!r} is no absolute URL")
    if url.lstrip().lower().startswith(_NON_LINK_SCHEMES):
        raise BadUrlError(f"not a web page: {url[:200]!r}")
    try:
        return can_ada.parse(ada_url.join_url(base, url))
    except (ValueError, UnicodeError):
        raise BadUrlError(f"not a web page: {url[:200]!r} does not resolve against {base[:200]!r}") from None


def _canonical_query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair.partition("=")[0])]
    return "&".join(sorted(kept, key=lambda pair: pair.partition("=")[0]))


def _is_tracking(name: str) -> bool:
    name = name.lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def _settle_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _authority(url: str) -> str:
    start = url.index("//") + 2
    return url[start : url.index("/", start)]


def _loose(url: str) -> str:
    address = url.partition("//")[2].lower().removeprefix("www.")
    path, mark, query = address.partition("?")
    return path.rstrip("/") + mark + query


# The bundled list only: no fetch at run time, no cache folder, the same answer on every machine.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=262_144)
def _domain_of_host(host: str) -> str:
    if host.startswith("[") or _is_ipv4(host):
        return host
    found = _SUFFIXES(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    return ".".join(host.split(".")[-2:])


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
