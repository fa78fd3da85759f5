"""What an answer is instead of the page that was asked for: a wall, a server's trouble, an error page, a parked domain.

Asked only of pages without a link to a watched site, so a link that is there is there. A page that answered 200 is judged by
all signs when it has few words, so an article about parked domains is not; of a longer one only title and headings are looked
at, as a hint for `doubt.py`. An error answer is asked one thing: is it a wall? One deciding sign is enough; others need
company from another place of the page. The signs are in `signals/`, empty shells in `stubs.py`.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from linkwatch.extract.charset import is_garbled
from linkwatch.extract.signals import SIGNALS, Signal
from linkwatch.extract.stubs import FEW_WORDS, judge_stub
from linkwatch.model import FetchedPage, Outcome
from linkwatch.urls import domain_of_host, host_of, same_page

MAX_WORDS = 250  # a page with more is a page

HINTS = {Outcome.SOFT_404: "may be an error page", Outcome.DOMAIN_PARKED: "may be a parked domain"}
"""What a readable page's detail says where signs were found that do not suffice: with a colon and their names."""

_TITLE_PARTS = re.compile(r"\s+[|–—·»:-]+\s+|\s*[|»]\s*")
_PUNCTUATION = " .!?…"
_WHOLE = frozenset(("title", "h1", "headline"))
_NO_HINT = frozenset(("few", "host"))  # on their own they say nothing: many pages are short, and markets have pages of their own
_HAVE_DECIDED = frozenset({Outcome.PAGE_NOT_FOUND, Outcome.PAGE_GONE})  # a log-in box on such an answer changes nothing

Signs = tuple[tuple[Outcome, tuple[Signal, ...]], ...]


class Shown(NamedTuple):
    """What a page shows, as far as a verdict needs it."""

    markup: str | bytes
    base: str  # what its relative addresses resolve against
    title: str
    headings: tuple[str, ...]  # its first <h1>s
    text: str  # its own: what readers see outside menus and the like
    words: int  # of that text
    links: int


class Verdict(NamedTuple):
    """What an answer is, and one line on what says so."""

    outcome: Outcome
    detail: str
    sends_to: str = ""  # canonical URL that a stub sends the browser on to


def judge(page: FetchedPage, shown: Shown) -> Verdict:
    """What a page that answered 200 is: readable, with a hint in the detail where there are signs that do not suffice."""
    if is_garbled(shown.markup, page.body, shown.text):
        return Verdict(Outcome.GARBLED, "no charset makes text of it")
    if shown.words > MAX_WORDS:
        return _with_hint(page, _match(_headline_places(shown)))
    document = LexborHTMLParser(shown.markup)
    stub = judge_stub(document, page, shown.base, shown.words, shown.links)
    found = _match(_places(document, page, shown))
    for outcome, signals in found:
        if _suffices(signals):
            return Verdict(outcome, f"answers {page.http_status or 200}, but: {_names(signals)}")
    return Verdict(*stub) if stub else _with_hint(page, found)


def judge_error(page: FetchedPage, shown: Shown) -> Verdict:
    """What an answer that is an error is: blocked where it is a wall, else what its status says, and the wall's name if known."""
    as_it_was = Verdict(page.outcome, page.detail)
    if shown.words > MAX_WORDS:
        return as_it_was
    found = _match(_places(LexborHTMLParser(shown.markup), page, shown))
    enough = _decides if page.outcome in _HAVE_DECIDED else _suffices
    walls = next((signals for outcome, signals in found if outcome is Outcome.BLOCKED and enough(signals)), ())
    if not walls:
        return as_it_was
    if page.outcome is Outcome.BLOCKED:
        return Verdict(page.outcome, f"{page.detail} ({_names(walls)})")
    return Verdict(Outcome.BLOCKED, f"answers {page.http_status}, but: {_names(walls)}")


def signs_of(page: FetchedPage, shown: Shown) -> Signs:
    """Every sign that a page shows, table by table, with the outcome that the table speaks for."""
    return _match(_places(LexborHTMLParser(shown.markup), page, shown))


def _compiled(signal: Signal) -> Callable[[str], object]:
    pattern = re.compile(signal.pattern)
    return pattern.fullmatch if signal.where in _WHOLE else pattern.search


_COMPILED = tuple((outcome, [(signal, _compiled(signal)) for signal in signals]) for outcome, signals in SIGNALS)


def _match(places: Mapping[str, tuple[str, ...]]) -> Signs:
    found = (
        (outcome, tuple(signal for signal, matches in signals if any(map(matches, places.get(signal.where, ())))))
        for outcome, signals in _COMPILED
    )
    return tuple((outcome, signals) for outcome, signals in found if signals)


def _decides(signals: tuple[Signal, ...]) -> bool:
    return any(signal.decides for signal in signals)


def _suffices(signals: tuple[Signal, ...]) -> bool:
    return _decides(signals) or len({signal.where for signal in signals}) > 1


def _names(signals: tuple[Signal, ...]) -> str:
    return ", ".join(dict.fromkeys(signal.name for signal in signals))


def _with_hint(page: FetchedPage, found: Signs) -> Verdict:
    for outcome, signals in found:
        telling = tuple(signal for signal in signals if signal.where not in _NO_HINT)
        if outcome in HINTS and telling:
            return Verdict(Outcome.READABLE, f"{page.detail}; {HINTS[outcome]}: {_names(telling)}")
    return Verdict(Outcome.READABLE, page.detail)


def _headline_places(shown: Shown) -> dict[str, tuple[str, ...]]:
    title = _folded(shown.title)
    return {
        "title": tuple(part.strip(_PUNCTUATION) for part in (title, *_TITLE_PARTS.split(title))),
        "h1": tuple(_folded(heading) for heading in shown.headings),
    }


def _places(document: LexborHTMLParser, page: FetchedPage, shown: Shown) -> dict[str, tuple[str, ...]]:
    """The texts in which each place's signs are looked for, in lower case."""
    markup = shown.markup
    html = markup[:200_000] if isinstance(markup, str) else markup[:200_000].decode("utf-8", "replace")
    body = document.body
    classes = (body.attributes.get("class") or "")[:1_000] if body is not None else ""
    for node in document.css("script,style"):
        node.decompose(recursive=False)
    text = body.text(separator=" ") if body is not None else ""
    places = _headline_places(shown)
    moved = not same_page(page.url, page.final_url)
    return {
        **places,
        "headline": places["title"] + places["h1"],
        "text": (_folded(text[:5_000]),),
        "html": (html.lower(),),
        "body": (classes,),
        "header": ("\n".join(f"{name}: {value[:200]}" for name, value in page.headers.items()).lower(),),
        "host": (host_of(page.final_url),),
        "path": (page.final_url[page.final_url.index("/", 8) :].lower(),) if moved else (),
        "asked": _asked(page),
        "few": ("",) if shown.words < FEW_WORDS else (),
    }


def _asked(page: FetchedPage) -> tuple[str, ...]:
    domain, host = domain_of_host(host_of(page.url)), host_of(page.final_url)
    if domain_of_host(host) == domain:
        return ()
    address = page.final_url.partition("//")[2].lower()
    return (address.replace(domain, "{asked}"),)


def _folded(text: str) -> str:
    return " ".join(text.lower().split()).strip(_PUNCTUATION)
