"""What became of a domain, and whom it links to."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from linkwatch.model import Outcome, Severity
from trials.articles import with_prose
from trials.drawing import Draw, Home, Story, Visit, anchored, visit
from trials.variant import Trial, Variant
from trials.written import write

Make = Callable[[Draw], Story]

PARKED = (
    "<html><head><title>{0}</title></head><body><h1>{0} is for sale</h1><p>This domain is for sale. Buy this domain now: "
    'make an offer.</p><script src="https://www.sedoparking.com/frmpark/park.js"></script><a href="https://sedo.com/search/details/?domain={0}">'
    "Inquire about {0}</a></body></html>"
)


def _page(draw: Draw, home: Home, text: Sequence[str], days_ago: int, link: str, lang: str = "en") -> Visit:
    return visit(home, home.url("/walks"), write(home, draw.rng, draw.title(), [*text, draw.sentence(link)], lang=lang), days_ago)


def _gap(draw: Draw, home: Home, kind: Outcome | str, days: Sequence[int]) -> list[Visit]:
    if isinstance(kind, Outcome):
        return [visit(home, home.url("/walks"), "", day, kind) for day in days]
    return [visit(home, home.url("/walks"), PARKED.format(home.domain), day) for day in days]


def _revived(gap: Outcome | str, days: Sequence[int], text: str = "other") -> Make:
    """A page with a link, then nothing for some days, then a page again, with another text or the old one."""

    def make(draw: Draw) -> Story:
        home, old = draw.home(), draw.text(250)
        link = draw.link(draw.editorial())
        if text == "other":
            after = _page(draw, home, draw.text(250), 0, draw.link(draw.money()[0]))
        elif text == "mended":
            after = _page(draw, home, [*old, *draw.text(60)], 0, link)
        else:
            after = _page(draw, home, old, 0, link)
        return Story([_page(draw, home, old, 60, link), *_gap(draw, home, gap, days), after])

    return make


def _redesign(draw: Draw) -> Story:
    """Another text without a day of silence: a new version of a page."""
    home, link = draw.home(), draw.link(draw.editorial())
    return Story(
        [
            _page(draw, home, draw.text(250), 60, link),
            _page(draw, home, draw.text(250), 30, link),
            _page(draw, home, draw.text(250), 0, link),
        ]
    )


LONG, SHORT = (45, 36, 30, 24), (6, 5, 4)

EXPIRED = Trial(
    "expired_domain",
    guilty=(
        Variant("no such domain for three weeks, then another text", _revived(Outcome.DNS_ERROR, LONG)),
        Variant("parked for three weeks, then another text", _revived("parked", LONG)),
    ),
    innocent=(
        Variant("a rebrand that kept its text", _revived(Outcome.DNS_ERROR, LONG, "mended")),
        Variant("back from three weeks as it was", _revived(Outcome.DNS_ERROR, LONG, "same")),
        Variant("an outage of three days", _revived(Outcome.DNS_ERROR, SHORT, "mended")),
        Variant("a redesign", _redesign),
        Variant("server trouble for three weeks, then as it was", _revived(Outcome.SERVER_ERROR, LONG, "same")),
    ),
)


def _neighbours(bad: int, good: int) -> Make:
    def make(draw: Draw) -> Story:
        home = replace(draw.home(), outlinks=())
        disavowed = [f"{draw.rng.choice(('free', 'top', 'best'))}-links-{draw.rng.randrange(10**6)}.example" for _ in range(bad)]
        links = [
            *(anchored(f"https://{domain}/", "a page") for domain in disavowed),
            *draw.others(good),
            draw.link(draw.money()[0]),
        ]
        text = [*draw.text(150), *(draw.sentence(link) for link in draw.rng.sample(links, len(links)))]
        return Story([visit(home, home.url("/p"), write(home, draw.rng, draw.title(), text))], disavowed=disavowed)

    return make


NEIGHBOURS = Trial(
    "bad_neighbours",
    guilty=(
        Variant("three of five are bad", _neighbours(3, 2)),
        Variant("six of ten are bad", _neighbours(6, 4)),
        Variant("four of twelve are bad", _neighbours(4, 7)),
    ),
    innocent=(
        Variant("one of nine is bad", _neighbours(1, 8)),
        Variant("three of thirty are bad", _neighbours(3, 27)),
        Variant("two of three are bad", _neighbours(2, 1)),
        Variant("none is bad", _neighbours(0, 8)),
    ),
)


def _became(after: Callable[[Home], Visit]) -> Make:
    def make(draw: Draw) -> Story:
        home = draw.home()
        return Story([_page(draw, home, draw.text(), 20, draw.link(draw.editorial())), after(home)])

    return make


def _parked(home: Home) -> Visit:
    return _gap_of(home, PARKED.format(home.domain))


def _gap_of(home: Home, body: str) -> Visit:
    return visit(home, home.url("/walks"), body)


def _failed(outcome: Outcome) -> Callable[[Home], Visit]:
    return lambda home: visit(home, home.url("/walks"), "", 0, outcome)


def _about_parking(draw: Draw) -> Story:
    article, home = draw.article()
    said = "Whoever sees that a domain is for sale, or parked, may make an offer; this domain is not."
    return Story([visit(home, article.url, with_prose(article, [said, draw.sentence(draw.link(draw.editorial()))]))])


PARKED_DOMAIN = Trial(
    "parked_domain",
    guilty=(Variant("for sale", _became(_parked)),),
    innocent=(
        Variant("page not found", _became(_failed(Outcome.PAGE_NOT_FOUND))),
        Variant("server trouble", _became(_failed(Outcome.SERVER_ERROR))),
        Variant("no such domain", _became(_failed(Outcome.DNS_ERROR))),
        Variant("article about parking", _about_parking),
    ),
    least=Severity.INFO,
)

TRIALS = (EXPIRED, NEIGHBOURS, PARKED_DOMAIN)
