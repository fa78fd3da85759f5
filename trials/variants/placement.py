"""Links on every page of a site, and in blocks that many sites embed."""

from collections.abc import Callable

from linkwatch.model import Severity
from trials import words
from trials.articles import with_prose
from trials.drawing import Draw, Home, Story, Visit, visit
from trials.variant import Trial, Variant
from trials.written import Parts, write


def _pages(draw: Draw, home: Home, count: int, parts: Callable[[int], Parts]) -> list[Visit]:
    """Pages of one home, each with a text of its own."""
    return [
        visit(home, home.url(f"/{n}/{draw.rng.randrange(10**6)}"), write(home, draw.rng, draw.title(), draw.text(120), parts(n)))
        for n in range(count)
    ]


def _footer(draw: Draw, anchor: str, pages: int, rel: str = "", before: str = "") -> Story:
    link = draw.link(anchor, rel)
    return Story(_pages(draw, draw.home(), pages, lambda _: Parts(footer=f'<p class="credit">{before}{link}</p>')))


def _sidebar(draw: Draw, anchor: str, pages: int) -> Story:
    link = draw.link(anchor)
    return Story(
        _pages(draw, draw.home(), pages, lambda _: Parts(sidebar=f'<div class="widget links"><ul><li>{link}</li></ul></div>'))
    )


def _three_domains(draw: Draw) -> Story:
    name = f"{draw.rng.choice(words.FIRST)}-friends"
    block = f'<div class="{name}"><span>Recommended:</span> {draw.link(draw.money()[0])}</div>'
    homes = [draw.home() for _ in range(3)]
    return Story([entry for home in homes for entry in _pages(draw, home, 10, lambda _: Parts(footer=block))])


def _half_of_pages(draw: Draw) -> Story:
    """Eighteen pages known, and twelve of them have it below the text."""
    link, home = draw.link(draw.money()[0]), draw.home()
    plain = f"<p>{draw.link(draw.brand())}</p>"
    block = f'<div class="after-post-box">{link}</div>'
    return Story(_pages(draw, home, 18, lambda n: Parts(below=block if n < 12 else plain)))


def _partner_in_one_post(draw: Draw) -> Story:
    article, home = draw.article()
    return Story([visit(home, article.url, with_prose(article, [draw.sentence(draw.link(draw.editorial()))]))])


def _one_post_of_many(draw: Draw) -> Story:
    link, others = draw.link(draw.money()[0]), draw.link(draw.brand())
    return Story(_pages(draw, draw.home(), 14, lambda n: Parts(below=f"<p>{link if n == 0 else others if n < 3 else ''}</p>")))


SITEWIDE = Trial(
    "sitewide_link",
    guilty=(
        Variant("money anchor in the footer of 12 pages", lambda draw: _footer(draw, draw.money()[0], 12)),
        Variant("money anchor in the sidebar of 21 pages", lambda draw: _sidebar(draw, draw.money()[0], 21)),
        Variant("one money anchor in the footers of three domains", _three_domains),
        Variant("money anchor below 12 of 18 texts", _half_of_pages),
    ),
    innocent=(
        Variant("agency credit with its brand", lambda draw: _footer(draw, draw.site.brand[0], 12, before="Website by ")),
        Variant("software credit with an address", lambda draw: _footer(draw, draw.site.site, 21, before="Powered by ")),
        Variant("sponsored footer that says so", lambda draw: _footer(draw, draw.money()[0], 12, rel="sponsored")),
        Variant("a partner named in one post", _partner_in_one_post),
        Variant("one post of many", _one_post_of_many),
    ),
    least=Severity.MEDIUM,
)

Embed = Callable[[str, str, int], str]  # name of its maker, link, a number that differs from site to site


def _badge(maker: str, link: str, n: int) -> str:
    award = f'<img src="https://{maker}.example/award.png?v={n}" width="{120 + n}" height="60" alt="Award">'
    return f'<div class="{maker}-badge">{award}<br>{link}</div>'


def _picture(maker: str, link: str, n: int) -> str:
    url, words = link.split('"')[1], link.partition(">")[2].removesuffix("</a>")
    picture = f'<img src="https://{maker}.example/badge-{n}.png" alt="{words}" width="{120 + n}" height="60">'
    return f'<div class="{maker}-award"><a href="{url}?utm_source=site{n}&amp;utm_medium=badge">{picture}</a></div>'


def _calculator(maker: str, link: str, n: int) -> str:
    return (
        f'<div id="{maker}-calculator-{n}" class="{maker}-widget"><script src="https://{maker}.example/size.js?site={n}"></script>'
        f"<p>Size calculator by {link}</p></div>"
    )


def _frame(maker: str, link: str, n: int) -> str:
    frame = f'<iframe src="https://{maker}.example/weather?id={n}" width="{300 + n}" height="200"></iframe>'
    return f'<div class="{maker}-embed">{frame}<div class="by">{link}</div></div>'


def _embedded(embed: Embed, anchor: Callable[[Draw], str], domains: int) -> Callable[[Draw], Story]:
    """One embed on several domains, each with its own numbers in it, below the text or beside it."""

    def make(draw: Draw) -> Story:
        link = draw.link(anchor(draw))
        maker = f"{draw.rng.choice(words.FIRST)}{draw.rng.choice(words.LAST)}"
        visits = []
        for n in range(domains):
            home = draw.home()
            block = embed(maker, link, draw.rng.randrange(1, 90))
            parts = Parts(below=block) if n % 2 else Parts(sidebar=block)
            visits.append(visit(home, home.url(f"/{n}-post"), write(home, draw.rng, draw.title(), draw.text(), parts)))
        return Story(visits)

    return make


def _same_words_in_prose(draw: Draw) -> Story:
    anchor, visits = draw.money()[0], []
    for n in range(4):
        home = draw.home()
        text = [*draw.text(), draw.sentence(draw.link(anchor))]
        visits.append(visit(home, home.url(f"/{n}-walks"), write(home, draw.rng, draw.title(), text)))
    return Story(visits)


def _money(draw: Draw) -> str:
    return draw.money()[0]


def _brand(draw: Draw) -> str:
    return draw.site.brand[0]


WIDGET = Trial(
    "widget_link",
    guilty=(
        Variant("badge with a keyword, on three domains", _embedded(_badge, _money, 3)),
        Variant("picture with a keyword, on four domains", _embedded(_picture, _money, 4)),
        Variant("calculator with a keyword, on four domains", _embedded(_calculator, _money, 4)),
        Variant("frame with a keyword, on five domains", _embedded(_frame, _money, 5)),
    ),
    innocent=(
        Variant("badge with the brand, on four domains", _embedded(_badge, _brand, 4)),
        Variant("calculator with the brand, on five domains", _embedded(_calculator, _brand, 5)),
        Variant("picture with the brand, on three domains", _embedded(_picture, _brand, 3)),
        Variant("badge with a keyword, on two domains", _embedded(_badge, _money, 2)),
        Variant("the same words in the prose of four domains", _same_words_in_prose),
    ),
)

TRIALS = (SITEWIDE, WIDGET)
