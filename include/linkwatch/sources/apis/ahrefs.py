"""Source `ahrefs_api`: links to watched sites as Ahrefs' API v3 lists them (site-explorer/all-backlinks).

Standing of what is built on here. In the vendor's document: the path, `Authorization: Bearer`, the parameters and their values,
the columns and what they mean, `Retry-After`, and the price: a call costs 50 API units or its rows times the columns named in
select, where and order_by, whichever is more (the few columns at 5 and 10 units are left alone), and says in
`x-api-units-cost-total-actual` what it did cost. Not verified: that `where` takes the time of `first_seen_link` as the rows
give it, how much `mode=domain` takes in (we take it for one host), and that a list which ends is all that there is.

Traps, each with its way round:

- `history` is all_time by default and mixes dead links in as if they were there: we ask for `live`.
- `aggregation` is similar_links by default and hides rows: we ask for `all`.
- `last_seen` is the date on which a link was found lost; the last time that it was seen is `last_visited`.
- `link_type` has redirects, frames, canonicals and feeds, which no <a> on the page would ever confirm: they are refused.
- A lost row with a `drop_reason` was cleared out of the vendor's index, and no loss follows from that.
- There is no offset. Pages are cut by time: newest first, then everything first seen at the last page's last time or before,
  without the rows that were read already. Where one time fills a whole page the rest of it cannot be asked for, and is told.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from types import NoneType
from typing import Any

import orjson
import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.model import Scope
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.client import Answer, Client, PlannedCall, Sleep, field, key_of, planned, read_rows, site_named
from linkwatch.sources.apis.rows import Row, rating, rel_of, rows_in
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull

BASE_URL = "https://api.ahrefs.com/v3"
ENDPOINT = "site-explorer/all-backlinks"
PAGE_ROWS = 1000
MIN_UNITS = 50.0
COLUMNS = (
    *("url_from", "url_to", "anchor", "link_type", "is_nofollow", "is_ugc", "is_sponsored", "is_lost", "drop_reason"),
    *("first_seen_link", "last_visited", "domain_rating_source"),
)
"""Each costs one unit a row; `first_seen_link`, by which we order and cut, counts once."""
HYPERLINKS = frozenset({"text", "image"})

_MODES = {Scope.DOMAIN: "subdomains", Scope.HOST: "domain", Scope.PREFIX: "prefix"}
_ROW = "ahrefs backlinks[]"


def read_ahrefs_api(pull: Pull, *, sleep: Sleep = time.sleep) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per live link that Ahrefs lists, the newest first. Raises SourceError."""
    with Client(pull, BASE_URL, headers={"Authorization": f"Bearer {key_of(pull)}"}, sleep=sleep) as client:
        yield from read_rows(pull, partial(_pages, pull, client), _claim)


def plan_ahrefs_api(source: SourceSettings, sites: Sequence[str]) -> list[PlannedCall]:
    """The calls of a night, at most: rows that two pages share are paid twice and not counted here."""
    return planned(source, sites, endpoint=ENDPOINT, page_rows=PAGE_ROWS, price=_price, of="API units")


def _price(rows: int) -> float:
    return max(MIN_UNITS, float(rows * len(COLUMNS)))


def _pages(pull: Pull, client: Client, site: str) -> Iterator[Sequence[Row]]:
    """Pages of rows that were not read before, each older than the last one."""
    left = pull.source.max_rows
    older: tuple[str, str] | None = None  # operator and time
    known: set[tuple[str, str]] = set()  # rows of that time, which come again
    while left > 0:
        limit = min(PAGE_ROWS, left + len(known))
        rows = _page(client, pull, site, limit, older)
        times = [_time(row) for row in rows]
        if older and times and not _in_range(max(times), *older):
            raise _no_pages()
        fresh = [row for row in rows if _link(row) not in known]
        yield fresh
        left -= len(fresh)
        if len(rows) < limit:
            return
        if times != sorted(times, reverse=True):
            raise _no_pages()
        last = times[-1]
        if not last:
            pull.notes.partial.append(f"{site}: links without a date of discovery follow, and cannot be asked for by page")
            return
        if times[0] == last:
            pull.notes.partial.append(
                f"{site}: more than {limit:,} links were first seen at {last}; the rest of these is left out"
            )
            older, known = ("lt", last), set()
        else:
            older, known = ("lte", last), {_link(row) for row in rows if _time(row) == last}


def _in_range(time: str, operator: str, until: str) -> bool:
    return time < until or (time == until and operator == "lte")


def _no_pages() -> SourceError:
    """Where pages cannot be cut by time, they would repeat or leave out rows without end."""
    return SourceError(
        "answer of ahrefs is not the newest rows of first_seen_link first, or not those of `where`; "
        "the vendor changed its interface: look for a newer linkwatch"
    )


def _page(client: Client, pull: Pull, site: str, limit: int, older: tuple[str, str] | None) -> list[Row]:
    params = {
        "target": site,
        "mode": _MODES[site_named(pull, site).scope],
        "protocol": "both",
        "history": "live",
        "aggregation": "all",
        "select": ",".join(COLUMNS),
        "order_by": "first_seen_link:desc",
        "limit": limit,
        "output": "json",
    }
    if older:
        params["where"] = orjson.dumps({"field": "first_seen_link", "is": older}).decode()
    answer = client.call("GET", ENDPOINT, endpoint=ENDPOINT, units=_price(limit), params=params, cost=_cost)
    return _rows(answer)


def _rows(answer: Answer) -> list[Row]:
    return rows_in(answer.json(), "backlinks", "ahrefs")


def _cost(answer: Answer) -> tuple[float, int]:
    """As the vendor counts it, where it does."""
    rows = len(_rows(answer))
    said = answer.headers.get("x-api-units-cost-total-actual", "").strip()
    return (float(said[:12]) if said.isdecimal() else _price(rows)), rows


def _time(row: Row) -> str:
    """When Ahrefs first saw the link, ISO 8601 as it says it (so texts compare as times do); "" where it does not say."""
    return field(row, "first_seen_link", (str, NoneType), _ROW) or ""


def _link(row: Row) -> tuple[str, str]:
    return _text(row, "url_from"), _text(row, "url_to")


def _text(row: Row, name: str) -> str:
    return field(row, name, (str, NoneType), _ROW) or ""


def _flag(row: Row, name: str) -> bool:
    return bool(field(row, name, (bool, NoneType), _ROW))


def _claim(claims: ClaimRows, row: Row) -> str:
    kind: Any = _text(row, "link_type")
    if kind not in HYPERLINKS:
        return f"not a hyperlink: type {kind}"
    return claims.link(
        _text(row, "url_from"),
        _text(row, "url_to"),
        anchor=_text(row, "anchor"),
        rel=rel_of(nofollow=_flag(row, "is_nofollow"), ugc=_flag(row, "is_ugc"), sponsored=_flag(row, "is_sponsored")),
        first_seen=_time(row),
        last_seen=_text(row, "last_visited"),
        says_lost=_flag(row, "is_lost") and not _text(row, "drop_reason"),
        authority=rating(row.get("domain_rating_source")),
    )
