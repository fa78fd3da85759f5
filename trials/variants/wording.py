"""Anchors of other trades, and several anchors for sale at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from trials import words
from trials.articles import before_end, with_prose
from trials.drawing import Draw, Story, anchored, visit
from trials.variant import SHIPPED, Trial, Variant
from trials.written import Parts, write

RUSSIAN = (
    "Мы прошли почти триста километров по горным тропам и каждый вечер сушили обувь у костра, потому что дождь не прекращался.",
    "Проводник рассказывал, что старые мосты смыло весной, и теперь путь занимает на два дня больше, чем раньше.",
    "Вечером мы сравнили карты и решили идти вдоль реки, хотя местные жители советовали дождаться хорошей погоды.",
)
GERMAN = ("Wanderschuhe im Vergleich", "der Bericht über die Berghütten", "Schuhe richtig schnüren")


def _in_prose(draw: Draw, anchor: str, target: str = "") -> Story:
    article, home = draw.article()
    body = with_prose(article, [draw.sentence(draw.link(anchor, target=target))], draw.rng.randrange(len(article.spots)))
    return Story([visit(home, article.url, body)])


def _of_topic(*topics: str) -> Callable[[Draw], Story]:
    return lambda draw: _in_prose(draw, draw.rng.choice(words.SPAM_ANCHORS[draw.rng.choice(topics)]))


def _among(*anchors: str) -> Callable[[Draw], Story]:
    return lambda draw: _in_prose(draw, draw.rng.choice(anchors))


def _film(draw: Draw) -> Story:
    return _in_prose(draw, "the boots of Casino Royale", f"https://{draw.site.site}/films/casino-royale-boots")


def _russian_page(draw: Draw) -> Story:
    home = draw.home()
    text = [*RUSSIAN, *draw.rng.sample(RUSSIAN, 2), f"Подробнее об этом: {draw.link('обзор треккинговых ботинок')}."]
    return Story([visit(home, home.url("/pohod"), write(home, draw.rng, "Поход по горным тропам", text, lang="ru"))])


IRRELEVANT = Trial(
    "irrelevant_anchor",
    guilty=(
        Variant("casino anchor in an article", _of_topic("casino")),
        Variant("pharma anchor in an article", _of_topic("pharma")),
        Variant("anchor about loans or adults in an article", _of_topic("loan", "adult")),
        Variant("anchor about fakes in an article", _of_topic("fake")),
        Variant("Cyrillic anchor on an English page", _among("купить кроссовки недорого", "лучшие ботинки цена")),
        Variant("Japanese anchor on an English page", _among("激安スニーカー通販", "登山靴セール")),
    ),
    innocent=(
        Variant("film title that the target names", _film),
        Variant(
            "word with a topic's word in it", _among("a specialist for soles", "the Essex walking club", "pokerwork on leather")
        ),
        Variant("Russian anchor on a Russian page", _russian_page),
        Variant("German anchor on an English page", _among(*GERMAN)),
        Variant("editor's anchor", lambda draw: _in_prose(draw, draw.editorial())),
    ),
)

ALLOWED = Trial(
    "irrelevant_anchor",
    guilty=(Variant("pharma anchor where casinos are the trade", _of_topic("pharma")),),
    innocent=(Variant("casino anchor where casinos are the trade", _of_topic("casino")),),
    instances=8,
    settings=replace(SHIPPED, allowed_topics=("casino",)),
)


def _comment(text: str) -> str:
    return (
        '<section id="comments" class="comments"><h3>2 comments</h3><ol class="comment-list"><li class="comment"><b>Anna</b>'
        "<p>Thank you for this, I had been wondering about it for years.</p></li>"
        f'<li class="comment"><b>Sam</b><p>{text}</p></li></ol></section>'
    )


def _with_comment(draw: Draw, links: Sequence[str]) -> Story:
    article, home = draw.article()
    text = f"Great post! I also like {', '.join(links)} very much."
    return Story([visit(home, article.url, before_end(article.markup, _comment(text)))])


def _forum(draw: Draw, links: Sequence[str]) -> Story:
    home = draw.home()
    replies = "".join(
        f'<div class="post-body" itemprop="comment" itemscope itemtype="https://schema.org/Comment"><p>{text}</p></div>'
        for text in (*draw.text(120), f"I bought mine at {' and also at '.join(links)} and never looked back.")
    )
    head = draw.rng.choice(('<meta name="generator" content="phpBB">', '<meta name="generator" content="Discourse 3.2">'))
    parts = Parts(head=head, below=f'<div itemscope itemtype="https://schema.org/DiscussionForumPosting">{replies}</div>')
    body = write(home, draw.rng, f"Topic: {draw.title()}", draw.text(60), parts)
    return Story([visit(home, home.url(f"/viewtopic.php?t={draw.rng.randrange(9999)}"), body)])


def _article_with(draw: Draw, links: Sequence[str]) -> Story:
    article, home = draw.article()
    inserts = [draw.sentence(link) for link in links]
    return Story([visit(home, article.url, with_prose(article, inserts))])


def _money(draw: Draw, count: int) -> list[str]:
    return [draw.link(anchor) for anchor in draw.money(count)]


def _brands(draw: Draw) -> list[str]:
    name = draw.site.brand[0]
    return [draw.link(anchor) for anchor in (name, f"the {name} website", f"https://{draw.site.site}/")]


def _round_up(draw: Draw) -> Story:
    home = draw.home()
    shops = [f"{shop}, which has been around for years" for shop in (*draw.others(8), *_brands(draw))]
    return Story([visit(home, home.url("/round-up"), write(home, draw.rng, "Shops we like", [*draw.text(), *shops]))])


def _one_anchor_often(draw: Draw) -> Story:
    anchor = draw.editorial()
    return _article_with(draw, [draw.link(anchor, target=f"https://{draw.site.site}{path}") for path in words.TARGETS[1:4]])


OPTIMISED = Trial(
    "optimised_links",
    guilty=(
        Variant("comment with three money links", lambda draw: _with_comment(draw, _money(draw, 3))),
        Variant("comment with two money links", lambda draw: _with_comment(draw, _money(draw, 2))),
        Variant("forum post with two money links", lambda draw: _forum(draw, _money(draw, 2))),
        Variant("guest post with three money links", lambda draw: _article_with(draw, _money(draw, 3))),
        Variant("guest post with four money links", lambda draw: _article_with(draw, _money(draw, 4))),
    ),
    innocent=(
        Variant("round-up with brand anchors", _round_up),
        Variant("comment with one money link", lambda draw: _with_comment(draw, _money(draw, 1))),
        Variant("comment with a brand and an address", lambda draw: _with_comment(draw, _brands(draw))),
        Variant("forum post with a brand and an address", lambda draw: _forum(draw, _brands(draw))),
        Variant(
            "article with two links that tell", lambda draw: _article_with(draw, [draw.link(a) for a in words.EDITORIAL[:2]])
        ),
        Variant("article with one anchor three times", _one_anchor_often),
        Variant(
            "comment with links to others", lambda draw: _with_comment(draw, [*draw.others(2), anchored(draw.target(), "this")])
        ),
    ),
)

TRIALS = (IRRELEVANT, ALLOWED, OPTIMISED)
