"""Links that were paid for, exchanged, or listed for the asking."""

from collections.abc import Callable
from dataclasses import replace

from linkwatch.model import FetchedPage, Severity
from trials import words
from trials.articles import after_prose, with_prose
from trials.drawing import Draw, Story, anchored, visit
from trials.variant import SHIPPED, Trial, Variant
from trials.written import NOTHING, Parts, write

Make = Callable[[Draw], Story]


def _labelled(label: str, rel: str = "", anchor: Callable[[Draw], str] = Draw.editorial) -> Make:
    """A box within a real article, under a label of its own."""

    def make(draw: Draw) -> Story:
        article, home = draw.article()
        link = draw.link(anchor(draw), rel)
        box = f'<span class="label">{label}</span><p>Walkers and runners swear by {link}, which has them all.</p>'
        block = f'<div class="box">{box}</div>'
        return Story([visit(home, article.url, after_prose(article, block, len(article.spots) // 2))])

    return make


def _page(top: str, rel: str = "", query: str = "", title: str = "") -> Make:
    """A page of a small site whose head says what it is."""

    def make(draw: Draw) -> Story:
        home = draw.home()
        link = draw.link(draw.editorial(), rel, draw.target() + query)
        text = draw.text(250)
        text.insert(1, draw.sentence(link))
        body = write(home, draw.rng, title or draw.title(), text, Parts(top=top) if top else NOTHING)
        return Story([visit(home, home.url(f"/{draw.rng.randrange(9999)}"), body)])

    return make


def _in_prose(said: str) -> Make:
    """An article that speaks of advertising, in another paragraph than its link."""

    def make(draw: Draw) -> Story:
        article, home = draw.article()
        body = with_prose(article, [said, "", draw.sentence(draw.link(draw.editorial()))])
        return Story([visit(home, article.url, body)])

    return make


PAID = Trial(
    "unqualified_paid",
    guilty=(
        Variant("box labelled as sponsored", _labelled("Sponsored post", anchor=lambda draw: draw.money()[0])),
        Variant("box labelled as advertorial", _labelled("Advertorial")),
        Variant("category of paid posts", _page('<p class="category">Sponsored content</p>')),
        Variant("byline that names the payer", _page('<p class="byline">Sponsored by our friends at the shop</p>')),
        Variant("German advertisement", _page('<p class="kicker">Anzeige</p>')),
        Variant("address of a paid campaign", _page("", query="?utm_source=blog&utm_medium=paid&utm_campaign=autumn")),
        Variant("address of an affiliate", _page("", query="?aff_id=4711")),
        Variant("title that says so", _page("", title="Sponsored post: what to walk in this winter")),
    ),
    innocent=(
        Variant("box labelled as sponsored, rel=sponsored", _labelled("Sponsored post", "sponsored")),
        Variant("box labelled as advertorial, rel=nofollow", _labelled("Advertorial", "nofollow noopener")),
        Variant("category of paid posts, rel=sponsored", _page('<p class="category">Sponsored content</p>', "sponsored")),
        Variant("news in partnership with a paper", _page('<p class="byline">In partnership with the local paper</p>')),
        Variant("address of a newsletter", _page("", query="?utm_source=news&utm_medium=email")),
        Variant(
            "article about advertising",
            _in_prose("Critics say that sponsored content and the advertorial have become hard to tell from news."),
        ),
        Variant("affiliate's address, rel=sponsored", _page("", "sponsored", query="?aff_id=4711")),
    ),
)


def _entries(draw: Draw, count: int, described: int, domains: int = 0) -> str:
    """A list of links to others, each with so many words beside it."""
    lines = []
    for n in range(count):
        number = n % domains if domains else n
        url = f"https://{words.FIRST[number % 24]}-{words.LAST[number // 24 % 24]}-site.example/{n if domains else ''}"
        told = " ".join(" ".join(draw.text(described)).split()[:described]) if described else ""
        lines.append(f"<li>{anchored(url, url.split('/')[2])} {told}</li>")
    return "<ul>" + "".join(lines) + "</ul>"


def _ours(draw: Draw, listed: str, described: int) -> str:
    told = " ".join(" ".join(draw.text(described)).split()[:described]) if described else ""
    return listed.replace("</ul>", f"<li>{draw.link(draw.brand())} {told}</li></ul>")


def _links_page(path: str, title: str, count: int, described: int, *, back: bool = False) -> Make:
    def make(draw: Draw) -> Story:
        home = draw.home()
        listed = _ours(draw, _entries(draw, count, described), described)
        body = write(home, draw.rng, title, ["Here is where our friends are."], Parts(below=listed))
        return Story([visit(home, home.url(path), body)], own_links=[f"https://{home.domain}/"] if back else ())

    return make


def _article(*, back: bool) -> Make:
    def make(draw: Draw) -> Story:
        article, home = draw.article()
        body = with_prose(article, [draw.sentence(draw.link(draw.editorial()))])
        return Story([visit(home, article.url, body)], own_links=[f"https://{home.domain}/"] if back else ())

    return make


RECIPROCAL = Trial(
    "reciprocal_link",
    guilty=(
        Variant("links page, linked back", _links_page("/links.html", "Links", 30, 0, back=True)),
        Variant("page of partners, linked back", _links_page("/partners", "Our partners", 24, 0, back=True)),
        Variant("page of friends, linked back", _links_page("/friends", "Friends and link exchange", 40, 2, back=True)),
    ),
    innocent=(
        Variant("links page, not linked back", _links_page("/links.html", "Links", 30, 0)),
        Variant("article, linked back", _article(back=True)),
        Variant("article, not linked back", _article(back=False)),
    ),
    least=Severity.INFO,
    together=4,
)


def _exchanges(ours: int, new: int) -> Make:
    """So many domains that came to link to us within a month, in their articles; to the first few of them we link as well."""

    def make(draw: Draw) -> Story:
        homes, visits = [draw.home() for _ in range(new)], []
        for home in homes:
            title, text = draw.title(), draw.text(120)
            linked = [*text, draw.sentence(draw.link(draw.editorial()))]
            for days_ago, shown in ((20, text), (0, linked)):
                visits.append(visit(home, home.url("/post"), write(home, draw.rng, title, shown), days_ago))
        own_links = [f"https://{home.domain}/" for home in homes[:ours]]
        return Story(visits, own_links=own_links, background=frozenset(home.domain for home in homes[ours:]))

    return make


HABIT = Trial(
    "reciprocal_link",
    guilty=(
        Variant("6 of 10 new domains, linked back", _exchanges(6, 10)),
        Variant("8 of 24 new domains, linked back", _exchanges(8, 24)),
    ),
    innocent=(
        Variant("2 of 16 new domains, linked back", _exchanges(2, 16)),
        Variant("1 of 3 new domains, linked back", _exchanges(1, 3)),
    ),
    least=Severity.INFO,
    together=8,
    instances=16,
    site_each=True,
)

PARTNER = Trial(
    "partner_page",
    guilty=(
        Variant("links page", _links_page("/links.html", "Links", 40, 0)),
        Variant("page of partners", _links_page("/partners/", "Our partners", 30, 1)),
        Variant("link exchange", _links_page("/link-exchange", "Link exchange", 60, 3)),
        Variant("resources without a word", _links_page("/resources", "Resources", 50, 0)),
    ),
    innocent=(
        Variant("resources, described", _links_page("/resources", "Resources for walkers", 20, 30)),
        Variant("links page, described", _links_page("/links.html", "Links", 25, 20)),
        Variant("news of a partner", _article(back=False)),
        Variant("ordinary list in a post", _page("")),
    ),
)


def _known_partner(draw: Draw) -> Story:
    story = _links_page("/partners/", "Our partners", 30, 1)(draw)
    return replace(story, visits=[replace(entry, page=_at(entry.page, "known-partner.example")) for entry in story.visits])


def _at(page: FetchedPage, domain: str) -> FetchedPage:
    old = page.url.split("/")[2]
    url = page.url.replace(old, domain)
    return replace(page, url=url, final_url=url, body=page.body.replace(old.encode(), domain.encode()))


KNOWN_PARTNER = Trial(
    "partner_page",
    guilty=(Variant("stranger's page of partners", _links_page("/partners/", "Our partners", 30, 1)),),
    innocent=(Variant("known partner's page of partners", _known_partner),),
    together=1,
    instances=2,
    settings=replace(SHIPPED, partners=("known-partner.example",)),
)


def _directory(count: int, described: int, domains: int, path: str = "/directory/outdoor") -> Make:
    def make(draw: Draw) -> Story:
        home = draw.home()
        listed = _ours(draw, _entries(draw, count, described, domains), described)
        body = write(home, draw.rng, "Web directory: outdoor", ["Sites of this category."], Parts(below=listed))
        return Story([visit(home, home.url(path), body)])

    return make


DIRECTORY = Trial(
    "low_directory",
    guilty=(
        Variant("120 sites without a word", _directory(120, 0, 110)),
        Variant("160 sites, three words each", _directory(160, 3, 150)),
        Variant("bookmarks", _directory(130, 1, 70, "/bookmarks/shopping")),
        Variant("companies", _directory(60, 2, 60, "/companies/shoes")),
    ),
    innocent=(
        Variant("60 sites, each described", _directory(60, 25, 60)),
        Variant("20 sites, named", _directory(20, 2, 20)),
        Variant("120 sites, each described", _directory(120, 20, 110)),
        Variant("article", _article(back=False)),
    ),
)

TRIALS = (PAID, RECIPROCAL, HABIT, PARTNER, KNOWN_PARTNER, DIRECTORY)
