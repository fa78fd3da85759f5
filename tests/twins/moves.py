"""Sites that moved, said slowly: which old link is which new one."""

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def find_moves(
    stood: Iterable[Row], leaving: set[int], seen: Iterable[Row], live: Iterable[Row]
) -> tuple[dict[int, str], dict[int, str]]:
    """Where old links went and where new ones come from, by link_id.

    `stood`: links that hosts had before tonight; `leaving`: ids of those that are absent or were missing; `seen`: all links seen
    tonight; `live`: links that are live after tonight.
    """
    hosts: dict[str, list[Row]] = {}
    for link in stood:
        hosts.setdefault(host_of(link["source_url"]), []).append(link)
    staying = {host_of(link["source_url"]) for link in seen}
    stands: dict[tuple[str, str], list[Row]] = {}
    for link in live:
        if link["link_id"] not in leaving:
            stands.setdefault(_key(link), []).append(link)
    moved_to: dict[int, str] = {}
    moved_from: dict[int, str] = {}
    for host in sorted(hosts.keys() - staying):
        for old, new in _best_pairs(host, hosts[host], leaving, stands):
            moved_to[old["link_id"]] = min(new["source_url"], moved_to.get(old["link_id"], new["source_url"]))
            moved_from[new["link_id"]] = min(old["source_url"], moved_from.get(new["link_id"], old["source_url"]))
    return moved_to, moved_from


def host_of(url: str) -> str:
    """Host of a URL, without a leading `www.` that is extra."""
    host = url.split("/")[2]
    return host.removeprefix("www.") if host.startswith("www.") and "." in host[4:].partition(":")[0] else host


def _best_pairs(
    host: str, links: list[Row], leaving: set[int], stands: dict[tuple[str, str], list[Row]]
) -> list[tuple[Row, Row]]:
    found: dict[str, list[tuple[Row, Row]]] = {}
    for old in links:
        for new in stands.get(_key(old), []) if old["link_id"] in leaving else []:
            other = host_of(new["source_url"])
            if other != host and new["first_seen_at"] > old["last_seen_at"]:
                found.setdefault(other, []).append((old, new))
    counts = {other: len({old["link_id"] for old, _ in pairs}) for other, pairs in found.items()}
    enough = [other for other, count in counts.items() if count >= 3 and count >= 0.8 * len(links)]
    return found[min(enough, key=lambda other: (-counts[other], other))] if enough else []


def _key(link: Row) -> tuple[str, str]:
    return _path(link["source_url"]), host_of(link["target_url"]) + _path(link["target_url"])


def _path(url: str) -> str:
    address, mark, query = url.partition("?")
    return "/".join(["", *address.split("/")[3:]]).lower().rstrip("/") + mark + query
