"""The vocabulary: what every stage of linkwatch speaks of. No I/O, no clock, no network.

Small things are frozen dataclasses and enums. Rows in bulk are Arrow tables; their shapes live in `linkwatch.schemas`.
All times are aware UTC. `as_of` is the moment that a night stands for: a run passes it down, nothing asks for "now".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Whose site it is."""

    OWN = "own"
    COMPETITOR = "competitor"


class Scope(StrEnum):
    """How much of the web a watched site takes in."""

    DOMAIN = "domain"  # a registrable domain with all its subdomains
    HOST = "host"  # one host
    PREFIX = "prefix"  # one host and every path below a prefix


@dataclass(frozen=True, slots=True)
class Site:
    """One watched site; `site` is its name everywhere and is unique."""

    site: str  # "example.com", "blog.example.com" or "example.com/shop/"
    role: Role
    scope: Scope
    channel: str = ""  # Slack channel of its own; empty: the channel of [slack]
    brand: tuple[str, ...] = ()  # its names: never an anchor spike; a page that says one unlinked is a mention


class Evidence(StrEnum):
    """What an outcome says about a link that was not seen on the page."""

    READABLE = "readable"  # the page was read: what is not in it is not there
    GONE = "gone"  # there is no such page (any more)
    INCONCLUSIVE = "inconclusive"  # cannot tell: neither for nor against


class Outcome(StrEnum):
    """How one attempt to read one page ended. Every fetch has exactly one; `evidence` says what follows from it."""

    READABLE = "readable"
    NOT_MODIFIED = "not_modified"  # 304: the page is as it was at its last readable look

    PAGE_NOT_FOUND = "page_not_found"  # 404
    PAGE_GONE = "page_gone"  # 410
    SOFT_404 = "soft_404"  # an error page that answers 200
    DOMAIN_PARKED = "domain_parked"

    BLOCKED = "blocked"  # 401, 403, 407, 429, 451; challenge, captcha, consent or login page
    ROBOTS_DENIED = "robots_denied"
    SERVER_ERROR = "server_error"  # 5xx
    HTTP_ERROR = "http_error"  # any other status that is not a page
    TIMEOUT = "timeout"
    DNS_ERROR = "dns_error"
    TLS_ERROR = "tls_error"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    ADDRESS_REFUSED = "address_refused"  # the guard: private, loopback, link-local or metadata address
    TRUNCATED = "truncated"
    EMPTY = "empty"
    GARBLED = "garbled"  # bytes that no charset makes text of
    TOO_LARGE = "too_large"
    NOT_HTML = "not_html"
    NEEDS_RENDERING = "needs_rendering"

    @property
    def evidence(self) -> Evidence:
        """What follows for a link that was not seen."""
        if self in _READABLE:
            return Evidence.READABLE
        return Evidence.GONE if self in _GONE else Evidence.INCONCLUSIVE

    @property
    def may_mean_vanished(self) -> bool:
        """True where repeated failures over days may mean that page or domain no longer exist at all."""
        return self in _VANISHED

    @property
    def proves_existence(self) -> bool:
        """True where somebody answered for the page, so a run of failures ends: be it with a block, half a page or a PDF."""
        return self not in _SILENT


_READABLE = frozenset({Outcome.READABLE, Outcome.NOT_MODIFIED})
_GONE = frozenset({Outcome.PAGE_NOT_FOUND, Outcome.PAGE_GONE, Outcome.SOFT_404, Outcome.DOMAIN_PARKED})
_VANISHED = frozenset({Outcome.DNS_ERROR, Outcome.SERVER_ERROR, Outcome.CONNECTION_REFUSED})
_SILENT = _VANISHED | {
    Outcome.TIMEOUT,
    Outcome.TLS_ERROR,
    Outcome.CONNECTION_RESET,
    Outcome.ADDRESS_REFUSED,
    Outcome.HTTP_ERROR,
}


STATUS_OUTCOMES = {
    404: (Outcome.PAGE_NOT_FOUND, "the server answered 404: no such page"),
    410: (Outcome.PAGE_GONE, "the server answered 410: the page is gone for good"),
    401: (Outcome.BLOCKED, "the server answered 401: it wants a login"),
    403: (Outcome.BLOCKED, "the server answered 403: it does not let us in"),
    407: (Outcome.BLOCKED, "the proxy answered 407: it wants a login"),
    429: (Outcome.BLOCKED, "the server answered 429: too many requests"),
    451: (Outcome.BLOCKED, "the server answered 451: withheld for legal reasons"),
    999: (Outcome.BLOCKED, "the server answered 999: LinkedIn's way of not letting us in"),
}
"""HTTP statuses with a meaning of their own, and one sentence for people; whoever asked, a fetcher or a browser."""


class State(StrEnum):
    """What is known of a link after a night."""

    LIVE = "live"
    MISSING = "missing"  # not there at the last look that could tell, loss not confirmed yet
    LOST = "lost"
    UNVERIFIED = "unverified"  # claimed by a source; no look ever confirmed it


class LossReason(StrEnum):
    """Why a link is lost; the values of `link.lost_reason` and of `change.reason` for a loss."""

    LINK_REMOVED = "link_removed"
    PAGE_REDIRECTED = "page_redirected"
    PAGE_NOT_FOUND = "page_not_found"
    PAGE_GONE = "page_gone"
    SOFT_404 = "soft_404"
    DOMAIN_PARKED = "domain_parked"
    DNS_ERROR = "dns_error"
    SERVER_ERROR = "server_error"
    CONNECTION_REFUSED = "connection_refused"
    SITE_MOVED = "site_moved"  # its whole site stands at another host now, links and all; told as `changed`


class ChangeKind(StrEnum):
    """What differs between two snapshots, in the order in which people are told."""

    LOST = "lost"
    RECOVERED = "recovered"
    CHANGED = "changed"
    GAINED = "gained"
    DISCOVERED = "discovered"


class Zone(StrEnum):
    """Part of the page that a link stands in."""

    CONTENT = "content"
    NAV = "nav"
    HEADER = "header"
    FOOTER = "footer"
    SIDEBAR = "sidebar"
    COMMENT = "comment"


class SeenIn(StrEnum):
    """Where a link was seen."""

    HTML = "html"  # in the page as it was sent
    BROWSER = "browser"  # only after a browser had run the page's scripts


class Element(StrEnum):
    """What the link is made of."""

    TEXT = "text"
    IMAGE = "image"
    AREA = "area"


class LinkType(StrEnum):
    """What kind of recommendation a link is; `unknown` unless the publisher or the page's build says so."""

    EDITORIAL = "editorial"
    PARTNER = "partner"
    DIRECTORY = "directory"
    UGC = "ugc"
    SPONSORED = "sponsored"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How much a finding wants a person's eye. A reason to look, never a verdict."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Audit(StrEnum):
    """What became of a night's data."""

    PASSED = "passed"
    HELD = "held"
    RELEASED = "released"  # held, and published because a person said so
    DROPPED = "dropped"  # held, and thrown away because a person said so


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to look at tonight, with the validators of its last readable look (empty: none known)."""

    url: str  # canonical
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop: the status that sent us on (200: the page itself, by meta refresh) and where it sent us (canonical URL)."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """What one attempt to read a page came back with.

    `body` is decompressed. It is the page where the outcome is readable, the start of what came instead (64 KiB at most) where
    a server answered with an error, and empty otherwise.
    """

    url: str  # as asked for, canonical
    outcome: Outcome
    final_url: str  # the page that answered; equals `url` without redirects
    http_status: int | None = None  # of the page that answered; None when nobody did
    redirects: tuple[Redirect, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # of the answer; names in lower case, repeats joined by ", "
    body: bytes = b""
    detail: str = ""  # one sentence for people: what decided the outcome
    elapsed_ms: int = 0
    network: str = ""  # that the answer came from: "203.0.113.0/24", "2001:db8:1::/48"; empty behind a proxy


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason to look at some links. `evidence` is JSON-able: what was observed, the threshold, and sample URLs.

    Two findings of one rule with equal `site` and `key` are the same finding, seen on two nights. `grounds` are the facts that a
    person's decision is about, told coarsely ("display:none", a domain of a network): a fact that was not among them when it
    was decided opens the finding again, and a count that grew does not.
    """

    rule: str
    key: str  # what it is about: a link's id, or "example.org|https://own.example/|anchor" for a group of links
    severity: Severity
    site: str
    link_ids: tuple[int, ...]  # all links that it is about, ascending
    evidence: Mapping[str, object]
    domains: tuple[str, ...] = ()  # referring domains of these links, sorted; two or more are a network or a wave
    grounds: tuple[str, ...] = ()  # sorted
    shadow: bool = False  # noted, and neither told nor put before people

    @property
    def link_id(self) -> int:
        """The link that stands for all: the one of lowest id."""
        return self.link_ids[0]


@dataclass(frozen=True, slots=True)
class NightSummary:
    """One row of the `night` table: a night and a site in numbers. Links and referring domains are never mixed."""

    night: str  # YYYY-MM-DD, UTC
    site: str
    audit: Audit
    pages_planned: int
    pages_fetched: int
    pages_inconclusive: int
    links_live: int
    referring_domains_live: int
    gained: int
    lost: int
    recovered: int
    changed: int
    findings: int
    started_at: datetime
    finished_at: datetime
    sources: tuple[Mapping[str, object], ...] = ()  # each with source, status, claims, why; the same for all sites
