"""The tables of signals against tests/pages: no sign without a page that shows it, no page decided by a sign of another table."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from linkwatch.extract.charset import markup_of
from linkwatch.extract.facts import title_of
from linkwatch.extract.signals import SIGNALS, Signal
from linkwatch.extract.verdicts import Shown, signs_of
from linkwatch.extract.zones import Zones, words_of
from linkwatch.model import FetchedPage, Outcome

TESTS = Path(__file__).parents[2]
PAGES = tomllib.loads((TESTS / "cases" / "pages.toml").read_text(encoding="utf-8"))["page"]
PLACES = {"title", "h1", "headline", "text", "html", "body", "header", "host", "path", "asked", "few"}
ALL = [(outcome, signal) for outcome, signals in SIGNALS for signal in signals]


def signs(case: dict[str, Any]) -> set[tuple[Outcome, Signal]]:
    """What a page of tests/pages shows."""
    body = (TESTS / "pages" / case["file"]).read_bytes()
    url = case.get("url", "https://source.example/post/")
    headers = {"content-type": "text/html; charset=utf-8"} | case.get("headers", {})
    page = FetchedPage(url, Outcome.READABLE, case.get("final_url", url), case.get("status", 200), headers=headers, body=body)
    markup = markup_of(body, headers["content-type"])
    document = LexborHTMLParser(markup)
    title, headings = title_of(document), tuple(node.text() for node in document.css("h1"))
    text = Zones(document).main_text()
    found = signs_of(page, Shown(markup, url, title, headings, text, words_of(text), links=0))
    return {(outcome, signal) for outcome, signals in found for signal in signals}


SHOWN = [(case, signs(case)) for case in PAGES]


@pytest.mark.parametrize(("outcome", "signal"), ALL, ids=[f"{outcome}, {signal.where}: {signal.name}" for outcome, signal in ALL])
def test_a_sign_has_a_page_that_it_decides_or_supports(outcome: Outcome, signal: Signal) -> None:
    """Each sign is found on a page of tests/pages that is expected to be what the sign speaks for."""
    files = [
        case["file"] for case, found in SHOWN if (outcome, signal) in found and case.get("look", {}).get("outcome") == outcome
    ]
    assert files, f"no page in tests/pages is {outcome} and shows {signal.name!r} in its {signal.where}"


def test_a_sign_that_decides_is_on_no_innocent_page() -> None:
    """A page that is expected to be readable shows no sign that decides alone."""
    innocent = [(case, found) for case, found in SHOWN if case.get("look", {}).get("outcome") == "readable" and not case["links"]]
    assert len(innocent) > 20
    assert [(case["file"], sign.name) for case, found in innocent for _, sign in found if sign.decides] == []


@pytest.mark.parametrize(("outcome", "signal"), ALL, ids=[f"{outcome}, {signal.where}: {signal.name}" for outcome, signal in ALL])
def test_a_row_is_whole(outcome: Outcome, signal: Signal) -> None:
    """A row names a place that exists, what it is, where it comes from, and a pattern in lower case that matches something."""
    assert signal.where in PLACES
    assert signal.name
    assert signal.source
    assert signal.pattern == re.sub(r"(?<!\\)[A-Z]", lambda letter: letter[0].lower(), signal.pattern)
    assert (re.search(signal.pattern, "") is None) == (signal.where != "few")


def test_no_row_stands_twice() -> None:
    """A sign is named once in its place, and one pattern serves one table in one place."""
    assert len({(outcome, signal.where, signal.pattern) for outcome, signal in ALL}) == len(ALL)
    assert len({(outcome, signal.where, signal.name) for outcome, signal in ALL}) == len(ALL)
