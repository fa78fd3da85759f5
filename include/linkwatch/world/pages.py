"""What the servers of the example web send: pages like a small blog's, and the pages that stand for something else.

Everything is worked out from the page's address and the night: the same arguments give the same bytes. Nothing here knows
what is told of a link.
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import zip_longest
from random import Random

from linkwatch.model import Zone
from linkwatch.world import stand_ins
from linkwatch.world.scenes import Host, Link, Scene, night_name

_ENGLISH = """
garden path bench timber hedge border meadow orchard terrace gravel compost spade trowel barrow lantern trellis pergola frost
dew morning autumn spring winter harvest seedling root branch blossom fern moss clay loam mulch rain barrel gutter fence gate
arch stone brick mortar sleeper planter pot saucer watering rose lavender thyme sage mint apple pear plum quiet corner south
wall slope shade light wind shelter neighbour weekend project drawing plan measure level string peg saw plane chisel screw
hinge bracket oil brush linen cushion table kettle notebook robin swift owl hedgehog bee pond"""
_ENGLISH_LINKING = "the a our this every and with under beside after before without near along between for from into over"
_RUSSIAN = """
сад скамейка дорожка забор калитка яблоня груша слива земля компост лопата грабли тачка фонарь беседка весна осень зима лето
утро роса дождь бочка камень кирпич доска брус пила рубанок петля масло кисть стол чайник тетрадь сосед выходные план рисунок
верёвка колышек трава мох папоротник лаванда мята тень свет ветер стена склон уголок пруд пчела ёж"""
_RUSSIAN_LINKING = "и в на под около после перед без возле между для из над этот наш каждый где"
_WORDS = {"en": (_ENGLISH.split(), _ENGLISH_LINKING.split()), "ru": (_RUSSIAN.split(), _RUSSIAN_LINKING.split())}

_OUTSIDE_FIRST = ("herb", "lawn", "shed", "patio", "barn", "moor", "glen", "tarn")
_OUTSIDE_LAST = ("weekly", "notes", "club", "forum", "wiki", "atlas", "letters", "press", "market", "society")
_OUTSIDE = tuple(f"{first}-{last}.example" for first in _OUTSIDE_FIRST for last in _OUTSIDE_LAST)
_LARGE_BYTES = 2_600_000  # above max_body_bytes of the world's settings


def seeded(*parts: object) -> Random:
    """Random numbers that depend on nothing but `parts`."""
    return Random("\n".join(map(str, parts)))  # noqa: S311 - repeatable make-believe, no secret


def article(
    host: Host,
    url: str,
    scene: Scene,
    links: Sequence[Link],
    *,
    words: int,
    fillers: int,
    text_of: str,
    stamp: str,
    byline: str = "",
    advertiser: str = "",
) -> str:
    """A page that reads like one: header, menu, article, comments, sidebar and footer, with these watched links in their zones.

    `text_of` seeds the text, so that two addresses can share it; `stamp` is a remark that changes the bytes and nothing else;
    `byline` stands below the heading, and `advertiser` is the account that the page shows advertisements for.
    """
    title, paragraphs, comments, commented = _text(host.language, text_of, words)
    placed = {zone: [_anchor(link) for link in links if link.zone is zone and not link.hidden] for zone in Zone}
    outside = seeded("outside", text_of)
    cited = outside.sample(_OUTSIDE, 0 if 0 < words < 100 else 3) + [_OUTSIDE[at % len(_OUTSIDE)] for at in range(fillers)]
    recent = [f'<a href="/archive/{number}/">{_heading(outside, host.language)}</a>' for number in range(1, 5)]
    replies = "".join(_comment(*pair) for pair in zip_longest(comments, placed[Zone.COMMENT], fillvalue=""))
    hidden = [_anchor(link) for link in links if link.hidden]
    return _PAGE.format(
        language=host.language,
        charset=host.charset,
        title=title,
        name=host.name.removeprefix("www.").partition(".")[0].replace("-", " ").title(),
        head=_head(url, scene) + (_ADS.format(advertiser=advertiser) if advertiser else ""),
        byline=f'<p class="byline">{escape(byline)}</p>\n' if byline else "",
        menu=_items([*_MENU, *placed[Zone.NAV]]),
        body=_with_links(paragraphs, placed[Zone.CONTENT], [_outside_anchor(*found) for found in enumerate(cited)]),
        hidden=_hidden([*hidden, *(_outside_anchor(0, name) for name in outside.sample(_OUTSIDE, 3))]) if hidden else "",
        comments=_COMMENTS.format(replies=replies) if commented or placed[Zone.COMMENT] else "",
        recent=_items(recent),
        friends=_items([*placed[Zone.SIDEBAR], _outside_anchor(1, outside.choice(_OUTSIDE))]),
        footer="".join(f"<p>{anchor}</p>\n" for anchor in placed[Zone.FOOTER]),
        stamp=stamp,
    )


def error_page(status: int) -> str:
    """The short page that goes with an error status."""
    return f"<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>{status}</h1><p>nginx</p></body></html>\n"


def stand_in(kind: str, host: str) -> str:
    """A page with status 200 that is not the page: an error, a parked domain, a challenge, an application's shell."""
    wall = stand_ins.WALLS.get(kind)
    html = wall.html if wall else stand_ins.PAGES.get(kind) or _STAND_INS[kind]
    return html.replace("HOST", escape(host))


def garbled_page(seed: str) -> bytes:
    """Bytes of no charset: a page that was compressed once more than its headers say."""
    return seeded("garbled", seed).randbytes(6_000)


def large_page() -> bytes:
    """A page above the size that the world's settings allow."""
    paragraph = b"<p>pond</p>"
    start = b"<!DOCTYPE html><html><head><title>Album</title></head><body>"
    return start + paragraph * (_LARGE_BYTES // len(paragraph)) + b"</body></html>"


def stamp_of(night: int) -> str:
    """A cache plug-in's remark, for servers without validators: every night other bytes."""
    return f"<!-- cached {night_name(night)} -->\n"


def _head(url: str, scene: Scene) -> str:
    robots = f'<meta name="robots" content="{escape(scene.robots)}">\n' if scene.robots else ""
    # An article that moved names no canonical: the new address would be one more thing to tell.
    return robots if scene.to else f'{robots}<link rel="canonical" href="{escape(scene.canonical or url)}">\n'


def _anchor(link: Link) -> str:
    rel = f' rel="{link.rel}"' if link.rel else ""
    text = escape(link.anchor)
    if link.image:
        text = f'<img src="/wp-content/uploads/badge.png" width="180" height="60" alt="{text}">'
    return f'<a href="{escape(link.href)}"{rel}>{text}</a>'


def _outside_anchor(number: int, host: str) -> str:
    path = f"{number}/" if number else ""
    return f'<a href="http://{host}/{path}">{host.partition(".")[0].replace("-", " ")}</a>'


def _items(anchors: Sequence[str]) -> str:
    return "".join(f"<li>{anchor}</li>" for anchor in anchors)


def _hidden(anchors: Sequence[str]) -> str:
    return f'\n<div style="display:none"><ul>{_items(anchors)}</ul></div>'


def _comment(text: str, anchor: str) -> str:
    return f'<li class="comment"><div class="comment-body"><p>{text} {anchor}</p></div></li>\n'


def _with_links(paragraphs: Sequence[str], watched: Sequence[str], cited: Sequence[str]) -> str:
    """Paragraphs with the watched links first and the others spread after them, one a paragraph where there is room."""
    rows = list(paragraphs)
    for number, anchor in enumerate([*watched, *cited]):
        at = number % len(rows)
        rows[at] = f"{rows[at]} See {anchor} for more."
    return "\n".join(f"<p>{row}</p>" for row in rows)


@lru_cache(maxsize=4096)
def _text(language: str, text_of: str, words: int) -> tuple[str, tuple[str, ...], tuple[str, ...], bool]:
    """Title, paragraphs, two comments and whether they stand there; `words` of the paragraphs, or 0 for 150 to 500."""
    random = seeded("text", text_of)
    left = words or random.randint(150, 500)
    paragraphs = []
    while left > 0:
        size = min(left, random.randint(40, 70))
        paragraphs.append(_sentences(random, language, size))
        left -= size
    comments = (_sentences(random, language, 14), _sentences(random, language, 9))
    return _heading(random, language).capitalize(), tuple(paragraphs), comments, not words and random.random() < 0.4


def _heading(random: Random, language: str) -> str:
    return " ".join(random.sample(_WORDS[language][0], 4))


def _sentences(random: Random, language: str, count: int) -> str:
    nouns, linking = _WORDS[language]
    half = count // 2 + 1
    pairs = zip(random.choices(linking, k=half), random.choices(nouns, k=half), strict=True)
    drawn = [word for pair in pairs for word in pair]
    return " ".join(" ".join(drawn[start : min(start + 12, count)]).capitalize() + "." for start in range(0, count, 12))


_MENU = tuple(f'<a href="/{slug}/">{slug.title()}</a>' for slug in ("news", "about", "projects", "contact"))
_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="{charset}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – {name}</title>
{head}<meta name="generator" content="WordPress 6.7">
<link rel="stylesheet" href="/wp-content/themes/twentytwenty/style.css?ver=6.7">
</head>
<body class="post-template-default single single-post">
<header class="site-header"><p class="site-title"><a href="/" rel="home">{name}</a></p>
<nav class="main-navigation" aria-label="Primary"><ul>{menu}</ul></nav></header>
<main id="content" class="site-main">
<article class="post hentry">
<h1 class="entry-title">{title}</h1>
{byline}<div class="entry-content">
{body}{hidden}
</div>
</article>
{comments}</main>
<aside class="sidebar widget-area"><h2>Recent</h2><ul>{recent}</ul><h2>Friends</h2><ul>{friends}</ul></aside>
<footer class="site-footer">
{footer}<p>© 2026 {name} · <a href="/privacy/">Privacy</a> · <a href="http://blogware.example/">Blogware</a></p></footer>
{stamp}</body>
</html>
"""
_ADS = '<script async src="https://ads.example/show.js?client={advertiser}"></script>\n'
_COMMENTS = '<section id="comments" class="comments-area"><ol class="comment-list">\n{replies}</ol></section>\n'
_STAND_INS = {
    "soft_404": (
        '<!DOCTYPE html>\n<html lang="en"><head><title>404 – Page not found</title></head><body>'
        '<header><a href="/">HOST</a></header>'
        "<main><h1>Page not found</h1>"
        "<p>Sorry, the page you are looking for does not exist.</p></main></body></html>\n"
    ),
    "parked": (
        '<!DOCTYPE html>\n<html lang="en"><head><title>HOST – This domain is for sale</title>'
        '<script src="https://www.sedoparking.com/frmpark/HOST/park.js"></script></head><body><h1>HOST</h1>'
        '<p>This domain is for sale. <a href="https://sedo.com/search/details/?domain=HOST">Buy this domain</a></p>'
        '<p><a href="https://www.bodis.com/?d=HOST">Related searches</a></p></body></html>\n'
    ),
    "challenge": (
        '<!DOCTYPE html>\n<html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow">'
        '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></head><body><div class="main-wrapper">'
        '<h1>HOST</h1><p id="cf-chl-widget">Checking your browser before accessing HOST.</p>'
        '<form id="challenge-form" action="/?__cf_chl_f_tk=1" method="POST"></form>'
        "<noscript>Enable JavaScript and cookies to continue</noscript></div></body></html>\n"
    ),
    "app_shell": (
        '<!DOCTYPE html>\n<html lang="en"><head><title>App</title>'
        '<script type="module" src="/assets/index-5f3c.js"></script></head>'
        '<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body></html>\n'
    ),
}
