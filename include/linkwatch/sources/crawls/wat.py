r"""What a record of a WAT file says of a page: its address and the links on it that lead to watched sites. Reads no file.

Standing of the format (a WAT file is a WARC file of JSON records, one for each request, response and metadata record of the
crawl; only responses have links):

    documented (Common Crawl)   the tree Envelope / WARC-Header-Metadata, Payload-Metadata, HTTP-Response-Metadata,
                                HTML-Metadata with Head.Base and Links[]; `path` "A@/href"; `url` as it stands in the page
    seen in a real file         the envelope of a request record, and the header of the file
    unverified                  which <base> counts where a page has two; what `alt` and `title` of a link hold

A page counts when the record inside is a response with status 200 that was HTML. <a href> and <area href> are hyperlinks;
forms, frames and images are none. Addresses resolve against the page's base as they do in a browser.
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from linkwatch.urls import Scopes, canonical_or_none, host_of

HYPERLINKS = ("A@/href", "AREA@/href")
HTML_TYPES = ("text/html", "application/xhtml+xml")

_RELATIVE = re.compile(r"[#?]|/(?![/\\\t\n\r])|[^\x00-\x20:/\\#?][^:]*\Z")
_PLAIN = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[/?#]|:\d*(?:[/?#]|\Z)|\Z)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


class BadRecordError(ValueError):
    """A record that cannot be read; its text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class CrawledLink:
    """A hyperlink to a watched site."""

    target: str  # canonical
    anchor: str | None  # None: it has no text, and what an image in it says is not told
    rel: str  # as it stands; "" when there is none


@dataclass(frozen=True, slots=True)
class CrawledPage:
    """A page as the crawl saw it. `links` are read when they are asked for, once."""

    url: str  # canonical
    seen_at: datetime | None  # None: the record has no date that can be read
    links: Iterator[CrawledLink]


def read_page(record: bytes, scopes: Scopes, *, raw_entities: bool = False) -> CrawledPage | None:
    """The page of a record (with its headers), or None for what is no page.

    `raw_entities`: character references stand in it as they stood in the page (disguises.RAW_ENTITIES_UNTIL).
    Raises BadRecordError where it is no JSON, or a page without an address.
    """
    envelope = _at(_document(record.partition(b"\r\n\r\n")[2]), "Envelope")
    header = _at(envelope, "WARC-Header-Metadata")
    response = _at(envelope, "Payload-Metadata", "HTTP-Response-Metadata")
    if header.get("WARC-Type") != "response" or str(_at(response, "Response-Message").get("Status")) != "200":
        return None
    if not _is_html(header, _at(response, "Headers")):
        return None
    url = canonical_or_none(_text(header.get("WARC-Target-URI")))
    if url is None:
        raise BadRecordError("page has no web address")
    said = _at(response, "HTML-Metadata")
    read = _unescaped if raw_entities else str
    base = canonical_or_none(read(_text(_at(said, "Head").get("Base"))), url) or url
    entries = said.get("Links")
    links = _links(entries if isinstance(entries, list) else [], base, scopes, read)
    return CrawledPage(url, _date(header.get("WARC-Date")), links)


def is_wat(record: bytes) -> bool:
    """True for a record of JSON, by its own header: pages themselves (WARC) and their text (WET) are none."""
    return b"\r\ncontent-type: application/json" in record.partition(b"\r\n\r\n")[0].lower()


def date_of(record: bytes) -> datetime | None:
    """The date of the record itself, from its header: when the WAT file was made, where it is the first one."""
    found = re.search(rb"^WARC-Date:[ \t]*(\S+)", record.partition(b"\r\n\r\n")[0], re.MULTILINE | re.IGNORECASE)
    return _date(found[1].decode("ascii", errors="replace")) if found else None


def _links(entries: list[Any], base: str, scopes: Scopes, read: Callable[[str], str]) -> Iterator[CrawledLink]:
    relative = scopes.watches_host(host_of(base))
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("path") not in HYPERLINKS:
            continue
        url = read(_text(entry.get("url")))
        plain = _PLAIN.match(url)
        if not (scopes.watches_host(plain[1]) if plain else relative or not _RELATIVE.match(url)):
            continue  # most links: they need not be made canonical to see that they lead elsewhere
        target = canonical_or_none(url, base)
        if target and scopes.site_of(target):
            anchor = next((text for name in ("text", "alt", "title") if (text := _text(entry.get(name)))), None)
            yield CrawledLink(target, read(anchor) if anchor else None, read(_text(entry.get("rel"))))


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        return _mapping(orjson.loads(body))
    except orjson.JSONDecodeError:
        pass
    try:  # what orjson refuses and others read: bytes that are no UTF-8, halves of characters
        whole = json.dumps(json.loads(body.decode(errors="replace")), ensure_ascii=False)
        return _mapping(orjson.loads(whole.encode(errors="surrogatepass").decode(errors="replace")))
    except (ValueError, RecursionError):
        raise BadRecordError("record is no JSON") from None


def _at(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        document = _mapping(document.get(name))
    return document


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_html(header: Mapping[str, Any], headers: Mapping[str, Any]) -> bool:
    """By what the crawler made of the body, else by what the server said; where neither says, it was read as HTML."""
    said = _text(header.get("WARC-Identified-Payload-Type"))
    if not said:
        said = next((_text(value) for name, value in headers.items() if name.lower() == "content-type"), "")
    return not said or said.partition(";")[0].strip().lower() in HTML_TYPES


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def _date(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(text))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
