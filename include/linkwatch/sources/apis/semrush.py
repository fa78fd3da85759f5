"""Source `semrush_api`: links to watched sites as Semrush's Backlinks API lists them (analytics/v1, type=backlinks).

Standing of what is built on here. In the vendor's document: the address, the parameters, the columns, 40 API units a line,
an answer in lines of fields with semicolons under a header, and that an account which runs out of units gets as many lines
as it can pay for, without a word. In copies of that document: dates as Unix times, `true` and `false`, and that
`display_limit` counts from the list's beginning: with an offset it must grow by it. Seen in independent clients: errors as
texts like "ERROR 50 :: NOTHING FOUND", with status 200 too. Not verified: how a field with a semicolon is quoted (the anchor
is asked for last, so that it may have some), and that an empty answer costs nothing.

Links that Semrush believes lost are in the list and say so. A list may end because the units did, so its end is asked for
with one more line. Semrush knows no part of a host: for a prefix it is asked about the host, and rows beside the prefix are
rejects that cost like all others. It rates the source page (`page_ascore`) and not its domain, so no rating is taken.
"""

import csv
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.model import Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis.client import Answer, Client, PlannedCall, Sleep, field, key_of, planned, read_rows, site_named
from linkwatch.sources.apis.rows import Row, rel_of
from linkwatch.sources.claims import ClaimRows
from linkwatch.sources.pull import Pull

BASE_URL = "https://api.semrush.com"
PATH = "analytics/v1/"
ENDPOINT = "backlinks"
PAGE_ROWS = 1000
UNITS_A_ROW = 40.0
COLUMNS = (
    "source_url",
    "target_url",
    "first_seen",
    "last_seen",
    "nofollow",
    "form",
    "frame",
    "lostlink",
    "anchor",
)
REQUIRED = ("source_url", "target_url", "lostlink")
NO_HYPERLINKS = ("form", "frame")
NOTHING_FOUND = "ERROR 50 "

_COLUMNS = {name.replace("_", ""): name for name in COLUMNS}  # some reports head their columns "Source url"


def read_semrush_api(pull: Pull, *, sleep: Sleep = time.sleep) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS, one row per link that Semrush lists, those found last first. Raises SourceError."""
    with Client(pull, BASE_URL, secret_params={"key": key_of(pull)}, sleep=sleep) as client:
        yield from read_rows(pull, partial(_pages, pull, client), _claim)


def plan_semrush_api(source: SourceSettings, sites: Sequence[str]) -> list[PlannedCall]:
    """The calls of a night, at most."""
    return planned(source, sites, endpoint=ENDPOINT, page_rows=PAGE_ROWS, price=_price, of="API units")


def _price(rows: int) -> float:
    return rows * UNITS_A_ROW


def _pages(pull: Pull, client: Client, site: str) -> Iterator[Sequence[Row]]:
    target, most = _target(site_named(pull, site)), pull.source.max_rows
    offset = 0
    while offset < most:
        size = min(PAGE_ROWS, most - offset)
        rows = _page(client, target, offset, size)
        if rows:
            yield rows
        offset += len(rows)
        if len(rows) < size:
            if rows and _page(client, target, offset, 1):
                raise SourceError(f"semrush ended a page early, after {offset:,} rows, though more follow; are there units left?")
            return


def _target(site: Site) -> dict[str, str]:
    host = site.site.partition("://")[2] or site.site
    kind = "root_domain" if site.scope is Scope.DOMAIN else "domain"
    return {"target": host.partition("/")[0], "target_type": kind}


def _page(client: Client, target: dict[str, str], offset: int, size: int) -> list[Row]:
    params = {
        "type": ENDPOINT,
        **target,
        "export_columns": ",".join(COLUMNS),
        "display_sort": "first_seen_desc",
        "display_limit": offset + size,
        "display_offset": offset,
    }
    answer = client.call("GET", PATH, endpoint=ENDPOINT, units=_price(size), params=params, cost=_cost)
    text = answer.text().strip()
    if text.startswith("ERROR") and not text.startswith(NOTHING_FOUND):
        raise SourceError(f"semrush answered {client.shown(text)!r}; look at the account's units, and at its connection's key")
    return _rows(answer)


def _cost(answer: Answer) -> tuple[float, int]:
    rows = 0 if answer.text().lstrip().startswith("ERROR") else len(_rows(answer))
    return _price(rows), rows


def _rows(answer: Answer) -> list[Row]:
    """The lines as rows by column. Raises SourceError where a column that we need is not there."""
    text = answer.text().strip()
    if text.startswith(NOTHING_FOUND):
        return []
    lines = text.split("\n")  # and not at the other ends of lines that Unicode knows: anchors have some
    header = [_COLUMNS.get(_folded(name), name) for name in _fields(lines[0])]
    for name in REQUIRED:
        field(dict.fromkeys(header, ""), name, str, "semrush")
    return [_row(header, line) for line in lines[1:] if line.strip()]


def _folded(name: str) -> str:
    return name.strip().lower().replace("_", "").replace(" ", "")


def _fields(line: str) -> list[str]:
    """One line by itself, so that a quotation mark in an anchor damages its own line and no other."""
    with suppress(csv.Error):  # a field beyond the reader's limit of 128 KiB
        return next(csv.reader([line.rstrip("\r")], delimiter=";"), [])
    return []


def _row(header: list[str], line: str) -> Row:
    """Fields by column; None for all that a line with another number of fields leaves open."""
    fields = _fields(line)
    if header[-1] == "anchor" and len(fields) > len(header):
        fields[len(header) - 1 :] = [";".join(fields[len(header) - 1 :])]
    fits = len(fields) == len(header)
    return dict(zip(header, fields, strict=True)) if fits else dict.fromkeys(header)


def _claim(claims: ClaimRows, row: Row) -> str:
    if row["source_url"] is None:
        return f"broken row: not the {len(row)} fields of the header"
    for kind in NO_HYPERLINKS:
        if _yes(row.get(kind, "")):
            return f"not a hyperlink: {kind}"
    return claims.link(
        row["source_url"],
        row["target_url"],
        anchor=row.get("anchor"),
        rel=rel_of(nofollow=_yes(row["nofollow"])) if "nofollow" in row else None,
        first_seen=_date(row.get("first_seen", "")),
        last_seen=_date(row.get("last_seen", "")),
        says_lost=_yes(row["lostlink"]),
    )


def _yes(text: str) -> bool:
    return text.strip().lower() in ("true", "1")


def _date(text: str) -> str:
    """ISO 8601 of a Unix time; any other text as it is."""
    seconds = text.strip()
    if not seconds.isdecimal():
        return text
    return datetime.fromtimestamp(int(seconds), UTC).isoformat() if 0 < len(seconds) <= 11 and int(seconds) else ""
