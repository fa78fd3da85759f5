"""Hidden and injected links: each rule fires, its innocent twin does not, and it says when it cannot tell."""

from datetime import timedelta
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion.rules.hack import hidden_link, injected_link
from linkwatch.suspicion_settings import SuspicionSettings
from suspect_nights import READ, Row, findings, night, severities, unsaid

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
SETTINGS = SuspicionSettings(allowed_topics=("loan",))
PAGE = "https://blog.example/post"
LINK = {"source_url": PAGE, "anchor": "shoes"}
HIDDEN = LINK | {"hidden_by": "display:none"}
OTHERS = [f"https://own.example/{number}" for number in range(3)]


def three(**link: object) -> list[dict[str, Any]]:
    """Three hidden links to three pages of the site, on one page."""
    return [HIDDEN | {"target_url": url} | link for url in OTHERS]


HIDES = {
    "hidden": ([HIDDEN], [MEDIUM]),
    "two others hidden in its block": ([HIDDEN | {"block_hidden": 3}], [HIGH]),
    "one other hidden in its block": ([HIDDEN | {"block_hidden": 2}], [MEDIUM]),
    "hidden block, page not analysed": (three(), [HIGH] * 3),
    "hidden in blocks of their own": (three(block_hidden=1), [HIGH] * 3),
    "hidden in a menu": ([HIDDEN | {"zone": "nav", "block_hidden": 9}], [LOW]),
    "hidden brand block": (three(anchor="Follow Jane on Own", block_hidden=3), [LOW] * 3),
    "hidden without text": ([HIDDEN | {"anchor": "", "block_hidden": 9}], [LOW]),
    "two of three hidden are telling": (
        [link | {"anchor": anchor} for link, anchor in zip(three(), ("shoes", "boots", "own"), strict=True)],
        [LOW, MEDIUM, MEDIUM],
    ),
    "on a full stop": ([LINK | {"anchor": "."}], [LOW]),
    "on a letter": ([LINK | {"anchor": "a"}], [LOW]),
    "on a Russian letter, in a block that hides more": ([LINK | {"anchor": "я", "block_hidden": 5}], [LOW]),
}

HIDES_NOT = {
    "visible": [LINK],
    "visible beside hidden ones": [LINK | {"block_hidden": 5}],
    "hidden, and lost": [HIDDEN | {"state": "lost"}],
    "two letters": [LINK | {"anchor": "go"}],
    "no anchor": [LINK | {"anchor": ""}],
    "footnote": [LINK | {"anchor": "1"}],
    "dagger": [LINK | {"anchor": "†"}],
    "arrow": [LINK | {"anchor": "→"}],
    "word of one character": [LINK | {"anchor": "靴"}],
    "icon font": [LINK | {"anchor": "\ue001"}],
    "picture of a letter": [LINK | {"anchor": "A", "element": "image"}],
    "letter in a menu": [LINK | {"anchor": "f", "zone": "header"}],
    "nothing at all": [],
}


@pytest.mark.parametrize(("links", "expected"), HIDES.values(), ids=HIDES)
def test_hidden(links: list[Row], expected: list[Severity]):
    """What no reader sees is found, with the severity that its words and its company bear."""
    said = list(hidden_link(night(links), SETTINGS))
    assert sorted(severities(iter(said))) == sorted(expected)
    assert unsaid(iter(said)) == {}


@pytest.mark.parametrize("links", HIDES_NOT.values(), ids=HIDES_NOT)
def test_not_hidden(links: list[Row]):
    """Links that a reader sees, however short, raise nothing."""
    assert list(hidden_link(night(links), SETTINGS)) == []


BLOCK = {"block_links": 5, "block_domains": 5, "block_poisoned": 3, "block_topics": "casino pharma"}
POISON = LINK | BLOCK
NEW = {"origin": "gained", "first_seen_at": READ}
STRAY = LINK | {"astray": True, "block_links": 1, "block_domains": 1}
WRITTEN = {"in_main": True, "in_prose": True}


def text(kept_share: float | None, analysed_at: object = READ) -> list[Row]:
    """What is known of the page's text."""
    return [{"url": PAGE, "kept_share": kept_share, "analysed_at": analysed_at}]


def titled(title: str) -> list[Row]:
    """The page with a title."""
    return [{"url": PAGE, "title": title}]


INJECTED = {
    "block of spam on a page about cakes": (POISON, titled("A cake for Sunday"), []),
    "page without a title": (POISON, [], []),
    "brand among spam": (POISON | {"anchor": "Our Own"}, [], []),
    "in the main text, no prose": (POISON | {"in_main": True}, [], []),
    "among an author's words, and newer": (POISON | WRITTEN | NEW, [], text(0.95)),
    "behind the page beside one domain of spam": (STRAY | {"block_poisoned": 1, "block_topics": "pharma"}, [], []),
    "behind the page, and newer": (STRAY | NEW, [], text(0.9)),
}

NOT_INJECTED = {
    "a casino's own list": (POISON, titled("The ten best casinos"), []),
    "a casino's own list, and we are new on it": (POISON | NEW, titled("The ten best casinos"), text(1.0)),
    "host of the trade": (POISON | {"source_url": "https://best-poker.example/x"}, [], []),
    "path of the trade": (POISON | {"source_url": "https://blog.example/online-betting/tips"}, [], []),
    "four links": (POISON | {"block_links": 4, "block_domains": 4}, [], []),
    "two domains of spam": (POISON | {"block_poisoned": 2}, [], []),
    "blogroll with some of everything": (POISON | {"block_links": 40, "block_domains": 40}, [], []),
    "our own trade": (POISON | {"block_topics": "loan"}, [], []),
    "article about the trade": (POISON | WRITTEN, titled("Cakes"), []),
    "article about the trade, text is another one": (POISON | WRITTEN | NEW, titled("Cakes"), text(0.5)),
    "article about the trade, old link": (POISON | WRITTEN | NEW, [], text(1.0, READ + timedelta(days=1))),
    "behind the page, as ever": (STRAY | {"origin": "discovered", "first_seen_at": READ}, [], text(1.0)),
    "behind the page under the brand, and newer": (STRAY | NEW | {"anchor": "Our Own"}, [], text(1.0)),
    "behind the page, and the text is new too": (STRAY | NEW, [], text(0.2)),
    "newer than the text, in its place": (LINK | NEW | {"block_links": 1}, [], text(1.0)),
    "lost": (POISON | {"state": "lost"}, [], []),
}


@pytest.mark.parametrize(("link", "pages", "analyses"), INJECTED.values(), ids=INJECTED)
def test_injected(link: Row, pages: list[Row], analyses: list[Row]):
    """A block that does not belong to its page is high, and the evidence says who the victim is."""
    (finding,) = findings(injected_link(night([link], pages, analyses), SETTINGS))
    assert finding.severity is HIGH
    assert "victim" in str(finding.evidence["note"])


@pytest.mark.parametrize(("link", "pages", "analyses"), NOT_INJECTED.values(), ids=NOT_INJECTED)
def test_not_injected(link: Row, pages: list[Row], analyses: list[Row]):
    """Pages of the trade, long lists of everything, and mere sloppiness raise nothing."""
    assert list(injected_link(night([link], pages, analyses), SETTINGS)) == []


def test_injected_is_one_finding_a_domain():
    """A domain with many hacked pages is one victim; a new topic of spam is new evidence, one more page is not."""
    links = [POISON | {"source_url": f"https://blog.example/{number}"} for number in range(7)]
    (finding,) = findings(injected_link(night(links), SETTINGS))
    (earlier,) = findings(injected_link(night(links[:2]), SETTINGS))
    (later,) = findings(injected_link(night([*links, POISON | {"block_topics": "adult"}]), SETTINGS))
    assert (finding.key, len(finding.link_ids), finding.grounds) == ("blog.example", 7, ("casino", "pharma"))
    assert (earlier.key, earlier.grounds) == (finding.key, finding.grounds)
    assert set(later.grounds) - set(finding.grounds) == {"adult"}


def test_injected_not_evaluated():
    """Nothing is said of pages without an analysis, nor of new links behind a page whose earlier text is not known."""
    no_analysis = {"its page was not analysed yet": 1}
    assert unsaid(injected_link(night([LINK]), SETTINGS)) == no_analysis
    said = injected_link(night([STRAY | NEW], analyses=text(None)), SETTINGS)
    assert unsaid(said) == {"no earlier text of its page is known": 1}
