"""Pages to read: about 53 KB and 88 links each, shaped like a WordPress post. Seeded: the same pages on every machine.

Four of five link to the watched site, from the text, a comment or the footer, plain or with attributes. Addresses are in their
canonical spelling, so that a rival that does not canonicalise finds the same targets.
"""

import random
from pathlib import Path

WATCHED = "own-shop.example"
SEED = 20261122

_LETTERS = "aeioubcdfghklmnprstvw"
_INTERNAL_LINKS = 62
_EXTERNAL_LINKS = 25
_WORDS = 2_200  # of the text itself
_PARAGRAPHS = 22


def write_pages(folder: str, count: int) -> list[str]:
    """Write pages as `<folder>/p/00000.html`, …; returns their paths as a server serves them."""
    target = Path(folder, "p")
    target.mkdir(parents=True, exist_ok=True)
    vocabulary = _vocabulary(random.Random(SEED))  # noqa: S311  # data, not secrets
    paths = []
    for number in range(count):
        (target / f"{number:05}.html").write_text(page(number, vocabulary), encoding="utf-8")
        paths.append(f"/p/{number:05}.html")
    return paths


def page(number: int, vocabulary: list[str]) -> str:
    """The page of that number."""
    rng = random.Random(SEED * 1_000_003 + number)  # noqa: S311  # data, not secrets

    def words(count: int) -> str:
        return " ".join(rng.choices(vocabulary, k=count))

    inner = [f"/{rng.choice(vocabulary)}/{rng.choice(vocabulary)}-{rng.randrange(9999)}/" for _ in range(_INTERNAL_LINKS)]
    outer = [_elsewhere(rng, vocabulary) for _ in range(_EXTERNAL_LINKS)]
    if number % 5:
        outer.insert(rng.randrange(len(outer)), _watched(rng, vocabulary))
    rest = outer[: len(outer) // 2]
    paragraphs = []
    for _ in range(_PARAGRAPHS):
        link = rest.pop() if rest else rng.choice(inner)
        rel = rng.choice(("", "", ' rel="nofollow"', ' rel="noopener" target="_blank"'))
        link = f'<a href="{link}"{rel} class="wp-block-link">{words(3)}</a>'
        paragraphs.append(f"<p>{words(30)} {link} {words(_WORDS // _PARAGRAPHS - 30)}</p>{_picture(rng, inner[0])}")
    menu = "".join(f'<li id="menu-item-{n}" class="menu-item"><a href="{inner[n]}">{words(2)}</a></li>' for n in range(20))
    recent = "".join(f'<li><a href="{inner[20 + n]}">{words(5)}</a></li>' for n in range(16))
    tags = " ".join(f'<a href="{inner[36 + n]}" class="tag-cloud-link tag-link-{n}">{words(1)}</a>' for n in range(16))
    comments = "".join(_comment(n, link, words(40), words(2)) for n, link in enumerate(outer[len(outer) // 2 : -4]))
    footer = " ".join(f'<a href="{link}" rel="noopener">{words(2)}</a>' for link in outer[-4:])
    title = words(6)
    return _TEMPLATE.format(
        title=title,
        style=_STYLE,
        script=_SCRIPT,
        menu=menu,
        text="\n".join(paragraphs),
        comments=comments,
        recent=recent,
        tags=tags,
        footer=footer,
        sheets=_SHEETS,
        scripts=_SCRIPTS,
    )


def _vocabulary(rng: random.Random) -> list[str]:
    return ["".join(rng.choices(_LETTERS, k=rng.randint(2, 10))) for _ in range(4_000)]


def _elsewhere(rng: random.Random, vocabulary: list[str]) -> str:
    name = vocabulary[int(len(vocabulary) * rng.random() ** 3)]  # some hosts are linked from everywhere
    host = f"{('www.', '', 'blog.')[len(name) % 3]}{name}{('.com', '.org', '.co.uk', '.de')[len(name) % 4]}"
    return f"https://{host}/{rng.choice(vocabulary)}/{rng.choice(('', 'index.php', '?p=17', 'a-b-c/'))}"


def _watched(rng: random.Random, vocabulary: list[str]) -> str:
    return f"https://{rng.choice(('www.', '', 'shop.'))}{WATCHED}/{rng.choice(vocabulary)}/{rng.randrange(500)}/"


def _comment(number: int, link: str, text: str, name: str) -> str:
    return (
        f'<li id="comment-{number}" class="comment depth-1"><article class="comment-body"><footer class="comment-meta">'
        f'<b class="fn"><a href="{link}" rel="ugc external nofollow" class="url">{name}</a></b> <span class="says">says:</span>'
        f'</footer><div class="comment-content"><p>{text}</p></div></article></li>\n'
    )


def _picture(rng: random.Random, path: str) -> str:
    if rng.random() < 0.4:
        return ""
    name = f"/wp-content/uploads/2026/{rng.randrange(1, 12):02}{path.rstrip('/')}"
    sizes = ", ".join(f"{name}-{width}x{width * 3 // 4}.jpg {width}w" for width in (300, 768, 1024))
    image = (
        f'<img decoding="async" width="1024" height="768" src="{name}.jpg" srcset="{sizes}" alt="" class="wp-image-{len(path)}">'
    )
    return f'<figure class="wp-block-image size-large" style="margin-top:{rng.randrange(40)}px">{image}</figure>'


_SHEETS = "\n".join(
    f'<link rel="stylesheet" id="sheet-{n}-css" href="/wp-content/plugins/p{n}/style.css?ver=6.{n}">' for n in range(14)
)
_SCRIPTS = "\n".join(
    f'<script src="/wp-content/plugins/p{n}/view.min.js?ver=6.{n}" id="view-{n}-js" defer></script>' for n in range(14)
)
_STYLE = "\n".join(
    f".wp-block-{n}{{margin:0 auto;padding:{n}px {n}rem;color:var(--wp--preset--color--{n});display:{('block', 'flex')[n % 2]}}}"
    for n in range(120)
)
_SCRIPT = "".join(f"window.wp=window.wp||{{}};wp.i{n}=function(a,b){{return a<b?b-a:{n}*(a+b)}};" for n in range(60))
_TEMPLATE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><meta name="robots" content="max-image-preview:large">
<link rel="alternate" type="application/rss+xml" href="/feed/">{sheets}<style id="global-styles-inline-css">{style}</style>
<script>{script}</script></head>
<body class="post-template-default single single-post wp-embed-responsive">
<a class="skip-link screen-reader-text" href="#main">Skip</a>
<header id="masthead" class="site-header">
<nav id="site-navigation" class="main-navigation"><ul id="primary-menu" class="menu">{menu}</ul></nav></header>
<div id="content" class="site-content"><main id="main"><article class="post type-post status-publish hentry">
<header class="entry-header"><h1 class="entry-title">{title}</h1></header><div class="entry-content">{text}</div></article>
<div id="comments" class="comments-area"><ol class="comment-list">{comments}</ol></div></main>
<aside id="secondary" class="widget-area"><section class="widget"><ul>{recent}</ul></section>
<section class="widget"><div class="tagcloud">{tags}</div></section></aside></div>
<footer id="colophon" class="site-footer"><div class="site-info">{footer}</div></footer>{scripts}</body></html>
"""
