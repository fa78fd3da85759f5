"""Ahrefs, Semrush and Majestic as `VendorServer` serves them: the documented parameters, the shape of the answers, their traps.

Each is a function from links to routes. A link lists what a vendor knows; what it leaves out has a usual value.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from servers.vendor_apis import Reply, Request, Route


@dataclass(frozen=True)
class Link:
    """A link that a vendor knows."""

    source: str
    target: str = "https://own.example/"
    first_seen: str = "2026-01-02T03:04:05Z"
    last_seen: str = "2026-11-20T00:00:00Z"
    anchor: str = "own"
    nofollow: bool = False
    ugc: bool = False
    sponsored: bool = False
    kind: str = "text"  # text, image, redirect, frame, form
    lost: bool = False
    drop_reason: str | None = None
    rating: float = 41.0


def links(count: int, **settings: object) -> list[Link]:
    """So many links, each found a minute before the one behind it, and so the newest last."""
    return [
        Link(
            f"https://page{n}.example/", first_seen=f"2026-01-{1 + n // 1440:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00Z", **settings
        )
        for n in range(count)
    ]


def ahrefs(known: Sequence[Link]) -> Mapping[str, Route]:
    """GET /site-explorer/all-backlinks: no offset; where, order_by and limit; costs in the headers."""

    def answer(request: Request) -> Reply:
        columns = request.params["select"].split(",")
        where = json.loads(request.params.get("where", "null"))
        found = sorted(known, key=lambda link: link.first_seen, reverse=request.params["order_by"] == "first_seen_link:desc")
        if request.params["history"] == "live":
            found = [link for link in found if not link.lost]
        if where:
            operator, until = where["is"]
            found = [link for link in found if link.first_seen < until or (operator == "lte" and link.first_seen == until)]
        rows = [_ahrefs_row(link, columns) for link in found[: int(request.params["limit"])]]
        cost = str(max(50, len(rows) * len(columns)))
        return Reply({"backlinks": rows}, headers={"x-api-rows": str(len(rows)), "x-api-units-cost-total-actual": cost})

    return {"/site-explorer/all-backlinks": answer}


def _ahrefs_row(link: Link, columns: Sequence[str]) -> dict[str, object]:
    row = {
        "url_from": link.source,
        "url_to": link.target,
        "anchor": link.anchor,
        "link_type": link.kind,
        "is_nofollow": link.nofollow,
        "is_ugc": link.ugc,
        "is_sponsored": link.sponsored,
        "is_lost": link.lost,
        "drop_reason": link.drop_reason,
        "first_seen_link": link.first_seen,
        "last_visited": link.last_seen,
        "last_seen": "2026-11-21T00:00:00Z" if link.lost else None,
        "domain_rating_source": link.rating,
    }
    return {column: row[column] for column in columns}


def semrush(known: Sequence[Link]) -> Mapping[str, Route]:
    """GET /analytics/v1/: text with semicolons; `display_limit` counts from the list's beginning; errors are texts with 200."""

    def answer(request: Request) -> Reply:
        columns = request.params["export_columns"].split(",")
        found = sorted(known, key=lambda link: link.first_seen, reverse=True)
        found = found[int(request.params["display_offset"]) : int(request.params["display_limit"])]
        if not found:
            return Reply("ERROR 50 :: NOTHING FOUND")
        rows = [";".join(columns), *(";".join(_semrush_row(link)[column] for column in columns) for link in found)]
        return Reply("\r\n".join(rows) + "\r\n")

    return {"/analytics/v1/": answer}


def _semrush_row(link: Link) -> dict[str, str]:
    return {
        "page_ascore": f"{link.rating:g}",
        "source_url": link.source,
        "target_url": link.target,
        "anchor": link.anchor,
        "first_seen": _epoch(link.first_seen),
        "last_seen": _epoch(link.last_seen),
        "nofollow": str(link.nofollow).lower(),
        "form": str(link.kind == "form").lower(),
        "frame": str(link.kind == "frame").lower(),
        "lostlink": str(link.lost).lower(),
    }


def _epoch(time: str) -> str:
    return str(int(datetime.fromisoformat(time).astimezone(UTC).timestamp()))


def majestic(known: Sequence[Link]) -> Mapping[str, Route]:
    """GET /json: Mode 0 has deleted links, numbers that are lacking are "", errors are a Code with 200."""

    def answer(request: Request) -> Reply:
        start, count = int(request.params["From"]), int(request.params["Count"])
        found = [link for link in known if request.params["Mode"] == "0" or not link.lost]
        rows = [_majestic_row(link) for link in found[start : start + count]]
        return Reply({"Code": "OK", "ErrorMessage": "", "DataTables": {"BackLinks": {"Data": rows}}})

    return {"/json": answer}


def _majestic_row(link: Link) -> dict[str, object]:
    return {
        "SourceURL": link.source,
        "ACRank": "",
        "AnchorText": link.anchor,
        "Date": link.last_seen[:10],
        "FlagRedirect": int(link.kind == "redirect"),
        "FlagFrame": int(link.kind == "frame"),
        "FlagNoFollow": int(link.nofollow),
        "FlagImages": int(link.kind == "image"),
        "FlagDeleted": int(link.lost),
        "FlagAltText": 0,
        "FlagMention": 0,
        "TargetURL": link.target,
        "FirstIndexedDate": link.first_seen[:10],
        "LastSeenDate": link.last_seen[:10],
        "DateLost": "",
        "ReasonLost": "",
        "SourceCitationFlow": "",
        "SourceTrustFlow": link.rating if link.rating >= 0 else "",
    }


ROUTES: Mapping[str, Callable[[Sequence[Link]], Mapping[str, Route]]] = {
    "ahrefs_api": ahrefs,
    "semrush_api": semrush,
    "majestic_api": majestic,
}
