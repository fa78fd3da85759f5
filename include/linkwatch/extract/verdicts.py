"""Pages that answer 200 and are no page: challenges, log-ins, error pages, parked domains, empty shells.

Asked only of pages without a link to a watched site and with few words, so an article about parked domains is never
asked. One deciding sign is enough; others need company from another place of the page. The signs are in `signals.py`.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from linkwatch.extract.signals import SIGNALS, Signal
from linkwatch.model import FetchedPage, Outcome
from linkwatch.urls import host_of, same_page

MAX_WORDS = 250  # a page with more is a page
FEW_WORDS = 60
HARDLY_ANY_WORDS = 30  # of a shell that scripts fill, or a stub that only sends the browser on

_TITLE_PARTS = re.compile(r"\s+[|–—·»:-]+\s+|\s*[|»]\s*")
_PUNCTUATION = " .!?…"
_APP_ROOTS = "#root,#app,#__next,#__nuxt,#___gatsby,#svelte,#q-app,app-root,[data-reactroot],[ng-app],[data-v-app]"
_SENDS_ON = re.compile(r"\blocation(?:\.href)?\s*=[^=]|\blocation\.(?:replace|assign)\s*\(")
_REFRESH = re.compile(r"\s*[0-5](?:\.\d*)?\s*[;,]\s*url\s*=", re.IGNORECASE)


class Verdict(NamedTuple):
    """What a page is instead, and one line on what says so."""

    outcome: Outcome
    detail: str


def judge(markup: str | bytes, page: FetchedPage, title: str, words: int, links: int) -> Verdict | None:
    """What a page of `words` words and `links` links is instead of a page; None for a page."""
    if words > MAX_WORDS:
        return None
    document = LexborHTMLParser(markup)
    shell = _shell(document, words, links)
    places = _places(document, markup, page, title, words)
    for outcome, signals in _COMPILED.items():
        found = [signal for signal, matches in signals if any(matches(text) for text in places[signal.where])]
        if any(signal.decides for signal in found) or len({signal.where for signal in found}) > 1:
            return Verdict(outcome, f"answers {page.http_status or 200}, but: {', '.join(signal.name for signal in found)}")
    return shell


def _compiled(signal: Signal) -> Callable[[str], object]:
    pattern = re.compile(signal.pattern)
    return pattern.fullmatch if signal.where in ("title", "h1") else pattern.search


_COMPILED = {outcome: [(signal, _compiled(signal)) for signal in signals] for outcome, signals in SIGNALS.items()}


def _places(
    document: LexborHTMLParser, markup: str | bytes, page: FetchedPage, title: str, words: int
) -> dict[str, tuple[str, ...]]:
    """The texts in which each place's signs are looked for, in lower case."""
    html = markup[:200_000] if isinstance(markup, str) else markup[:200_000].decode("utf-8", "replace")
    headings = tuple(_folded(node.text()[:300]) for node in document.css("h1")[:5])
    for node in document.css("script,style"):
        node.decompose(recursive=False)
    text = document.body.text(separator=" ") if document.body is not None else ""
    folded = _folded(title)
    moved = not same_page(page.url, page.final_url)
    return {
        "title": tuple(part.strip(_PUNCTUATION) for part in (folded, *_TITLE_PARTS.split(folded))),
        "h1": headings,
        "text": (_folded(text[:5_000]),),
        "html": (html.lower(),),
        "body": ((document.body.attributes.get("class") or "")[:1_000],) if document.body is not None else (),
        "header": (page.headers.get("cf-mitigated", ""),),
        "host": (host_of(page.final_url),),
        "path": (page.final_url[page.final_url.index("/", 8) :].lower(),) if moved else (),
        "few": ("",) if words < FEW_WORDS else (),
    }


def _shell(document: LexborHTMLParser, words: int, links: int) -> Verdict | None:
    """A page that holds next to nothing before scripts run, or that only sends the browser on."""
    if words > HARDLY_ANY_WORDS or links > 2:
        return None
    for node in document.css("meta[http-equiv][content]"):
        attributes = node.attributes
        if (attributes["http-equiv"] or "").lower() == "refresh" and _REFRESH.match(attributes["content"] or ""):
            return Verdict(Outcome.NEEDS_RENDERING, "only sends the browser on, by <meta http-equiv=refresh>")
    scripts = document.css("script")
    if any(_SENDS_ON.search(node.text()[:20_000]) for node in scripts[:20]):
        return Verdict(Outcome.NEEDS_RENDERING, "only sends the browser on, by script")
    if links:
        return None
    if scripts and (document.css_first(_APP_ROOTS) is not None or "javascript" in _noscript(document)):
        return Verdict(Outcome.NEEDS_RENDERING, f"{words} words and no links before scripts run")
    if not words and not scripts and document.css_first("img,picture,video,object,embed,iframe,frame,canvas,svg") is None:
        return Verdict(Outcome.EMPTY, "a page without words, links or pictures")
    return None


def _noscript(document: LexborHTMLParser) -> str:
    return " ".join(node.text() for node in document.css("noscript")).lower()


def _folded(text: str) -> str:
    return " ".join(text.lower().split()).strip(_PUNCTUATION)
