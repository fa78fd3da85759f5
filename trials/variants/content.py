"""Pages with hardly any text, of mostly links, or of the same words over and over."""

from collections.abc import Callable

from trials import words
from trials.articles import before_end, with_prose
from trials.drawing import Draw, Story, anchored, visit
from trials.variant import Trial, Variant
from trials.written import Parts, bare, write


def _one_page(draw: Draw, body: str, path: str = "/p") -> Story:
    home = draw.home()
    return Story([visit(home, home.url(f"{path}/{draw.rng.randrange(9999)}"), body)])


def _sentence_and_link(draw: Draw) -> Story:
    return _one_page(draw, bare(draw.title(), f"<h1>{draw.title()}</h1><p>Visit {draw.link(draw.money()[0])} today.</p>"))


def _doorway(draw: Draw) -> Story:
    anchor = draw.money()[0]
    text = f"<p>Looking for {anchor}? You have come to the right place. {draw.link(anchor)} is all you need.</p>"
    menu = "".join(anchored(f"/{n}", f"Page {n}") for n in range(4))
    return _one_page(draw, bare(anchor.title(), f"<nav>{menu}</nav><h1>{anchor}</h1>{text}<footer>All rights reserved</footer>"))


def _few_links(draw: Draw) -> Story:
    links = "".join(f"<li>{link}</li>" for link in [*draw.others(3), draw.link(draw.brand())])
    return _one_page(draw, bare("Links", f"<h1>Links</h1><ul>{links}</ul>"))


def _thirty_words(draw: Draw) -> Story:
    text = " ".join(" ".join(draw.text(60)).split()[:26])
    return _one_page(draw, bare(draw.title(), f"<div><p>{text} {draw.link(draw.editorial())}.</p></div>"))


def _gallery(draw: Draw) -> Story:
    pictures = "".join(
        f'<figure><img src="/g/{n}.jpg" alt="Path {n}"><figcaption>Path {n}</figcaption></figure>' for n in range(24)
    )
    return _one_page(
        draw, bare("Pictures of a walk", f"<h1>Pictures</h1>{pictures}<p>Boots: {draw.link(draw.brand())}</p>"), "/gallery"
    )


def _video(draw: Draw) -> Story:
    head = '<meta property="og:type" content="video.other">'
    frame = '<iframe width="560" height="315" src="https://www.youtube.com/embed/abc123"></iframe>'
    return _one_page(
        draw, bare(draw.title(), f"<h1>{draw.title()}</h1>{frame}<p>Shoes by {draw.link(draw.brand())}</p>", head), "/watch"
    )


def _product(draw: Draw) -> Story:
    offer = '{"@context":"https://schema.org","@type":"Product","name":"Boot","offers":{"@type":"Offer","price":"99"}}'
    head = f'<script type="application/ld+json">{offer}</script>'
    text = f'<h1>Boot</h1><img src="/boot.jpg" alt="Boot"><p>Price: 99. Sizes 36 to 47. Made by {draw.link(draw.brand())}.</p>'
    return _one_page(draw, bare("Boot", text, head), "/product")


def _forum_question(draw: Draw) -> Story:
    head = '<meta name="generator" content="Discourse 3.2">'
    text = (
        '<div itemscope itemtype="https://schema.org/DiscussionForumPosting"><h1>Soles?</h1>'
        f'<p itemprop="text">Who knows whether {draw.link(draw.brand())} mends soles? Mine came off after a year.</p></div>'
    )
    return _one_page(draw, bare("Soles?", text, head), "/t")


def _brief(draw: Draw) -> Story:
    kind = '{"@type":"NewsArticle","datePublished":"2026-11-10T08:00:00Z"}'
    head = f'<meta property="og:type" content="article"><script type="application/ld+json">{kind}</script>'
    text = " ".join(" ".join(draw.text(60)).split()[:34])
    return _one_page(
        draw,
        bare(draw.title(), f"<article><h1>{draw.title()}</h1><p>{text}. {draw.link(draw.editorial())}</p></article>", head),
        "/news",
    )


def _short_article(draw: Draw) -> Story:
    home = draw.home()
    text = [*draw.text(70), draw.sentence(draw.link(draw.editorial()))]
    return Story([visit(home, home.url("/short"), write(home, draw.rng, draw.title(), text))])


THIN = Trial(
    "thin_page",
    guilty=(
        Variant("a sentence and a link", _sentence_and_link),
        Variant("a doorway", _doorway),
        Variant("a few links", _few_links),
        Variant("thirty words", _thirty_words),
    ),
    innocent=(
        Variant("gallery", _gallery),
        Variant("video", _video),
        Variant("product", _product),
        Variant("question in a forum", _forum_question),
        Variant("news in brief, marked as such", _brief),
        Variant("short article", _short_article),
    ),
)


def _targets(draw: Draw, links: int, domains: int) -> list[str]:
    """Links to so many domains, some of them several times."""
    names = [f"{draw.rng.choice(words.FIRST)}-{draw.rng.choice(words.LAST)}-{n}.example" for n in range(domains)]
    return [anchored(f"https://{names[n % domains]}/{n}", f"{names[n % domains].partition('.')[0]} {n}") for n in range(links)]


def _list_below(links: int, domains: int) -> Callable[[Draw], Story]:
    def make(draw: Draw) -> Story:
        article, home = draw.article()
        block = (
            "<ul>"
            + "".join(f"<li>{link}</li>" for link in [*_targets(draw, links, domains), draw.link(draw.money()[0])])
            + "</ul>"
        )
        return Story([visit(home, article.url, before_end(article.markup, block))])

    return make


def _nothing_but_links(draw: Draw) -> Story:
    """Fewer links than the limit, and hardly a word beside them."""
    home = draw.home()
    block = "".join(f"<p>{link}</p>" for link in [*_targets(draw, 70, 35), draw.link(draw.money()[0])])
    return Story([visit(home, home.url("/all"), bare("All", f"<h1>All of it</h1><p>Have a look at these.</p>{block}"))])


def _references(draw: Draw) -> Story:
    home = draw.home()
    text = draw.text(2000)
    notes = [*_targets(draw, 60, 40), draw.link(draw.editorial())]
    listed = "".join(f"<li>{' '.join(draw.text(8)[0].split()[:12])}, {link}</li>" for link in notes)
    parts = Parts(below=f"<h2>References</h2><ol>{listed}</ol>")
    return Story([visit(home, home.url("/long"), write(home, draw.rng, draw.title(), text, parts))])


def _own_menu(draw: Draw) -> Story:
    home = draw.home()
    menu = "".join(f"<li>{anchored(f'/section/{n}', f'Section number {n}')}</li>" for n in range(300))
    text = [*draw.text(150), draw.sentence(draw.link(draw.brand()))]
    return Story([visit(home, home.url("/menu"), write(home, draw.rng, draw.title(), text, Parts(nav=f"<ul>{menu}</ul>")))])


def _forty_shops(draw: Draw) -> Story:
    home = draw.home()
    text = [f"{' '.join(draw.text(20)[0].split()[:25])} {link}." for link in [*_targets(draw, 40, 40), draw.link(draw.brand())]]
    return Story([visit(home, home.url("/forty"), write(home, draw.rng, "Forty places", text))])


DOMINATED = Trial(
    "link_dominated_page",
    guilty=(
        Variant("120 links below an article", _list_below(120, 40)),
        Variant("60 domains below an article", _list_below(60, 60)),
        Variant("250 links to 200 domains", _list_below(250, 200)),
        Variant("70 links and hardly a word", _nothing_but_links),
    ),
    innocent=(
        Variant("long article with 61 references", _references),
        Variant("300 links of its own in the menu", _own_menu),
        Variant("41 places, described", _forty_shops),
        Variant("article with 5 links", lambda draw: _list_below(4, 4)(draw)),
    ),
)


def _stuffed(draw: Draw) -> Story:
    home, anchor = draw.home(), draw.money()[0]
    sentences = (
        f"Buy {anchor} here.",
        f"Our {anchor} are the best {anchor}.",
        f"If you want {anchor}, {anchor} is what you get.",
    )
    text = [" ".join(sentences) for _ in range(12)]
    return Story([visit(home, home.url("/buy"), write(home, draw.rng, anchor.title(), [*text, draw.link(anchor)]))])


def _towns(draw: Draw) -> Story:
    """One sentence for every town: a doorway's text."""
    home, anchor = draw.home(), draw.money()[0]
    text = [
        f"We deliver {anchor} to {town.title()}ton and around it, so order {anchor} in {town.title()}ton today."
        for town in words.FIRST * 2
    ]
    return Story([visit(home, home.url("/towns"), write(home, draw.rng, anchor.title(), [*text, draw.link(anchor)]))])


def _long_title(draw: Draw) -> Story:
    article, home = draw.article()
    title = ", ".join(draw.money(9))
    start, end = article.markup.lower().find("<title"), article.markup.lower().find("</title>")
    opened = article.markup.find(">", start) + 1
    changed = article.markup[:opened] + title + article.markup[end:]
    return Story([visit(home, article.url, before_end(changed, f"<p>{draw.link(draw.money()[0])}</p>"))])


def _ordinary(draw: Draw) -> Story:
    article, home = draw.article(least_words=600)
    return Story([visit(home, article.url, with_prose(article, [draw.sentence(draw.link(draw.editorial()))]))])


def _poem(draw: Draw) -> Story:
    """Verses with a refrain of two lines after each."""
    home = draw.home()
    refrain = "And the path goes on, and the path goes on,<br>and we walk until the light is gone."
    verses = [f"{' '.join(draw.text(50)[0].split()[:34])}<br>{refrain}" for _ in range(10)]
    text = [*verses, f"The boots in the picture are from {draw.link(draw.brand())}."]
    return Story([visit(home, home.url("/poem"), write(home, draw.rng, "The path goes on", text))])


def _headline(draw: Draw) -> Story:
    home = draw.home()
    title = " ".join(" ".join(draw.text(60)).split()[:18])
    text = [*draw.text(300), draw.sentence(draw.link(draw.editorial()))]
    return Story([visit(home, home.url("/headline"), write(home, draw.rng, title, text))])


STUFFED = Trial(
    "stuffed_page",
    guilty=(
        Variant("one keyword over and over", _stuffed),
        Variant("one sentence for every town", _towns),
        Variant("title of keywords", _long_title),
    ),
    innocent=(
        Variant("long ordinary prose", _ordinary),
        Variant("poem with a refrain", _poem),
        Variant("long headline", _headline),
    ),
)

TRIALS = (THIN, DOMINATED, STUFFED)
