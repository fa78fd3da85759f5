"""What one trial is made of: seeded homes, articles that nobody else has tonight, texts, anchors, and pages as fetched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from linkwatch.model import FetchedPage, Outcome, Site
from linkwatch.urls import canonical_url
from trials import words
from trials.articles import Article, moved

SENTENCE_WORDS = (8, 45)


@dataclass(frozen=True, slots=True)
class Home:
    """A domain with an owner of its own: where it is served from, its ids, and what it is built with."""

    domain: str
    network: str
    ad_id: str
    theme: str
    plugins: tuple[str, ...]
    outlinks: tuple[str, ...]  # domains that its pages like to link to

    def url(self, path: str) -> str:
        """Address of one of its pages."""
        return canonical_url(f"https://{self.domain}{path}")


@dataclass(frozen=True, slots=True)
class Visit:
    """A page as it was fetched, so many days before tonight."""

    page: FetchedPage
    days_ago: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What one trial brings to its night. All domains in it are guilty, or all are innocent, as its variant says."""

    visits: Sequence[Visit]
    own_links: Sequence[str] = ()  # pages of others that the own site links to
    disavowed: Sequence[str] = ()  # domains that people decided to disavow
    nightly: Sequence[tuple[int, int, int]] = ()  # of each night before: new domains, pages looked at, claims
    jump: float = 1.0  # tonight's looks by those of other nights
    background: frozenset[str] = frozenset()  # domains that are there to compare with: neither guilty nor judged


@dataclass(slots=True)
class Shelf:
    """What a night's trials share, so that none has what another has."""

    rng: Random
    articles: list[Article]  # English ones with prose, one a publisher, shuffled
    sentences: Sequence[str]
    homes: Iterator[Home] = field(init=False)

    def __post_init__(self) -> None:
        self.homes = _homes(self.rng)


@dataclass(slots=True)
class Draw:
    """Hands out what a variant asks for."""

    shelf: Shelf
    rng: Random
    site: Site

    def home(self) -> Home:
        """A domain of its own."""
        return next(self.shelf.homes)

    def article(self, least_words: int = 0, most_words: int = 10**6) -> tuple[Article, Home]:
        """A real article that no other trial of the night has, moved to a new home."""
        fitting = (n for n, entry in enumerate(self.shelf.articles) if least_words <= entry.words <= most_words)
        home = self.home()
        return moved(self.shelf.articles.pop(next(fitting)), home.domain), home

    def text(self, least_words: int = 200) -> list[str]:
        """Paragraphs of real sentences in an order of their own: no two texts have much in common."""
        paragraphs, told = [], 0
        while told < least_words:
            sentences = self.rng.sample(self.shelf.sentences, self.rng.randint(2, 4))
            paragraphs.append(" ".join(sentences))
            told += len(paragraphs[-1].split())
        return paragraphs

    def title(self) -> str:
        """A headline: the start of a sentence."""
        return " ".join(self.rng.choice(self.shelf.sentences).split()[: self.rng.randint(5, 9)]).rstrip(",;:")

    def target(self) -> str:
        """A page of the watched site."""
        return f"https://{self.site.site}{self.rng.choice(words.TARGETS)}"

    def link(self, anchor: str, rel: str = "", target: str = "") -> str:
        """A link to the watched site."""
        return anchored(target or self.target(), anchor, rel)

    def money(self, count: int = 1) -> list[str]:
        """Different anchors that a shop would like to be found for."""
        return self.rng.sample(words.MONEY, count)

    def brand(self) -> str:
        """A brand, URL or generic anchor."""
        name = self.site.brand[0]
        return self.rng.choice((name, f"the {name} website", self.site.site, f"https://{self.site.site}/", *words.GENERIC))

    def editorial(self) -> str:
        """An anchor as an editor writes it."""
        return self.rng.choice(words.EDITORIAL)

    def sentence(self, link: str) -> str:
        """A sentence around a link, as an editor adds it."""
        return self.rng.choice(_SENTENCES).format(link)

    def others(self, count: int) -> list[str]:
        """Links to other sites, in one line each."""
        domains = self.rng.sample(words.OTHERS, count)
        return [anchored(f"https://{domain}/", domain.partition(".")[0].title()) for domain in domains]

    def spam(self, count: int, topics: Sequence[str] = tuple(words.SPAM_HOSTS)) -> list[str]:
        """Links to other sites as a hacked page has them."""
        found = [(host, anchor) for topic in topics for host in words.SPAM_HOSTS[topic] for anchor in words.SPAM_ANCHORS[topic]]
        hosts: Mapping[str, str] = dict(self.rng.sample(found, len(found)))  # one anchor a host
        chosen = self.rng.sample(sorted(hosts.items()), min(count, len(hosts)))
        return [anchored(f"https://{host}/", anchor) for host, anchor in chosen]


def anchored(url: str, anchor: str, rel: str = "") -> str:
    """One link."""
    told = f' rel="{rel}"' if rel else ""
    return f'<a href="{url}"{told}>{anchor}</a>'


def visit(home: Home, url: str, body: str, days_ago: int = 0, outcome: Outcome = Outcome.READABLE) -> Visit:
    """A page that answered, or an attempt that did not."""
    answered = outcome is Outcome.READABLE
    headers = {"content-type": "text/html; charset=utf-8"} if answered else {}
    network = home.network if answered else ""
    status = 200 if answered else None
    page = FetchedPage(url, outcome, url, status, headers=headers, body=body.encode(), network=network)
    return Visit(page, days_ago)


_SENTENCES = (
    "More on this can be found in {}.",
    "The figures were first published by {} last month.",
    "Readers who want to know more should look at {}, which has the details.",
    "It was not the first time, as {} shows.",
    "That agrees with {}, which came to much the same result.",
)


def _homes(rng: Random) -> Iterator[Home]:
    """Domains without end, each on a network and with an id of its own."""
    number = rng.randrange(100)
    while True:
        number += 1
        name = f"{rng.choice(words.FIRST)}-{rng.choice(words.LAST)}-{number}"
        yield Home(
            domain=f"{name}.example",
            network=f"{11 + number // 250 % 80}.{number % 250}.{rng.randrange(250)}.0/24",
            ad_id=f"ca-pub-{rng.randrange(10**15, 10**16)}",
            theme=rng.choice(words.THEMES),
            plugins=tuple(sorted(rng.sample(words.PLUGINS, rng.randint(0, 4)))),
            outlinks=tuple(rng.sample(words.OTHERS, rng.randint(3, 9))),
        )
