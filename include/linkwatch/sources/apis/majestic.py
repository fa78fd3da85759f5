"""Source `majestic_api`: links to watched sites as Majestic's API lists them (GetBackLinkData).

Standing of what is built on here. In the vendor's document: the command and its parameters, `Count` of 50,000 at most, `From`
for the next rows, that a call takes one retrieval unit a row and 5,000 analysis units whatever it returns, that links flagged
as alt text or mention are never returned, and how an item is written (example.com is the domain with its subdomains,
www.example.com one host). Seen in independent clients: the JSON address with `app_api_key`, `Code` "OK" or an error with
`ErrorMessage`, the rows in DataTables.BackLinks.Data, the names of their fields, and "" where a number is lacking. Not
verified: the form of dates, that a list without links has an empty `Data`, and that a page which is not full is the last.

Traps: the datasource is `historic` by default, five years of links; we ask for `fresh`. `Mode` is 0 by default and returns
deleted links with the others; we ask for 1, and a row that is flagged as deleted all the same says that it is lost.
Majestic knows no part of a host: for a prefix it is asked about the host, and rows beside the prefix are rejects. Trust
Flow rates the source page and not its domain, so no rating is taken. `budget_units` counts retrieval units; analysis units
are the account's own affair.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.client import Answer, Client, PlannedCall, Sleep, field, key_of, planned, read_rows
from linkwatch.sources.apis.rows import Row, rel_of, rows_in
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull

BASE_URL = "https://api.majestic.com/api"
PATH = "json"
ENDPOINT = "GetBackLinkData"
PAGE_ROWS = 10_000
"""Far below the vendor's limit, so that an answer stays below ours; each call takes 5,000 analysis units, so not fewer."""
NO_HYPERLINKS = {"FlagRedirect": "redirect", "FlagFrame": "frame", "FlagMention": "mention"}

_TABLE = "majestic DataTables.BackLinks"
_ROW = f"{_TABLE}.Data[]"


def read_majestic_api(pull: Pull, *, sleep: Sleep = time.sleep) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per link that Majestic lists, in its own order (the strongest first). Raises SourceError."""
    with Client(pull, BASE_URL, secret_params={"app_api_key": key_of(pull)}, sleep=sleep) as client:
        yield from read_rows(pull, partial(_pages, pull, client), _claim)


def plan_majestic_api(source: SourceSettings, sites: Sequence[str]) -> list[PlannedCall]:
    """The calls of a night, at most."""
    return planned(source, sites, endpoint=ENDPOINT, page_rows=PAGE_ROWS, price=float, of="retrieval units")


def _pages(pull: Pull, client: Client, site: str) -> Iterator[Sequence[Row]]:
    most, start = pull.source.max_rows, 0
    while start < most:
        size = min(PAGE_ROWS, most - start)
        rows = _page(client, site, start, size)
        yield rows
        start += len(rows)
        if len(rows) < size:
            return


def _page(client: Client, site: str, start: int, size: int) -> list[Row]:
    params = {
        "cmd": ENDPOINT,
        "datasource": "fresh",
        "item": (site.partition("://")[2] or site).partition("/")[0],
        "Count": size,
        "From": start,
        "Mode": 1,
    }
    answer = client.call("GET", PATH, endpoint=ENDPOINT, units=float(size), params=params, cost=_cost)
    document = answer.json()
    code = field(document, "Code", str, "majestic")
    if code != "OK":
        said = client.shown(f"{code}: {document.get('ErrorMessage') or 'nothing more'}")
        raise SourceError(f"majestic answered {said!r}; look at the account's units, and at its connection's key")
    return _rows(document)


def _cost(answer: Answer) -> tuple[float, int]:
    document = answer.json()
    rows = len(_rows(document)) if field(document, "Code", str, "majestic") == "OK" else 0
    return float(rows), rows


def _rows(document: Any) -> list[Row]:
    tables = field(document, "DataTables", dict, "majestic")
    return rows_in(field(tables, "BackLinks", dict, "majestic DataTables"), "Data", _TABLE)


def _text(row: Row, name: str) -> str:
    """A field as text: numbers come as numbers, as text, or as ""."""
    return str(field(row, name, (str, int, float), _ROW)).strip()


def _flag(row: Row, name: str) -> bool:
    return _text(row, name) not in ("", "0")


def _claim(claims: ClaimRows, row: Row) -> str:
    for name, what in NO_HYPERLINKS.items():
        if _flag(row, name):
            return f"not a hyperlink: {what}"
    return claims.link(
        _text(row, "SourceURL"),
        _text(row, "TargetURL"),
        anchor=_text(row, "AnchorText"),
        rel=rel_of(nofollow=_flag(row, "FlagNoFollow")),
        first_seen=_text(row, "FirstIndexedDate"),
        last_seen=_text(row, "LastSeenDate"),
        says_lost=_flag(row, "FlagDeleted") or bool(_text(row, "DateLost")),
    )
