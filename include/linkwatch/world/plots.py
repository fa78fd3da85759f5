"""The plots: seeded stories for the many pages of a long run, dealt like cards. What is told of them is the referee's to say.

A host that stands has pages with a story each (`stories`); of the others all pages share one fate (`fates`). Decks make sure
that even a small world meets every story, and the nights are drawn, so that faults meet a story at every turn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from random import Random
from typing import TypeVar

from linkwatch.world.chorus import named_by, some_links
from linkwatch.world.fates import FATES, Stage
from linkwatch.world.pages import seeded
from linkwatch.world.places import SLUGS
from linkwatch.world.scenes import Host, Page
from linkwatch.world.stories import STORIES, Tale

_FIRST = ("acorn", "birch", "clover", "dahlia", "ember", "flint", "granite", "heather", "indigo", "jasmine", "kestrel", "larch")
_MIDDLE = ("bridge", "cove", "field", "harbour", "island", "lane", "market", "mill", "ridge", "valley", "wharf", "wood")
_LAST = ("herald", "journal", "kitchen", "ledger", "notes", "review", "studio", "times", "weekly", "works")
_LEAST_HOSTS = 40  # so that a small run meets most of the fates
_PAGES_OF_A_HOST = (1, 1, 2, 2, 3, 3, 4, 5)
_LARGE_HOST = (24, 36)  # pages of every sixtieth host: enough for a brake of its own

_Card = TypeVar("_Card")


def play(seed: int, nights: int, hosts: int, pages: int) -> Stage:
    """At least so many hosts (and forty) and pages, whose stories play within so many nights."""
    names, fates, stories = _names(seed), _dealt(FATES, seeded("fates", seed)), _dealt(STORIES, seeded("stories", seed))
    hosts = max(hosts, _LEAST_HOSTS)
    found_hosts: list[Host] = []
    found_pages: list[Page] = []
    moves: dict[str, str] = {}
    while len(found_hosts) < hosts or len(found_pages) < pages:
        number = len(found_hosts)
        random = seeded("plot", seed, number)
        host, fate = _host(random, next(names)), next(fates)
        missing = max(0, pages - len(found_pages)) // max(1, hosts - number)  # pages a host from here on
        count = random.randint(*_LARGE_HOST) if number % 60 == 7 else max(random.choice(_PAGES_OF_A_HOST), missing)
        written = tuple(_page(random, host.name, slug, number) for slug in range(1, max(count, fate.least_pages) + 1))
        if fate.befall:
            stage = fate.befall(random, nights, host, written)
        else:
            stage = Stage((host,), tuple(replace(page, scenes=next(stories)(Tale(random, nights, page))) for page in written))
        found_hosts.extend(stage.hosts)
        found_pages.extend(stage.pages)
        moves |= stage.moves
    return Stage(tuple(found_hosts), tuple(found_pages), moves)


def _names(seed: int) -> Iterator[str]:
    names = ["-".join(parts) + ".example" for parts in product(_FIRST, _MIDDLE, _LAST)]
    seeded("names", seed).shuffle(names)
    return iter(names)


def _host(random: Random, name: str) -> Host:
    return Host(name, random.choice(("", "gzip", "gzip", "br")), validators=random.random() < 0.4)


def _page(random: Random, host: str, slug: int, number: int) -> Page:
    links = some_links(random, random.choice((1, 1, 1, 1, 2, 2, 3)))
    source, claims = named_by(number, links)
    return Page(f"http://{host}/{random.choice(SLUGS)}-{slug}/", links, source=source, claims=claims)


def _dealt(cards: Mapping[_Card, int], random: Random) -> Iterator[_Card]:
    """Cards of a deck, each so often as it says, shuffled and dealt again and again."""
    deck = [card for card, count in cards.items() for _ in range(count)]
    while True:
        random.shuffle(deck)
        yield from deck
