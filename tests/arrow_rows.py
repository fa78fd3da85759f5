"""Arrow tables from rows that name only what matters to a test; all else is filled in from the schema."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from linkwatch import schemas
from linkwatch.urls import link_id, registrable_domain

_EMPTY = {pa.string(): "", pa.bool_(): False, pa.binary(): b""}


def make_table(schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of `schema`: "" for text, False, 0, and null where the schema allows it."""
    blank = {field.name: None if field.nullable else _EMPTY.get(field.type, 0) for field in schema}
    return pa.Table.from_pylist([{**blank, **row} for row in rows], schema)


def make_links(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Links: live, followed, in the content; key and source domain follow from the URLs unless a row gives them."""
    filled = []
    for row in rows:
        source, target = row.get("source_url", "https://blog.example/post"), row.get("target_url", "https://own.example/")
        usual = {
            "link_id": link_id(source, target),
            "site": "own.example",
            "source_url": source,
            "target_url": target,
            "source_domain": registrable_domain(source),
            "state": "live",
            "origin": "discovered",
            "followed": True,
            "zone": "content",
            "element": "text",
            "link_type": "editorial",
        }
        filled.append(usual | row)
    return make_table(schemas.LINKS, filled)


def make_pages(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Pages: read without trouble, with enough text and few links."""
    filled = []
    for row in rows:
        usual = {"source_domain": registrable_domain(row["url"]), "outcome": "readable", "http_status": 200, "words": 600}
        filled.append(usual | {"linked_domains": "[]", "external_links": 5, "final_url": row["url"]} | row)
    return make_table(schemas.PAGES, filled)
