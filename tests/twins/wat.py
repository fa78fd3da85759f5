"""A WAT file, read slowly: every record is parsed and every link made canonical. The same rules, and no filter."""

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from linkwatch.urls import Scopes, canonical_or_none


class Found(NamedTuple):
    """A link from a page of the crawl to a watched site."""

    source: str
    target: str
    anchor: str | None
    rel: str
    seen_at: str


def links_in(path: str, scopes: Scopes, loads: Any = json.loads) -> Iterator[Found]:
    """Every link to a watched site in a file, in its order."""
    from warcio.archiveiterator import ArchiveIterator

    with open(path, "rb") as file:
        old = False
        for record in ArchiveIterator(file):
            if record.rec_type == "warcinfo":
                old = record.rec_headers.get_header("WARC-Date") < "2019-09"
            elif record.rec_type == "metadata":
                yield from links_of(record.content_stream().read(), scopes, loads, old=old)


def links_of(body: bytes, scopes: Scopes, loads: Any = json.loads, *, old: bool = False) -> Iterator[Found]:
    """Every link to a watched site that one record of JSON tells."""
    envelope = loads(body)["Envelope"]
    header = envelope["WARC-Header-Metadata"]
    if header["WARC-Type"] != "response":
        return
    response = envelope["Payload-Metadata"]["HTTP-Response-Metadata"]
    if response["Response-Message"]["Status"] != "200" or "HTML-Metadata" not in response:
        return
    if header.get("WARC-Identified-Payload-Type", "text/html") not in ("text/html", "application/xhtml+xml"):
        return
    page = canonical_or_none(header["WARC-Target-URI"])
    if page is None:
        return
    own = scopes.site_of(page)
    said = response["HTML-Metadata"]
    base = canonical_or_none(_read(said["Head"].get("Base", ""), old), page) or page
    for link in said.get("Links", ()):
        if link["path"] in ("A@/href", "AREA@/href"):
            target = canonical_or_none(_read(link.get("url", ""), old), base)
            site = scopes.site_of(target) if target else None
            if target and site and site != own:
                anchor = " ".join(_read(link.get("text", ""), old).split()) or None
                rel = " ".join(sorted(set(_read(link.get("rel", ""), old).lower().split())))
                yield Found(page, target, anchor, rel, datetime.fromisoformat(header["WARC-Date"]).isoformat())


def _read(text: str, old: bool) -> str:
    return re.sub(r"&#?\w+;", lambda found: html.unescape(found[0]), text) if old else text
