"""What Moz, DataForSEO and Bing answer, in their shapes, from a few rows: routes for `servers.vendor_apis.VendorServer`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from linkwatch.sources import Pull
from servers.vendor_apis import KEY, Reply, Request, Route

BingLinks = Mapping[str, Sequence[tuple[str, str]]]
"""From an own page to the links that lead to it: source page and anchor."""


def moz_row(number: int, **values: Any) -> dict[str, Any]:
    """A followed link from page `number` of blog.example to own.example."""
    row: dict[str, Any] = {
        "source": {"page": f"blog.example/{number}", "root_domain": "blog.example", "domain_authority": 40, "spam_score": 1},
        "target": {"page": "own.example/"},
        "anchor_text": f"anchor {number}",
        "nofollow": False,
        **dict.fromkeys(("redirect", "rel_canonical", "via_redirect", "via_rel_canonical"), False),
        "date_first_seen": "2026-01-02",
        "date_last_seen": "2026-11-01",
        "date_disappeared": "",
    }
    return row | values


def moz_routes(rows: Sequence[Mapping[str, Any]]) -> dict[str, Route]:
    """Pages of `limit` rows, each with a token for the next; the last one's is empty."""

    def links(request: Request) -> Reply:
        if request.headers.get("x-moz-token") != KEY and not request.headers.get("authorization", "").startswith("Basic "):
            return Reply({"status": "401", "message": f"bad token {request.headers.get('x-moz-token')}"}, 401)
        start = int(request.json.get("next_token", "t0")[1:])
        end = start + request.json["limit"]
        return Reply({"results": rows[start:end], "next_token": f"t{end}" if end < len(rows) else ""})

    return {"/v2/links": links}


def dataforseo_item(number: int, **values: Any) -> dict[str, Any]:
    """A followed link from page `number` of blog.example to own.example."""
    item: dict[str, Any] = {
        "type": "backlink",
        "url_from": f"https://blog.example/{number}",
        "url_to": "https://own.example/",
        "is_new": False,
        "is_lost": False,
        "domain_from_rank": 40,
        "first_seen": "2026-01-02 12:57:46 +00:00",
        "last_seen": "2026-11-01 00:00:00 +00:00",
        "item_type": "anchor",
        "attributes": None,
        "dofollow": True,
        "anchor": f"anchor {number}",
        "is_indirect_link": False,
    }
    return item | values


def dataforseo_answer(result: Any, cost: float = 0.0203, *, code: int = 20000, message: str = "Ok.") -> dict[str, Any]:
    """An answer about one task, whose status is `code`."""
    task = {"id": "1", "status_code": code, "status_message": message, "cost": cost, "result": result}
    return {"version": "0.1", "status_code": 20000, "status_message": "Ok.", "cost": cost, "tasks_count": 1, "tasks": [task]}


def dataforseo_routes(items: Sequence[Mapping[str, Any]], total: int | None = None) -> dict[str, Route]:
    """Pages of `limit` items, each with a token, the last one too; `total` is what the vendor says that there are."""

    def live(request: Request) -> Reply:
        task = request.json[0]
        start = int(task.get("search_after_token", "t0")[1:])
        page = items[start : start + task["limit"]]
        result = {"target": task["target"], "total_count": len(items) if total is None else total, "items_count": len(page)}
        token = f"t{start + len(page)}"
        return Reply(dataforseo_answer([{**result, "items": page, "search_after_token": token}], 0.02 + 0.00003 * len(page)))

    return {"/v3/backlinks/backlinks/live": live}


def bing_routes(
    links: BingLinks, *, verified: Sequence[str] = ("https://own.example/",), page_rows: int = 2, wrapped: bool = True
) -> dict[str, Route]:
    """The three methods that are asked, JSON in `d`; pages of `page_rows`."""

    def signed(answer: Callable[[Request], Any]) -> Route:
        def route(request: Request) -> Reply:
            if request.params.get("apikey") != KEY:
                return Reply({"ErrorCode": 3, "Message": f"ERROR!!! InvalidApiKey {request.params.get('apikey')}"}, 400)
            found = answer(request)
            return Reply({"d": found} if wrapped else found)

        return route

    def paged(request: Request, kind: str, name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        start = int(request.params["page"]) * page_rows
        return {
            "__type": f"{kind}:#Microsoft.Bing.Webmaster.Api",
            name: rows[start : start + page_rows],
            "TotalPages": -(-len(rows) // page_rows),
        }

    def sites(_: Request) -> list[dict[str, Any]]:
        unverified = {"Url": "https://unverified.own.example/", "IsVerified": False}
        return [*({"Url": address, "IsVerified": True} for address in verified), unverified]

    def counts(request: Request) -> dict[str, Any]:
        return paged(request, "LinkCounts", "Links", [{"Url": page, "Count": len(found)} for page, found in links.items()])

    def details(request: Request) -> dict[str, Any]:
        rows = [{"AnchorText": anchor, "Url": url} for url, anchor in links[request.params["link"]]]
        return paged(request, "LinkDetails", "Details", rows)

    methods = {"GetUserSites": sites, "GetLinkCounts": counts, "GetUrlLinks": details}
    return {f"/{name}": signed(answer) for name, answer in methods.items()}


def claims_of(pull: Pull, read: Callable[[Pull], Any]) -> list[dict[str, Any]]:
    """Every claim of a pull, as rows; its rejects are on disk afterwards."""
    with pull.rejects:
        return [row for batch in read(pull) for row in batch.to_pylist()]
