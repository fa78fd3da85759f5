"""Links that no reader sees, and links that a stranger put there."""

from collections.abc import Callable, Sequence

from linkwatch.model import Severity
from trials.articles import Article, after_prose, before_end, behind_end, in_footer, with_prose
from trials.drawing import Draw, Home, Story, anchored, visit
from trials.variant import Trial, Variant
from trials.written import Parts, write

Wrap = Callable[[str], str]


def _links(draw: Draw, count: int = 5) -> list[str]:
    """Links to other sites with one of ours among them."""
    links = [*draw.others(count - 1), draw.link(draw.money()[0])]
    return draw.rng.sample(links, len(links))


def _list(links: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{link}</li>" for link in links) + "</ul>"


def _block(wrap: Wrap, head: str = "") -> Callable[[Draw], Story]:
    """A block of links in a real article, at one of three places."""

    def make(draw: Draw) -> Story:
        article, home = draw.article()
        block = wrap(_list(_links(draw)))
        place = draw.rng.choice((after_prose, lambda a, b: before_end(a.markup, b), lambda a, b: in_footer(a.markup, b)))
        body = place(article, block)
        return Story([visit(home, article.url, body.replace("</head>", f"{head}</head>", 1))])

    return make


def _styled(style: str) -> Wrap:
    return lambda links: f'<div style="{style}">{links}</div>'


def _accordion(links: str) -> str:
    return (
        '<div class="accordion"><h3><button aria-expanded="false" aria-controls="further">Further reading</button></h3>'
        f'<div id="further" class="accordion-panel" style="display:none">{links}</div></div>'
    )


def _tabs(links: str) -> str:
    return (
        '<div class="tabs"><ul role="tablist"><li role="tab" aria-controls="one">Story</li>'
        '<li role="tab" aria-controls="two">Links</li></ul>'
        f'<div role="tabpanel" id="two" style="display:none">{links}</div></div>'
    )


def _details(links: str) -> str:
    return f"<details><summary>Where to read on</summary>{links}</details>"


def _for_screen_readers(links: str) -> str:
    return f'<div class="sr-only" style="position:absolute;width:1px;height:1px;overflow:hidden">{links}</div>'


def _mega_menu(links: str) -> str:
    return (
        '<nav class="mega-menu" role="navigation"><ul><li class="has-children"><a href="/more">More</a>'
        f'<div class="sub-menu" style="display:none">{links}</div></li></ul></nav>'
    )


def _collapse(links: str) -> str:
    return (
        '<a data-toggle="collapse" href="#sources" aria-expanded="false">Sources</a>'
        f'<div class="collapse" id="sources" style="display:none">{links}</div>'
    )


_OFF = "<style>.qz7{position:absolute;left:-9999px}.vv1{font-size:0;line-height:0}</style>"

HIDDEN = Trial(
    "hidden_link",
    guilty=(
        Variant("display:none", _block(_styled("display:none"))),
        Variant("off screen", _block(_styled("position:absolute;left:-5000px;top:0"))),
        Variant("font of no size", _block(_styled("font-size:0"))),
        Variant("clipped to nothing", _block(_styled("position:absolute;width:0;height:0;overflow:hidden"))),
        Variant("visibility:hidden", _block(_styled("visibility:hidden"))),
        Variant("opacity 0", _block(_styled("opacity:0"))),
        Variant("indented away", _block(_styled("text-indent:-9999px"))),
        Variant("off screen by a style of the page", _block(lambda links: f'<div class="qz7">{links}</div>', _OFF)),
        Variant("no size by a style of the page", _block(lambda links: f'<div class="vv1">{links}</div>', _OFF)),
        Variant("the attribute hidden", _block(lambda links: f"<div hidden>{links}</div>")),
    ),
    innocent=(
        Variant("accordion", _block(_accordion)),
        Variant("tabs", _block(_tabs)),
        Variant("details", _block(_details)),
        Variant("for screen readers", _block(_for_screen_readers)),
        Variant("mega menu", _block(_mega_menu)),
        Variant("collapse with its button", _block(_collapse)),
        Variant("plain list", _block(lambda links: f"<div>{links}</div>")),
    ),
    least=Severity.MEDIUM,
)


def _hacked(put: Callable[[Article, str], str], topics: Sequence[str], *, known: bool = True) -> Callable[[Draw], Story]:
    """An article with a block of spam, ours among it; where `known`, it linked to us honestly and was seen before."""

    def make(draw: Draw) -> Story:
        article, home = draw.article()
        links = [*draw.spam(6, topics), draw.link(draw.money()[0], target=f"https://{draw.site.site}/shop/boots")]
        block = f'<div class="qk{draw.rng.randrange(999)}">{" ".join(draw.rng.sample(links, len(links)))}</div>'
        if not known:
            return Story([visit(home, article.url, put(article, block))])
        honest = with_prose(article, [draw.sentence(draw.link(draw.brand(), target=f"https://{draw.site.site}/"))])
        before = visit(home, article.url, honest, 20)
        changed = Article(article.url, article.publisher, honest, article.paragraphs, article.spots)
        return Story([before, visit(home, article.url, put(changed, block))])

    return make


def _behind(article: Article, block: str) -> str:
    return behind_end(article.markup, block)


def _footer(article: Article, block: str) -> str:
    return in_footer(article.markup, block)


def _end(article: Article, block: str) -> str:
    return before_end(article.markup, block)


def _blogroll(draw: Draw) -> Story:
    article, home = draw.article()
    block = f'<div class="blogroll"><h3>Blogroll</h3>{_list([*draw.others(8), draw.link(draw.brand())])}</div>'
    before = with_prose(article, [draw.sentence(draw.link(draw.brand(), target=f"https://{draw.site.site}/"))])
    return Story([visit(home, article.url, before, 20), visit(home, article.url, in_footer(before, block))])


def _gambling_news(draw: Draw) -> Story:
    """A site about the trade lists casinos, and us among its partners: that is what it is about."""
    home: Home = draw.home()
    links = [*draw.spam(4, ("casino",)), *draw.others(2), draw.link(draw.brand())]
    parts = Parts(below=f'<div class="review-list"><h2>Casinos that we looked at</h2>{_list(links)}</div>')
    text = [f"The casino trade had news for gambling regulators: {paragraph}" for paragraph in draw.text()]
    return Story(
        [visit(home, home.url("/casino-news"), write(home, draw.rng, "Casino and betting news of the week", text, parts))]
    )


def _one_spam_link(draw: Draw) -> Story:
    """A comment got through, with one link: not a block of them."""
    article, home = draw.article()
    block = f'<div class="links">{" ".join([*draw.spam(1), *draw.others(6), draw.link(draw.brand())])}</div>'
    return Story([visit(home, article.url, before_end(article.markup, block))])


def _law(draw: Draw) -> Story:
    article, home = draw.article()
    body = with_prose(
        article,
        [draw.sentence(anchored("https://royal-poker-room.example/", "a casino")), draw.sentence(draw.link(draw.editorial()))],
    )
    return Story([visit(home, article.url, body)])


INJECTED = Trial(
    "injected_link",
    guilty=(
        Variant("casinos behind </html>", _hacked(_behind, ("casino",))),
        Variant("pharma behind </html>, page seen for the first time", _hacked(_behind, ("pharma",), known=False)),
        Variant("casinos in the footer of an old article", _hacked(_footer, ("casino",))),
        Variant("everything before </body> of an old article", _hacked(_end, ("casino", "pharma", "adult", "loan"))),
        Variant("pharma between the paragraphs of an old article", _hacked(after_prose, ("pharma", "adult"))),
        Variant("casinos in the footer, page seen for the first time", _hacked(_footer, ("casino", "loan"), known=False)),
    ),
    innocent=(
        Variant("new blogroll", _blogroll),
        Variant("a gambling site's own list", _gambling_news),
        Variant("one link of spam among honest ones", _one_spam_link),
        Variant("article with a casino in its prose", _law),
    ),
)

TRIALS = (HIDDEN, INJECTED)
