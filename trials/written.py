"""Pages that trials write themselves, where many domains or many pages of one are needed: small sites, in real sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from trials.drawing import Home, anchored


@dataclass(frozen=True, slots=True)
class Parts:
    """What a page has beside its text; pieces of markup, "" for none."""

    head: str = ""
    top: str = ""  # between headline and text
    below: str = ""  # behind the text, within the article
    sidebar: str = ""
    comments: str = ""
    footer: str = ""
    behind: str = ""  # behind </html>
    nav: str = ""


NOTHING = Parts()


def write(home: Home, rng: Random, title: str, text: Sequence[str], parts: Parts = NOTHING, *, lang: str = "en") -> str:
    """A page of a home in its theme; paragraphs of `text` are markup. A few links lead to where the home likes to link."""
    paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in text)
    liked = "".join(f"<li>{anchored(f'https://{domain}/', domain.partition('.')[0])}</li>" for domain in home.outlinks)
    theme = home.theme
    styles = "".join(
        f'<script src="/wp-content/plugins/{plugin}/{plugin}.js?ver=6.{rng.randrange(9)}"></script>' for plugin in home.plugins
    )
    return f"""<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="/wp-content/themes/{theme}/style.css">{styles}
<script async src="https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client={home.ad_id}"></script>
{parts.head}</head>
<body class="{theme}-body"><header class="{theme}-header"><a href="/">{home.domain}</a>
<nav class="{theme}-menu"><ul><li><a href="/">Home</a></li><li><a href="/archive">Archive</a></li>
<li><a href="/about">About</a></li><li><a href="/contact">Contact</a></li></ul>{parts.nav}</nav></header>
<main class="{theme}-main"><article class="post {theme}-post"><h1>{title}</h1>{parts.top}
{paragraphs}{parts.below}</article>{parts.comments}</main>
<aside class="{theme}-sidebar"><div class="widget widget-recent"><h3>Elsewhere</h3><ul>{liked}</ul></div>{parts.sidebar}</aside>
<footer class="{theme}-footer"><p>Published by {home.domain}. All rights reserved.</p>{parts.footer}</footer>
</body></html>{parts.behind}"""


def bare(title: str, body: str, head: str = "") -> str:
    """A page of nothing but a title and a body."""
    return f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{head}</head><body>{body}</body></html>'


def spun(text: Sequence[str], rng: Random, every: int) -> list[str]:
    """The text with one word of every `every` exchanged: of 50, two copies share 0.67 of their shingles at least."""
    others = [word for paragraph in text for word in paragraph.split() if word.isalpha()]
    told = [paragraph.split() for paragraph in text]
    places = [(row, place) for row, paragraph in enumerate(told) for place in range(len(paragraph))]
    for start in range(0, len(places) - every + 1, every):
        row, place = places[start + rng.randrange(every)]
        told[row][place] = rng.choice(others)
    return [" ".join(paragraph) for paragraph in told]
