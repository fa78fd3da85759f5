"""Domains that belong together, and domains that merely share a roof."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from linkwatch.model import Severity
from trials import words
from trials.drawing import Draw, Home, Story, Visit, visit
from trials.variant import Trial, Variant
from trials.variants.copies import NEWS, text_of_article
from trials.written import NOTHING, Parts, spun, write

Make = Callable[[Draw], Story]


def _posts(
    draw: Draw, homes: Sequence[Home], parts: Parts = NOTHING, anchor: Callable[[Draw], str] | None = None, short: int = 150
) -> list[Visit]:
    """One post of each home, with a text and an anchor of its own."""
    visits = []
    for home in homes:
        words_of_link = (anchor or draw.rng.choice((Draw.brand, Draw.editorial)))(draw)
        text = [*draw.text(short), draw.sentence(draw.link(words_of_link))]
        visits.append(visit(home, home.url(f"/{draw.rng.randrange(10**6)}"), write(home, draw.rng, draw.title(), text, parts)))
    return visits


def _homes(draw: Draw, count: int) -> list[Home]:
    return [draw.home() for _ in range(count)]


def _network(draw: Draw) -> str:
    return f"{draw.rng.randint(81, 99)}.{draw.rng.randrange(250)}.{draw.rng.randrange(250)}.0/24"


def _one_id(domains: int, kind: str = "ad") -> Make:
    def make(draw: Draw) -> Story:
        homes, number = _homes(draw, domains), draw.rng.randrange(10**5, 10**6)
        if kind == "ad":
            return Story(_posts(draw, [replace(home, ad_id=f"ca-pub-9{number}{number}000") for home in homes]))
        tag = f"UA-{number}-3" if kind == "UA" else f"{kind}-{number}AB"
        source = f"https://www.googletagmanager.com/gtag/js?id={tag}"
        head = f'<script async src="{source}"></script><script>gtag("config", "{tag}");</script>'
        return Story(_posts(draw, homes, Parts(head=head), short=60))

    return make


def _id_in_prose(draw: Draw) -> Story:
    """Four tutorials that quote the same example id."""
    visits = []
    for home in _homes(draw, 4):
        text = [*draw.text(120), "Put your own id where the example says UA-1234567-1.", draw.sentence(draw.link(draw.brand()))]
        visits.append(visit(home, home.url("/tutorial"), write(home, draw.rng, draw.title(), text)))
    return Story(visits)


SHARED_ID = Trial(
    "shared_id",
    guilty=(
        Variant("one advertising id on four domains", _one_id(4)),
        Variant("one analytics id on three domains", _one_id(3, "UA")),
        Variant("one measurement id on five domains", _one_id(5, "G")),
        Variant("one tag container on twelve domains", _one_id(12, "GTM")),
    ),
    innocent=(
        Variant("an agency's id on sixty domains", _one_id(60, "GTM")),
        Variant("one id on two domains", _one_id(2)),
        Variant("an id quoted by four tutorials", _id_in_prose),
        Variant("ids of their own", lambda draw: Story(_posts(draw, _homes(draw, 5)))),
    ),
)


def _one_address(domains: int) -> Make:
    def make(draw: Draw) -> Story:
        network = _network(draw)
        return Story(_posts(draw, [replace(home, network=network) for home in _homes(draw, domains)], short=60))

    return make


def _behind_proxy(draw: Draw) -> Story:
    return Story(_posts(draw, [replace(home, network="") for home in _homes(draw, 8)]))


SHARED_ADDRESS = Trial(
    "shared_address",
    guilty=(Variant("six domains in one /24", _one_address(6)), Variant("fifteen domains in one /24", _one_address(15))),
    innocent=(
        Variant("eighty domains on a host", _one_address(80)),
        Variant("four domains in one /24", _one_address(4)),
        Variant("eight domains whose address is not known", _behind_proxy),
    ),
    least=Severity.INFO,
)


def _owned(draw: Draw, count: int) -> list[Home]:
    """Domains of one owner who hides nothing but the names: one id, one theme, the same outlinks."""
    first = draw.home()
    plugins, outlinks = tuple(sorted(draw.rng.sample(words.PLUGINS, 4))), tuple(draw.rng.sample(words.OTHERS, 9))
    return [
        replace(home, ad_id=first.ad_id, theme=first.theme, plugins=plugins, outlinks=outlinks)
        for home in (first, *_homes(draw, count - 1))
    ]


def _spun_posts(draw: Draw, homes: Sequence[Home]) -> list[Visit]:
    text, title = text_of_article(draw)
    visits = []
    for home, anchor in zip(homes, draw.money(len(homes)), strict=True):
        own = [*spun(text, draw.rng, 50), draw.sentence(draw.link(anchor))]
        visits.append(visit(home, home.url(f"/{draw.rng.randrange(10**6)}"), write(home, draw.rng, title, own)))
    return visits


def _everything(draw: Draw) -> Story:
    return Story(_spun_posts(draw, _owned(draw, 4)))


def _texts_and_theme(draw: Draw) -> Story:
    return Story(_spun_posts(draw, [replace(home, ad_id=draw.home().ad_id) for home in _owned(draw, 5)]))


def _two_pages_each(draw: Draw) -> Story:
    """As above, and each domain has a page of its own text as well."""
    homes = [replace(home, ad_id=draw.home().ad_id) for home in _owned(draw, 4)]
    return Story([*_spun_posts(draw, homes), *_posts(draw, homes, anchor=lambda draw: draw.money()[0])])


def _texts_and_id(draw: Draw) -> Story:
    first, *others = _homes(draw, 4)
    return Story(_spun_posts(draw, [first, *(replace(home, ad_id=first.ad_id) for home in others)]))


def _id_and_outlinks(draw: Draw) -> Story:
    return Story(_posts(draw, _owned(draw, 6), anchor=lambda draw: draw.money()[0]))


def _platform(draw: Draw) -> Story:
    """Blogs of one platform: its theme, its address, its two links in the sidebar."""
    network = _network(draw)
    homes = [replace(home, theme="astra", plugins=("akismet", "jetpack"), network=network) for home in _homes(draw, 8)]
    head = '<meta name="generator" content="WordPress.com">'
    footer = '<a href="https://wordpress.com/">Blog at WordPress.com</a>'
    return Story(_posts(draw, homes, Parts(head=head, footer=footer)))


def _media_group(draw: Draw) -> Story:
    """Papers of one house: its id and its theme, each with news of its own."""
    first = draw.home()
    homes = [replace(home, ad_id=first.ad_id, theme=first.theme) for home in (first, *_homes(draw, 5))]
    return Story(_posts(draw, homes, Parts(head=NEWS.format(published="2026-11-16T08:00:00Z")), anchor=Draw.editorial))


def _wire(draw: Draw) -> Story:
    text, title = text_of_article(draw)
    text = [f"LONDON (Reuters) - {text[0]}", *text[1:], draw.sentence(draw.link(draw.site.site))]
    return Story([visit(home, home.url("/wire"), write(home, draw.rng, title, text)) for home in _homes(draw, 5)])


def _strangers(draw: Draw) -> Story:
    return Story(_posts(draw, _homes(draw, 6), anchor=lambda draw: draw.money()[0]))


NETWORK = Trial(
    "link_network",
    guilty=(
        Variant("one id, spun texts, the same outlinks", _everything),
        Variant("spun texts, one theme with its plugins, the same outlinks", _texts_and_theme),
        Variant("spun texts, texts of their own, and the same outlinks", _two_pages_each),
        Variant("one id and spun texts", _texts_and_id),
        Variant("one id and the same outlinks", _id_and_outlinks),
    ),
    innocent=(
        Variant("a shared host", _one_address(30)),
        Variant("papers of one house", _media_group),
        Variant("blogs of one platform", _platform),
        Variant("an agency's story", _wire),
        Variant("strangers with money anchors", _strangers),
    ),
)

TRIALS = (SHARED_ID, SHARED_ADDRESS, NETWORK)
