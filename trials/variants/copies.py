"""The same text on several domains."""

from collections.abc import Callable, Sequence

from trials.articles import plain
from trials.drawing import Draw, Home, Story, Visit, visit
from trials.variant import Trial, Variant
from trials.written import NOTHING, Parts, spun, write

Make = Callable[[Draw], Story]

NEWS = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="{published}">'
    '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","datePublished":"{published}"}}</script>'
)


def text_of_article(draw: Draw, most_words: int = 450) -> tuple[list[str], str]:
    """A real article's paragraphs that nobody else has tonight, the first so many words, and a title for it."""
    article, _ = draw.article(least_words=250)
    text: list[str] = []
    for paragraph in article.paragraphs:
        if sum(len(entry.split()) for entry in text) < most_words:
            text.append(plain(paragraph))
    return text, " ".join(text[0].split()[:8])


def post(draw: Draw, home: Home, text: Sequence[str], title: str, parts: Parts = NOTHING) -> Story:
    """One page with a text."""
    return Story([visit(home, home.url(f"/{draw.rng.randrange(10**6)}"), write(home, draw.rng, title, text, parts))])


def _copies(domains: int, every: int) -> Make:
    """One text on several domains with a money anchor each, about one word in `every` exchanged; 0: none."""

    def make(draw: Draw) -> Story:
        text, title = text_of_article(draw)
        visits: list[Visit] = []
        for anchor in draw.money(domains):
            own = spun(text, draw.rng, every) if every else list(text)
            own.insert(1, draw.sentence(draw.link(anchor)))
            visits += post(draw, draw.home(), own, title).visits
        return Story(visits)

    return make


def _same_anchor(draw: Draw) -> Story:
    text, title = text_of_article(draw)
    anchor = draw.money()[0]
    text.append(draw.sentence(draw.link(anchor, target=f"https://{draw.site.site}/shop/boots")))
    return Story([entry for _ in range(4) for entry in post(draw, draw.home(), text, title).visits])


def _wire(agency: str, anchor: Callable[[Draw], str], rel: str = "") -> Make:
    """An agency's story, printed as it came by papers that have nothing else in common."""

    def make(draw: Draw) -> Story:
        text, title = text_of_article(draw)
        text[0] = f"{agency} {text[0]}"
        text.append(draw.sentence(draw.link(anchor(draw), rel)))
        visits: list[Visit] = []
        for n in range(5):
            head = NEWS.format(published=f"2026-11-16T{8 + n:02}:{draw.rng.randrange(60):02}:00Z")
            visits += post(draw, draw.home(), text, title, Parts(head=head)).visits
        return Story(visits)

    return make


def _one_quote(draw: Draw) -> Story:
    """Texts of their own that quote one and the same paragraph."""
    quote = draw.text(40)[0]
    visits: list[Visit] = []
    for anchor in draw.money(4):
        text = [*draw.text(350), f"<q>{quote}</q>", draw.sentence(draw.link(anchor))]
        visits += post(draw, draw.home(), text, draw.title()).visits
    return Story(visits)


def _two_domains(draw: Draw) -> Story:
    return _copies(2, 0)(draw)


COPIED = Trial(
    "copied_text",
    guilty=(
        Variant("spun copies on three domains", _copies(3, 50)),
        Variant("spun copies on five domains", _copies(5, 40)),
        Variant("the same text on four domains", _copies(4, 0)),
        Variant("the same text with one anchor on four domains", _same_anchor),
    ),
    innocent=(
        Variant("agency's story with an address", _wire("LONDON (Reuters) -", lambda draw: draw.site.site)),
        Variant("agency's story with an editor's anchor", _wire("WASHINGTON (AP) —", Draw.editorial)),
        Variant("press release with the brand", _wire("Berlin, Nov. 16, 2026 /PRNewswire/ --", lambda draw: draw.site.brand[0])),
        Variant("one paragraph quoted", _one_quote),
        Variant("the same text on two domains", _two_domains),
    ),
)

TRIALS = (COPIED,)
