"""Pages that hold next to nothing before scripts run, or that only send the browser on to another page.

A stub's own address says nothing about the page that it sends to: whoever looked at it has to go there.
"""

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from linkwatch.model import FetchedPage, Outcome
from linkwatch.urls import canonical_or_none

FEW_WORDS = 60
HARDLY_ANY_WORDS = 30  # of a shell that scripts fill
MAX_REFRESH_S = 5  # nobody reads a page in less; search engines take such a refresh for a redirect (Google, "Redirects")

_APP_ROOTS = "#root,#app,#__next,#__nuxt,#___gatsby,#svelte,#q-app,app-root,[data-reactroot],[ng-app],[data-v-app]"
_SENDS_ON = re.compile(r"\blocation(?:\.href)?\s*=[^=]|\blocation\.(?:replace|assign)\s*\(")
# WHATWG HTML, "shared declarative refresh steps": seconds, a separator, perhaps "url=", perhaps quotes; spaces are folded before.
_REFRESH = re.compile(r" ?(?=[\d.])(\d*)(?:\.[\d.]*)? ?[;, ] ?(?:url ?= ?)?(?P<quote>['\"]?)(?P<url>.*)", re.IGNORECASE)
_MAX_REFRESH_LENGTH = 2_000


class Stub(NamedTuple):
    """What the page is, what says so, and the canonical URL that it sends the browser on to ("": none that we could follow)."""

    outcome: Outcome
    detail: str
    sends_to: str = ""


def judge_stub(document: LexborHTMLParser, page: FetchedPage, base: str, words: int, links: int) -> Stub | None:
    """What a page of `words` words and `links` links is when it is no page of its own; None for a page."""
    if words > FEW_WORDS:
        return None
    for said, where in (
        (page.headers.get("refresh", ""), "a Refresh header"),
        (_meta_refresh(document), "<meta http-equiv=refresh>"),
    ):
        target = refresh_target(said, base)
        if target and target != page.final_url:
            return Stub(Outcome.NEEDS_RENDERING, f"only sends the browser on, by {where}, to {target[:150]}", target)
    return _shell(document, words, links) if words <= HARDLY_ANY_WORDS and links <= 2 else None


def refresh_target(said: str, base: str) -> str:
    """Canonical URL that a refresh within MAX_REFRESH_S leads to; "" for a later one, and for a page that loads itself again."""
    found = _REFRESH.match(" ".join(said[:_MAX_REFRESH_LENGTH].split()))
    if not found or int(found[1] or 0) > MAX_REFRESH_S:
        return ""
    url = found["url"]
    if found["quote"]:
        url = url.partition(found["quote"])[0]
    return (canonical_or_none(url, base) if url else None) or ""


def _meta_refresh(document: LexborHTMLParser) -> str:
    """The first refresh that holds with scripts on: one in <noscript> is for browsers without."""
    for node in document.css("meta[http-equiv][content]"):
        attributes = node.attributes
        if (attributes["http-equiv"] or "").strip().lower() == "refresh" and (
            node.parent is None or node.parent.tag != "noscript"
        ):
            return attributes["content"] or ""
    return ""


def _shell(document: LexborHTMLParser, words: int, links: int) -> Stub | None:
    scripts = document.css("script")
    if any(_SENDS_ON.search(node.text()[:20_000]) for node in scripts[:20]):
        return Stub(Outcome.NEEDS_RENDERING, "only sends the browser on, by script")
    if document.css_first("noscript meta[http-equiv=refresh i]") is not None:
        return Stub(Outcome.NEEDS_RENDERING, "sends browsers without scripts on to another page")
    if links:
        return None
    if scripts and (document.css_first(_APP_ROOTS) is not None or "javascript" in _noscript(document)):
        return Stub(Outcome.NEEDS_RENDERING, f"{words} words and no links before scripts run")
    if not words and not scripts and document.css_first("img,picture,video,object,embed,iframe,frame,canvas,svg") is None:
        return Stub(Outcome.EMPTY, "a page without words, links or pictures")
    return None


def _noscript(document: LexborHTMLParser) -> str:
    return " ".join(node.text() for node in document.css("noscript")).lower()
