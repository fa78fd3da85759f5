"""What the page says of itself: title, language, robots, canonical. Each fact in the form that `schemas.LOOKS` gives it.

Of X-Robots-Tag only rules for every robot count: a rule that names one (`googlebot: nofollow`) says nothing of the others.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from linkwatch.extract.zones import ancestors
from linkwatch.urls import canonical_or_none, same_page

MAX_TITLE = 300  # characters, as for the others
MAX_LANGUAGE = 35  # the longest tag that RFC 5646 asks software to hold
MAX_ROBOTS = 500

_FOREIGN = frozenset(("svg", "math"))
_NAMESPACES = _FOREIGN | {"foreignobject", "foreignObject", "html"}  # what an element's nearest of these is decides what it is
_NAMED_ROBOT = re.compile(r"([\w*-]+)\s*:")
_RULES_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_LINK_HEADER = re.compile(r"<([^<>]*)>\s*;[^<]*?rel\s*=\s*\"?[^\";,]*\bcanonical\b", re.IGNORECASE)


class Said(NamedTuple):
    """Facts that stand in the markup's head and in the HTTP headers."""

    title: str = ""
    language: str = ""
    meta_robots: str = ""
    x_robots_tag: str = ""
    canonical_url: str = ""

    @property
    def noindex(self) -> bool:
        """The page asks not to be indexed."""
        return not {"noindex", "none"}.isdisjoint(f"{self.meta_robots} {self.x_robots_tag}".split())

    @property
    def nofollow_by(self) -> tuple[str, ...]:
        """What withholds every link of the page: "meta_robots", "x_robots_tag"."""
        withholding = {"nofollow", "none"}
        return tuple(
            name
            for name, rules in (("meta_robots", self.meta_robots), ("x_robots_tag", self.x_robots_tag))
            if not withholding.isdisjoint(rules.split())
        )


def base_of(document: LexborHTMLParser, final_url: str) -> str:
    """What relative references of the page resolve against: its first <base href>, or its own address. SVG has no <base>."""
    for node in document.css("base[href]"):
        if next((above.tag for above in ancestors(node) if above.tag in _NAMESPACES), "html") not in _FOREIGN:
            return canonical_or_none(node.attrs.get("href") or "", final_url) or final_url
    return final_url


def read_facts(document: LexborHTMLParser, headers: Mapping[str, str], final_url: str, base: str) -> Said:
    """The facts of a readable page."""
    root = document.root
    language = (root.attrs.get("lang") if root is not None else None) or headers.get("content-language", "").partition(",")[0]
    return Said(
        title=title_of(document),
        language=language.strip().lower()[:MAX_LANGUAGE],
        meta_robots=_meta_robots(document),
        x_robots_tag=robots_rules(headers.get("x-robots-tag", "")),
        canonical_url=_canonical(document, headers, final_url, base),
    )


def title_of(document: LexborHTMLParser) -> str:
    """The title in the head, or the first one that stands in the body by mistake."""
    node = (document.head.css_first("title") if document.head is not None else None) or document.css_first("body > title")
    return " ".join(node.text().split())[:MAX_TITLE].rstrip() if node is not None else ""


def robots_rules(header: str) -> str:
    """Rules of an X-Robots-Tag that hold for every robot: lower case, sorted, space-separated.

    A robot's name holds up to the end: repeated headers reach us as one, and where one ends cannot be told.
    """
    rules = set()
    for piece in header.lower().split(","):
        rule = piece.strip()
        name = _NAMED_ROBOT.match(rule)
        if name and name[1] not in _RULES_WITH_VALUE:
            if name[1] != "*":
                break
            rule = rule[name.end() :].strip()
        rules.update(rule.split())
    return " ".join(sorted(rules))[:MAX_ROBOTS]


def _meta_robots(document: LexborHTMLParser) -> str:
    tokens: set[str] = set()
    for node in document.css("meta[name]"):
        attributes = node.attributes
        if (attributes.get("name") or "").strip().lower() == "robots":
            tokens.update((attributes.get("content") or "").lower().replace(",", " ").split())
    return " ".join(sorted(tokens))[:MAX_ROBOTS]


def _canonical(document: LexborHTMLParser, headers: Mapping[str, str], final_url: str, base: str) -> str:
    href = None
    # In the head alone: a canonical in the body could be put there by a comment, and search engines ignore it.
    for node in document.head.css("link[rel][href]") if document.head is not None else ():
        attributes = node.attributes
        if "canonical" in (attributes.get("rel") or "").lower().split():
            href = attributes.get("href") or ""
            break
    if href is None:
        named = _LINK_HEADER.search(headers.get("link", "")[:10_000])
        href = named[1] if named else None
    named_url = canonical_or_none(href, base) if href else None
    return "" if named_url is None or same_page(named_url, final_url) else named_url
