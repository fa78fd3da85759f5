"""Source `bing_webmaster`: links to own sites as Bing Webmaster Tools lists them. It costs nothing, and knows nobody else's.

Standing of what is built on here. In the vendor's document: the methods GetUserSites, GetLinkCounts(siteUrl, page) and
GetUrlLinks(siteUrl, link, page), pages from 0 to TotalPages - 1, `Links` of `Url` and `Count`, `Details` of `Url` and
`AnchorText`, and both addresses, `pox` (XML) and `json`. The vendor's start page says that POX and SOAP were to end on 31 August
2026, so JSON is asked for. Seen in several clients: its wrapper `d`, and {"ErrorCode", "Message"} under HTTP 400. From a post
of 2012, not verified since: 2,000 calls a day and key, 3 a second; CALLS_A_NIGHT stays below. Not verified: that the list of
links is all that Bing knows.

There are no dates and no rel: a row says that there is a link, and where to look. Bing lists an account's sites by the
address that they were verified under, so it is asked for these first, and nobody has to know which of http, https and www. it is.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.model import Scope
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.client import (
    BudgetSpent,
    Client,
    PlannedCall,
    SiteRefused,
    Sleep,
    field,
    key_of,
    read_rows,
    site_named,
    sites_of,
)
from linkwatch.sources.apis.rows import Row
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull
from linkwatch.urls import canonical_or_none, canonical_url, host_of, page_key

BASE_URL = "https://ssl.bing.com/webmaster/api.svc/json"
CALLS_A_NIGHT = 1_800
"""Of one source: a call an own page with links, and one more for every hundred links or so."""


def read_bing_webmaster(pull: Pull, *, sleep: Sleep = time.sleep) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per link that Bing lists to a page of an own site. Raises SourceError."""
    sites = sites_of(pull, own_only=True)
    if not sites:
        raise SourceError(
            f"source {pull.source.name}: site is {pull.source.site!r}; expected an own site, Bing lists no other's links"
        )
    with Client(pull, BASE_URL, secret_params={"apikey": key_of(pull)}, sleep=sleep) as client:
        asking = _Asking(pull, client)
        yield from read_rows(pull, asking.pages, _claim, sites=sites)


def plan_bing_webmaster(source: SourceSettings, sites: Sequence[str]) -> list[PlannedCall]:
    """The calls of a night at most, over all sites; they cost nothing."""
    del source
    return [PlannedCall(", ".join(sites), "GetUrlLinks", CALLS_A_NIGHT, 0.0, "")] if sites else []


class _Asking:
    """The calls of one pull, counted."""

    def __init__(self, pull: Pull, client: Client) -> None:
        self._pull = pull
        self._client = client
        self._calls = 0
        self._verified: list[str] | None = None  # addresses of the account's sites, as Bing spells them

    def pages(self, site: str) -> Iterator[Sequence[Row]]:
        """Links to one own site, a page of an own page's links at a time."""
        scopes = self._pull.scopes
        for address in self._addresses(site):
            for listed in self._listed("GetLinkCounts", "Links", siteUrl=address):
                for own in listed:
                    link = field(own, "Url", str, "bing Links[]")
                    if scopes.site_of(canonical_or_none(link) or "https://none.invalid/") == site:
                        yield from self._links(address, link)

    def _links(self, address: str, link: str) -> Iterator[Sequence[Row]]:
        for details in self._listed("GetUrlLinks", "Details", siteUrl=address, link=link):
            yield [{**row, "link": link} if isinstance(row, Mapping) else {"link": link} for row in details]

    def _addresses(self, site: str) -> list[str]:
        """Addresses under which Bing knows a site, one of each page. Raises SiteRefused when it knows none."""
        if self._verified is None:
            self._verified = self._user_sites()
        scope = site_named(self._pull, site).scope
        host = host_of(canonical_url(site if "//" in site else f"http://{site}"))
        found: dict[str, str] = {}
        for address in sorted(self._verified, reverse=True):  # https before http
            url = canonical_or_none(address)
            if url and (self._pull.scopes.site_of(url) == site or (scope is Scope.PREFIX and host_of(url) == host)):
                found.setdefault(page_key(url), address)
        if not found:
            known = self._client.shown(", ".join(self._verified)) or "none"
            raise SiteRefused(
                f"source {self._pull.source.name}: Bing has no verified site for {site} in this account, it has: {known}; "
                "add and verify it at bing.com/webmasters"
            )
        return list(found.values())

    def _user_sites(self) -> list[str]:
        try:
            sites = self._ask("GetUserSites")
        except SiteRefused as refusal:
            raise SourceError(
                f"{refusal}; look at the Airflow connection {self._pull.source.connection!r}, whose password is the key"
            ) from None
        if not isinstance(sites, list):
            raise SourceError(
                f"answer of bing has a {type(sites).__name__} as d, expected list; the vendor changed its interface"
            )
        return [field(entry, "Url", str, "bing d[]") for entry in sites if field(entry, "IsVerified", bool, "bing d[]")]

    def _listed(self, method: str, name: str, **asked: str) -> Iterator[Sequence[Row]]:
        page, pages = 0, 1
        while page < pages:
            found = self._ask(method, **asked, page=page)
            rows: Sequence[Row] = field(found, name, (list, type(None)), "bing d") or []
            yield rows
            page, pages = page + 1, field(found, "TotalPages", int, "bing d")

    def _ask(self, method: str, **asked: str | int) -> Any:
        if self._calls >= CALLS_A_NIGHT:
            raise BudgetSpent(f"Bing takes about 2,000 calls a day, and {CALLS_A_NIGHT:,} were sent")
        self._calls += 1
        answer = self._client.call("GET", method, endpoint=method, units=0.0, params=asked).json()
        if isinstance(answer, Mapping) and answer.get("ErrorCode"):
            said = self._client.shown(str(answer.get("Message", "")))
            raise SiteRefused(
                f"source {self._pull.source.name}: bing_webmaster cannot be read: it answered {answer['ErrorCode']}: {said}"
            )
        return answer["d"] if isinstance(answer, Mapping) and "d" in answer else answer


def _claim(claims: ClaimRows, row: Row) -> str:
    page, anchor = field(row, "Url", str, "bing Details[]"), field(row, "AnchorText", (str, type(None)), "bing Details[]")
    return claims.link(page, row["link"], anchor=anchor)
