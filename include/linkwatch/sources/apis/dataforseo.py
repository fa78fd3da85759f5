"""Source `dataforseo_api`: links to watched sites from DataForSEO's Backlinks API, 1,000 a call.

Standing of what is built on here. In the vendor's document: `POST v3/backlinks/backlinks/live` with a JSON array of tasks and
Basic authentication; `status_code` 20000 for an answer and for each of its tasks when all is well, under HTTP 200 also when
it is not; `cost` in US dollars; `search_after_token`, 1,000 rows a call, `mode` as_is, `total_count`; `item_type`, `attributes`,
`is_lost`, `is_indirect_link` and the form of dates. `result` null for a target that nobody links to was seen in an answer. The
price before a call is $0.024 and $0.000036 a row, as the vendor's price page was quoted in September 2026; older answers in
its document come to $0.02 and $0.00003. What a call did cost is what its answer says. Not verified: that `include_subdomains`
= false still takes in `www.`, and that `url_to` may be filtered with "like".

Asked for are links that were there at the vendor's last check (`backlinks_status_type` live, its default). "all" would put
every link that was ever lost among them: dead rows that cost money, take the place of live ones under `max_rows`, and send
us to pages that nobody misses. A link that leaves the live list moves up the queue all the same, once the pull is complete:
`total_count` says whether it is. The vendor lists one link a page to a target; a look finds the others.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.model import Scope
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.client import (
    Answer,
    Client,
    PlannedCall,
    SiteRefused,
    Sleep,
    field,
    key_of,
    planned,
    read_rows,
    site_named,
)
from linkwatch.sources.apis.rows import Row, optional, rating, rows_in
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull
from linkwatch.urls import canonical_url, host_of

BASE_URL = "https://api.dataforseo.com"
ENDPOINT = "v3/backlinks/backlinks/live"
ROWS_A_CALL = 1_000
DOLLARS_A_CALL = 0.024
DOLLARS_A_ROW = 0.000036

OK = 20000
"""`status_code` of an answer or a task in which all is well."""

ACCOUNT_TROUBLE = range(40100, 40300)
"""Codes that every further task would get too: not signed in, no money left, too many requests."""

HYPERLINKS = frozenset({"anchor", "image"})
"""Values of `item_type` that an <a> or <area> on the page would confirm."""


def read_dataforseo_api(pull: Pull, *, sleep: Sleep = time.sleep) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per linking page and target that the vendor lists. Raises SourceError.

    The connection's login and password are those of the API, which are not those of the vendor's website.
    """
    key, login = key_of(pull), pull.account.login if pull.account else ""
    if not login:
        raise SourceError(
            f"source {pull.source.name}: the Airflow connection {pull.source.connection!r} has no login; expected the API's "
            "login there and its password as the password (app.dataforseo.com/api-access)"
        )
    with Client(pull, BASE_URL, auth=(login, key), sleep=sleep) as client:
        yield from read_rows(pull, partial(_pages, pull, client), _claim)


def plan_dataforseo_api(source: SourceSettings, sites: Sequence[str]) -> list[PlannedCall]:
    """The calls of a night at most, in US dollars."""
    limit = _limit(source)
    return planned(source, sites, endpoint=ENDPOINT, page_rows=limit, price=lambda _: _price(limit), of="US dollars")


def _limit(source: SourceSettings) -> int:
    """Rows a call: the vendor wants a token to come with the very question that it was given for."""
    return min(ROWS_A_CALL, source.max_rows)


def _price(rows: int) -> float:
    return DOLLARS_A_CALL + DOLLARS_A_ROW * rows


def _pages(pull: Pull, client: Client, site: str) -> Iterator[Sequence[Row]]:
    limit, read = _limit(pull.source), 0
    task: dict[str, Any] = _task(pull, site, limit)
    while True:
        answer = client.call(
            "POST", ENDPOINT, endpoint=ENDPOINT, units=_price(limit), json=[task], cost=partial(_cost, priced=_price(limit))
        )
        result = _result(answer, pull, client, site)
        rows, total = _items(result), optional(result, "total_count", int, "dataforseo tasks[].result[]") or 0
        if "search_after_token" not in task:
            pull.notes.total = (pull.notes.total or 0) + total
        yield rows
        read += len(rows)
        token = optional(result, "search_after_token", str, "dataforseo tasks[].result[]")
        if not token or not rows or read >= total:
            return
        task = {**task, "search_after_token": token}


def _task(pull: Pull, site: str, limit: int) -> dict[str, Any]:
    scope = site_named(pull, site).scope
    address = canonical_url(site if "//" in site else f"http://{site}")
    target = host_of(address).removeprefix("www.")
    path = address.partition("//")[2].partition("/")[2].rstrip("/")
    return {
        "target": target,
        "mode": "as_is",
        "backlinks_status_type": "live",
        "include_subdomains": scope is Scope.DOMAIN,
        "exclude_internal_backlinks": True,
        "rank_scale": "one_hundred",
        "limit": limit,
        **({"filters": ["url_to", "like", f"%{target}/{path}%"]} if scope is Scope.PREFIX else {}),
    }


def _result(answer: Answer, pull: Pull, client: Client, site: str) -> Row:
    """The one result of the one task. Raises SourceError for a status of the account, SiteRefused for one of the task."""
    found = answer.json()
    _expect_ok(found, "", pull, client, site)
    for task in field(found, "tasks", list, "dataforseo"):
        _expect_ok(task, "tasks[]", pull, client, site)
    return next(iter(_results(found)), {"items": None})


def _expect_ok(part: Any, place: str, pull: Pull, client: Client, site: str) -> None:
    code = field(part, "status_code", int, f"dataforseo {place}".rstrip())
    if code == OK:
        return
    said = (
        f"source {pull.source.name}: dataforseo_api cannot be read: it answered {code} about {site}: "
        f"{client.shown(str(part.get('status_message', '')))}; docs.dataforseo.com/v3/appendix/errors says what to do"
    )
    raise SourceError(said) if not place or code in ACCOUNT_TROUBLE or code >= 50000 else SiteRefused(said)


def _results(found: Any) -> list[Row]:
    tasks = field(found, "tasks", list, "dataforseo")
    results = (field(task, "result", (list, type(None)), "dataforseo tasks[]") or [] for task in tasks)
    return [result for some in results for result in some if result is not None]


def _items(result: Row) -> Sequence[Row]:
    where = "dataforseo tasks[].result[]"
    if field(result, "items", (list, type(None)), where) is None:
        return []
    return rows_in(result, "items", where)


def _cost(answer: Answer, priced: float) -> tuple[float, int]:
    """What the answer says that it did cost; as priced where it does not say."""
    found = answer.json()
    said = found.get("cost") if isinstance(found, Mapping) else None
    cost = float(said) if isinstance(said, int | float) and said >= 0 else priced
    well = isinstance(found, Mapping) and found.get("status_code") == OK
    return cost, sum(len(_items(result)) for result in _results(found)) if well else 0


def _claim(claims: ClaimRows, row: Row) -> str:
    where = "dataforseo items[]"
    page, target = field(row, "url_from", str, where), field(row, "url_to", str, where)
    kind = field(row, "item_type", (str, type(None)), where)
    if kind not in HYPERLINKS:
        return f"not a hyperlink: item_type {kind}"
    if optional(row, "is_indirect_link", bool, where):  # it leads elsewhere first: a look says where to
        return claims.page(page)
    return claims.link(
        page,
        target,
        anchor=optional(row, "anchor", str, where),
        rel=_rel(row),
        first_seen=_date(optional(row, "first_seen", str, where)),
        last_seen=_date(optional(row, "last_seen", str, where)),
        says_lost=field(row, "is_lost", bool, where),
        authority=rating(row.get("domain_from_rank")),  # 0 to 100, as `rank_scale` asks
    )


def _rel(row: Row) -> str:
    """The link's rel tokens; of a link without any that is not followed it is not known what withheld it, so: nofollow."""
    attributes = field(row, "attributes", (list, type(None)), "dataforseo items[]")
    if not attributes:
        return "" if field(row, "dofollow", bool, "dataforseo items[]") else "nofollow"
    return " ".join(map(str, attributes))


def _date(text: str | None) -> str | None:
    """A time such as "2019-11-15 12:57:46 +00:00" as ISO 8601; without the zone, which is always UTC, it is read faster."""
    return text.removesuffix(" +00:00") if text else None
