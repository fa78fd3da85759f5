"""What each change of a night rests on: the JSON of `change.evidence`. It decides nothing; the fold has decided.

    last_seen_at, first_seen_at, missing_since, lost_at   when
    outcome, http_status, redirects, final_url, detail    the look that told it, and what that was judged by
    raw_outcome, seen_in                                  before a browser rendered the page; where the link was seen
    looks, history                                        absences in a row; how the page's looks ended, run by run
    anchor, rel, followed, zone, context                  the link as it was seen last
    anchor_before, context_before                         the same before it changed; of a loss at its last sighting
    kept_before, kept_now                                 the page as it showed the link, and tonight's, in WARC files

What is blank or not known is left out. A discovered link has the page's part alone: all of it was seen for the first time and
stands in `after`. A first night is made of such links, so theirs is put together in columns.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.alerts import ChangeLine
from linkwatch.model import ChangeKind
from linkwatch.snapshots import NightStore

_PAGE = ("outcome", "http_status", "final_url", "redirects", "detail", "raw_outcome", "last_fetched_at", "history")
_LINK_TIMES = ("last_seen_at", "first_seen_at", "missing_since")
_LINK = (*_LINK_TIMES, "followed", "rel", "zone", "anchor", "seen_in", "moved_to", "moved_from")
_CONTEXT = ("context_left", "anchor", "context_right")
_LISTS = ("redirects", "history")
_WITH_A_BEFORE = (ChangeKind.LOST, ChangeKind.CHANGED)
_CONTROL = "[\x00-\x1f]"

Kept = Mapping[str, str]  # where a page is kept, by its URL


def night_evidence(
    store: NightStore, night: str, before: str | None, changes: pa.Table, links: pa.Table, pages: pa.Table
) -> dict[int, str]:
    """For each change (schemas.CHANGES) its evidence as JSON text, by link_id.

    `links` are the rows that changed (schemas.LINKS), `pages` the pages that were looked at tonight (schemas.PAGES); `before` is
    the published night before.
    """
    is_new = pc.equal(changes["kind"], ChangeKind.DISCOVERED.value)
    found = _of_discovered(changes.select(["link_id", "source_url"]).filter(is_new), pages, night)
    found.update(_of_told(store, night, before, changes.filter(pc.invert(is_new)), links, pages))
    return found


def change_lines(changes: pa.Table, evidence: Mapping[int, str]) -> Iterator[ChangeLine]:
    """The changes that people are told of, with their evidence; discovered links are a number (`discovered_links`)."""
    told = changes.filter(pc.not_equal(changes["kind"], ChangeKind.DISCOVERED.value))
    for row in told.to_pylist():
        row["before"], row["after"] = json.loads(row["before"]), json.loads(row["after"])
        yield ChangeLine(**row, evidence=json.loads(evidence[row["link_id"]]))


def discovered_links(changes: pa.Table) -> dict[str, int]:
    """Links that a night came to know without news, by site."""
    found = changes.filter(pc.equal(changes["kind"], ChangeKind.DISCOVERED.value))
    return {row["values"]: row["counts"] for row in found["site"].value_counts().to_pylist()}


def _of_told(
    store: NightStore, night: str, before: str | None, changes: pa.Table, links: pa.Table, pages: pa.Table
) -> Iterator[tuple[int, str]]:
    if not changes.num_rows:
        return
    urls = changes["source_url"].combine_chunks()
    looked = {row["url"]: row for row in _rows(pages, "url", urls, ("url", *_PAGE))}
    columns = ("link_id", "absences", *dict.fromkeys((*_LINK, *_CONTEXT)))
    known = {row["link_id"]: row for row in _rows(links, "link_id", changes["link_id"].combine_chunks(), columns)}
    rows = changes.select(["link_id", "source_url", "kind", "before"]).to_pylist()
    last_seen = {row["link_id"]: _seen_before(row, known[row["link_id"]], before) for row in rows}
    kept_before = _kept_of_nights(store, rows, last_seen)
    kept_now = _kept_tonight(store, night, urls)
    for row in rows:
        link, page, was = known[row["link_id"]], looked.get(row["source_url"], {}), json.loads(row["before"])
        told: dict[str, object] = {name: page.get(name) for name in _PAGE}
        told |= {name: json.loads(str(told[name])) for name in _LISTS if told[name]}
        told |= {name: link[name] for name in _LINK}
        told["looks"] = link["absences"] or None
        told["context"] = _around(link) if row["kind"] != ChangeKind.LOST else None
        told["lost_at"] = was.get("lost_at")
        if row["kind"] in _WITH_A_BEFORE:
            told["anchor_before"] = was.get("anchor", link["anchor"])
            told["context_before"] = _around({name: was.get(name, link[name]) for name in _CONTEXT})
            told["kept_before"] = kept_before.get((last_seen[row["link_id"]], row["source_url"]))
        told["kept_now"] = kept_now.get(row["source_url"])
        known_facts = {name: _plain(value) for name, value in told.items() if value not in (None, "", [])}
        yield row["link_id"], json.dumps(known_facts, ensure_ascii=False)


def _seen_before(change: Mapping[str, Any], link: Mapping[str, Any], before: str | None) -> str:
    """The night whose snapshot has the page as it showed the link: of a loss the last sighting, of a change the night before."""
    if change["kind"] == ChangeKind.LOST and link["last_seen_at"]:
        return str(link["last_seen_at"].astimezone(UTC).date())
    return before or ""


def _kept_of_nights(store: NightStore, rows: list[dict[str, Any]], nights: Mapping[int, str]) -> dict[tuple[str, str], str]:
    """Where each changed page was kept as of the night that it is asked for, by night and URL.

    The copy that a later night knows may lack the link: a page that lost one of two links is kept again, with the other one.
    """
    wanted: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] in _WITH_A_BEFORE:
            wanted.setdefault(nights[row["link_id"]], set()).add(row["source_url"])
    kept = {}
    for night, urls in wanted.items():
        if night and store.has(night, "pages"):
            pages = store.read_table(night, "pages", ["url", "kept"], pc.field("url").isin(list(urls)))
            kept.update({(night, row["url"]): row["kept"] for row in pages.to_pylist() if row["kept"]})
    return kept


def _kept_tonight(store: NightStore, night: str, urls: pa.Array) -> dict[str, str]:
    kept = {}
    for name in store.names(night, "looks-"):
        looks = store.read_table(night, name, ["url", "kept"], pc.field("url").isin(urls) & (pc.field("kept") != ""))
        kept.update(dict(zip(looks["url"].to_pylist(), looks["kept"].to_pylist(), strict=True)))
    return kept


def _rows(table: pa.Table, key: str, wanted: pa.Array, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.is_in(table[key], wanted)).select(list(columns)).to_pylist()
    return rows


def _around(facts: Mapping[str, Any]) -> str:
    left, anchor, right = (str(facts[name] or "") for name in _CONTEXT)
    return f"{left} [{anchor}] {right}".strip() if left or anchor or right else ""


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _of_discovered(changes: pa.Table, pages: pa.Table, night: str) -> dict[int, str]:
    """The page's part of the evidence, a column a member: 5 µs a link, where dicts took 86 and twice the memory (measured)."""
    page = pages.select(["url", *_PAGE, "kept"]).take(pc.index_in(changes["source_url"], pages["url"].combine_chunks()))
    status = pc.cast(page["http_status"], pa.string())
    members = [
        _member("outcome", _json_text(page["outcome"]), pc.is_valid(page["outcome"])),
        _member("http_status", status, pc.is_valid(status)),
        _member("final_url", _json_text(page["final_url"]), pc.not_equal(page["final_url"], changes["source_url"])),
        _member("redirects", page["redirects"], pc.not_equal(page["redirects"], "[]")),
        _member("detail", _json_text(page["detail"]), pc.not_equal(page["detail"], "")),
        _member("raw_outcome", _json_text(page["raw_outcome"]), pc.not_equal(page["raw_outcome"], "")),
        _member("last_fetched_at", _json_text(_iso(page["last_fetched_at"])), pc.is_valid(page["last_fetched_at"])),
        _member("kept_now", _json_text(page["kept"]), pc.starts_with(page["kept"], f"{night}/")),
    ]
    texts = pc.binary_join_element_wise("{", pc.utf8_ltrim(pc.binary_join_element_wise(*members, ""), ","), "}", "")
    return dict(zip(changes["link_id"].to_pylist(), texts.to_pylist(), strict=True))


def _member(name: str, values: pa.ChunkedArray, known: pa.ChunkedArray) -> pa.ChunkedArray:
    """`,"name":value` where the value is known, else nothing."""
    member = pc.binary_join_element_wise(f',"{name}":', pc.fill_null(values, ""), "")
    return pc.if_else(pc.fill_null(known, False), member, "")


def _json_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts as JSON strings; those with control characters, which hardly any has, one by one."""
    if pc.any(pc.match_substring_regex(values, _CONTROL)).as_py():
        return pa.chunked_array([pa.array([json.dumps(text or "", ensure_ascii=False) for text in values.to_pylist()])])
    escaped = pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), '"', '\\"')
    return pc.binary_join_element_wise('"', escaped, '"', "")


def _iso(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as ISO 8601; a night has few different ones, and writing one out is slow."""
    few = pc.unique(times)
    return pc.take(pc.strftime(few, "%Y-%m-%dT%H:%M:%S+00:00"), pc.index_in(times, few))
