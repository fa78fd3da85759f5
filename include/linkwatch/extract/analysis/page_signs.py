"""What a page says of itself between the lines: what it is built with, whose accounts it carries, what kind of page it is.

Accounts are looked for where a browser would use them, in scripts, addresses and attributes; an article that writes about
"UA-1234-5" carries none. Structured data may be huge, broken or nested without end: it is read up to a cap, and by a pattern
where it is no JSON.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

MAX_GENERATOR = 100  # characters
MAX_META = 300  # elements, as for the others
MAX_ADDRESSES = 500
MAX_PARTS = 30  # of a build
MAX_IDS = 20
MAX_TYPES = 20
MAX_JSON = 300_000  # characters of JSON-LD
MAX_NODES = 200  # of structured data
MAX_SCRIPTS = 3_000_000  # characters

_BUILD = re.compile(
    r"/wp-content/(?P<wp>theme|plugin)s/(?P<wp_name>[\w.-]{1,60})/"
    r"|/(?:sites/[\w.-]{1,60}/)?(?P<drupal>theme|module)s/(?:contrib|custom)/(?P<drupal_name>[\w.-]{1,60})/"
    r"|/components/(?P<component>com_[\w.-]{1,60})/|/modules/(?P<mod>mod_[\w.-]{1,60})/"
    r"|/(?:media/)?templates/(?:site/)?(?P<template>[\w.-]{1,60})/"
    r"|/static/version\d{1,20}/frontend/(?P<magento>[\w.-]{1,60}/[\w.-]{1,60})/"
)
_IDS = (  # what it starts with, and how it reads; a cheap look for the first saves the search for the second
    ("UA-", re.compile(r"(?<![\w-])UA-\d{4,10}-\d{1,4}(?![\w-])")),
    ("G-", re.compile(r"(?<![\w-])G-[A-Z0-9]{6,12}(?![\w.(+*/-])")),
    ("GTM-", re.compile(r"(?<![\w-])GTM-[A-Z0-9]{4,9}(?![\w-])")),
    ("ca-pub-", re.compile(r"(?<![\w-])ca-pub-\d{16}(?!\d)")),
    ("fbq", re.compile(r"(?<![\w.])fbq\(\s{0,5}['\"]init['\"]\s{0,5},\s{0,5}['\"](\d{10,20})['\"]")),
)
_TYPE = re.compile(r'"(?:@type)"\s{0,5}:\s{0,5}"([^"]{1,100})"')
_PUBLISHED = re.compile(r'"datePublished"\s{0,5}:\s{0,5}"([^"]{1,40})"')
_PLAIN_TYPE = re.compile(r"[a-z][a-z0-9._:-]{1,40}")
_WITHIN = ("@graph", "mainEntity", "mainEntityOfPage")
_PARTS = frozenset(  # of any page, whatever kind it is of
    (
        *("imageobject", "organization", "person", "breadcrumb", "breadcrumblist", "sitenavigationelement", "searchaction", ""),
        *("wpheader", "wpfooter", "wpsidebar", "webpageelement", "speakablespecification", "comment", "usercomments", "rating"),
    )
)
_YEARS = range(1990, 2101)


class PageSigns(NamedTuple):
    """Fields of an analysis that the markup tells, as `analysis_schemas.ANALYSES` has them; `section` is the page's category."""

    generator: str
    build: str
    ids: str
    page_types: str
    published_at: datetime | None
    section: str


def read_signs(document: LexborHTMLParser) -> PageSigns:
    """The signs of a page whose scripts are still in it."""
    meta = _meta(document)
    scripts = _scripts(document)
    types, dates = _structured(document)
    types |= {_last(meta.get("og:type", ""))}
    addresses = list(_addresses(document))
    return PageSigns(
        generator=" ".join(meta.get("generator", "").lower().split())[:MAX_GENERATOR],
        build=" ".join(_build(addresses)),
        ids=" ".join(_ids([*scripts, *addresses, *_attributes(document), meta.get("google-adsense-account", "")])),
        page_types=" ".join(sorted(kind for kind in types - _PARTS if _PLAIN_TYPE.fullmatch(kind))[:MAX_TYPES]),
        published_at=next(filter(None, map(_moment, (meta.get("article:published_time", ""), *dates))), None),
        section=meta.get("article:section", ""),
    )


def _meta(document: LexborHTMLParser) -> dict[str, str]:
    """The first content of each <meta name> or <meta property>, by name in lower case."""
    found: dict[str, str] = {}
    for node in document.css("meta[content]")[:MAX_META]:
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        found.setdefault(name, (attributes.get("content") or "")[:500])
    return found


def _scripts(document: LexborHTMLParser) -> Iterator[str]:
    left = MAX_SCRIPTS
    for node in document.css("script:not([src])"):
        text = node.text()[:left]
        left -= len(text)
        yield text
        if left <= 0:
            return


def _addresses(document: LexborHTMLParser) -> Iterator[str]:
    for node in document.css("script[src],link[href],iframe[src]")[:MAX_ADDRESSES]:
        attributes = node.attributes
        yield (attributes.get("src") or attributes.get("href") or "")[:1_000]


def _attributes(document: LexborHTMLParser) -> Iterator[str]:
    for node in document.css("[data-ad-client],amp-ad[data-ad-client]")[:MAX_IDS]:
        yield (node.attributes.get("data-ad-client") or "")[:100]


def _build(addresses: list[str]) -> list[str]:
    parts = set()
    for address in addresses:
        found = _BUILD.search(address)
        if found is None:
            continue
        kind, name = (found["wp"] or found["drupal"]), (found["wp_name"] or found["drupal_name"])
        if not kind:
            kind = "theme" if found["template"] or found["magento"] else "plugin"
            name = found["template"] or found["magento"] or found["component"] or found["mod"]
        parts.add(f"{kind}:{name.lower()}")
    return sorted(parts)[:MAX_PARTS]


def _ids(texts: list[str]) -> list[str]:
    found: set[str] = set()
    for text in texts:
        for start, pattern in _IDS:
            if start in text:
                found.update(f"pixel-{hit[1]}" if hit.lastindex else hit[0] for hit in islice(pattern.finditer(text), MAX_IDS))
    return sorted(filter(_is_somebodys, found))[:MAX_IDS]


def _is_somebodys(name: str) -> bool:
    """False for what manuals write in an id's place: G-XXXXXXXXXX, UA-00000-1."""
    kind, _, rest = name.removeprefix("ca-").partition("-")
    return len(set(rest.partition("-")[0])) > 2 and (kind != "G" or not rest.isalpha())


def _structured(document: LexborHTMLParser) -> tuple[set[str], list[str]]:
    """schema.org types of the page's items, not of their parts, and when they say that they were published."""
    types: set[str] = set()
    dates: list[str] = []
    left = MAX_JSON
    for node in document.css("script[type='application/ld+json']"):
        text = node.text()[:left]
        left -= len(text)
        for said_types, said_date in _said_by(text):
            types.update(map(_last, said_types))
            dates.append(said_date)
    for node in document.css("[itemtype]:not([itemprop])")[:MAX_NODES]:
        types.update(map(_last, (node.attributes.get("itemtype") or "")[:500].split()))
    for node in document.css("[itemprop=datePublished]")[:5]:
        dates.append(node.attributes.get("content") or node.attributes.get("datetime") or "")
    return types, dates


def _said_by(text: str) -> Iterator[tuple[list[str], str]]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        yield [hit[1] for hit in islice(_TYPE.finditer(text), MAX_NODES)], next((hit[1] for hit in _PUBLISHED.finditer(text)), "")
        return
    for item in islice(_items(said), MAX_NODES):
        kinds, date = item.get("@type"), item.get("datePublished")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        yield [kind for kind in kinds[:MAX_TYPES] if isinstance(kind, str)], date if isinstance(date, str) else ""


def _items(said: object) -> Iterator[Mapping[str, Any]]:
    waiting = [said]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item[:MAX_NODES]
        elif isinstance(item, dict):
            yield item
            waiting += [item[name] for name in _WITHIN if name in item]


def _last(name: str) -> str:
    """`article` of "https://schema.org/Article", of "schema:Article" and of "article"; `video.other` as it is."""
    return name.strip().rstrip("/").rpartition("/")[2].rpartition(":")[2].lower()[:50]


def _moment(text: str) -> datetime | None:
    """A moment in ISO 8601, one without an offset taken for UTC; None for anything else, and for years that no page is of."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
