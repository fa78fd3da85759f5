"""Source `moz_api`: links to watched sites as Moz's Links API v2 lists them, 50 a call.

Standing of what is built on here. In the vendor's document: `POST v2/links` with JSON, `target`, `target_scope`
(page, subdomain, root_domain), `filter` (default "external"), `limit`, `next_token`; the header `x-moz-token`, or Basic
authentication for accounts from before March 2024. Seen in independent clients: the fields of a row, `page` without a scheme,
50 rows a call at most (documented for version 1 alone), and that a row has `date_disappeared` *and* a later `date_last_seen`
where the link came back. Not verified: that the quota counts a row of the answer as one and an empty answer as none, that
"subdomain" is one host and takes in its `www.`, and what `redirect`, `rel_canonical` and the two `via_…` say where several
links lead from one page to another.

The filter stays "external": it lists links that Moz believes lost, and such a belief is a reason to look. There is no count of
all links, so a pull is complete when the vendor has no next token.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from linkwatch.model import Scope
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.client import Answer, Client, PlannedCall, Sleep, field, key_of, planned, read_rows, site_named
from linkwatch.sources.apis.rows import Row, optional, rating, rows_in
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull
from linkwatch.urls import canonical_url, host_of, registrable_domain

BASE_URL = "https://lsapi.seomoz.com"
ENDPOINT = "v2/links"
ROWS_A_CALL = 50

NO_HYPERLINKS = ("redirect", "rel_canonical")
"""Flags of rows that no <a> on the page would ever confirm."""

INDIRECT = ("via_redirect", "via_rel_canonical")
"""Flags of rows whose link leads to another address first: the page is worth a look, which says where to."""


def read_moz_api(pull: Pull, *, sleep: Sleep = time.sleep) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per link that Moz lists, links of the pages with most authority first. Raises SourceError.

    The connection's password is the API token; with a login (the access id) it is the secret key of an older account.
    """
    key, login = key_of(pull), pull.account.login if pull.account else ""
    headers, auth = (None, (login, key)) if login else ({"x-moz-token": key}, None)
    with Client(pull, BASE_URL, headers=headers, auth=auth, sleep=sleep) as client:
        yield from read_rows(pull, partial(_pages, pull, client), _claim)


def plan_moz_api(source: SourceSettings, sites: Sequence[str]) -> list[PlannedCall]:
    """The calls of a night at most."""
    limit = _limit(source)
    return planned(source, sites, endpoint=ENDPOINT, page_rows=limit, price=lambda _: float(limit), of="rows")


def _limit(source: SourceSettings) -> int:
    """Rows a call: the same in every call of a site, as nobody says that a token stands another limit."""
    return min(ROWS_A_CALL, source.max_rows)


def _pages(pull: Pull, client: Client, site: str) -> Iterator[Sequence[Row]]:
    limit = _limit(pull.source)
    question: dict[str, Any] = {**_target(pull, site), "filter": "external", "limit": limit}
    while True:
        answer = client.call("POST", ENDPOINT, endpoint=ENDPOINT, units=float(limit), json=question, cost=_cost)
        rows = _rows(answer)
        yield rows
        token = optional(answer.json(), "next_token", str, "moz")
        if not token or not rows or token == question.get("next_token"):
            return
        question = {**question, "next_token": token}


def _target(pull: Pull, site: str) -> dict[str, str]:
    """How Moz is asked for a site. It knows no part of a host: a prefix asks for its host, and rows beside it are rejects."""
    host = host_of(canonical_url(site if "//" in site else f"http://{site}"))
    whole = site_named(pull, site).scope is Scope.DOMAIN and registrable_domain(host) == host
    return {"target": host, "target_scope": "root_domain" if whole else "subdomain"}


def _rows(answer: Answer) -> list[Row]:
    return rows_in(answer.json(), "results", "moz")


def _cost(answer: Answer) -> tuple[float, int]:
    rows = len(_rows(answer))
    return float(rows), rows


def _claim(claims: ClaimRows, row: Row) -> str:
    where = "moz results[]"
    source, target = field(row, "source", dict, where), field(row, "target", dict, where)
    page, to = _url(field(source, "page", str, f"{where}.source")), _url(field(target, "page", str, f"{where}.target"))
    nofollow = field(row, "nofollow", bool, where)
    for flag in NO_HYPERLINKS:
        if row.get(flag):
            return f"not a hyperlink: {flag}"
    if any(row.get(flag) for flag in INDIRECT):
        return claims.page(page)
    first_seen, last_seen, disappeared = (
        optional(row, f"date_{name}", str, where) for name in ("first_seen", "last_seen", "disappeared")
    )
    return claims.link(
        page,
        to,
        anchor=optional(row, "anchor_text", str, where),
        rel="nofollow" if nofollow else "",
        first_seen=first_seen,
        last_seen=last_seen,
        says_lost=(disappeared or "") > (last_seen or ""),  # ISO dates: the order of the texts is that of the days
        authority=rating(source.get("domain_authority")),
    )


def _url(page: str) -> str:
    """A page's address: Moz leaves out the scheme. Which one it is makes no difference to a link's identity."""
    return page if "://" in page else f"https://{page}"
