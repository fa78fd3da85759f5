"""The chorus: hosts and pages around the script's cast that carry their links from the first night and never change.

Seeded and generated; what is told of them is one `discovered` a link, and silence ever after.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from urllib.parse import urlsplit

from linkwatch.model import Zone
from linkwatch.world import places
from linkwatch.world.pages import seeded
from linkwatch.world.scenes import LIVE, Host, Link, Page, tells

_PAGES_PER_HOST = (10, 22)
_LEAST_HOSTS = 12
_FIRST_NAMES = ("amber", "bramble", "copper", "dapple", "elder", "foxglove", "gentle", "hazel", "ivory", "juniper", "kindle")
_LAST_NAMES = ("almanac", "burrow", "courtyard", "digest", "enclosure", "farmhouse", "grove", "homestead")
_TENANTS = tuple(f"{name}.pagehost.example" for name in ("alice", "bruno", "carla", "dmitri"))  # one referring domain, four hosts


def chorus_hosts(seed: int, count: int) -> tuple[Host, ...]:
    """So many hosts, and a dozen at the least."""
    random = seeded("hosts", seed)
    names = [f"{first}-{last}.example" for first, last in product(_FIRST_NAMES, _LAST_NAMES)]
    random.shuffle(names)
    names = [*_TENANTS, *names][: max(count, _LEAST_HOSTS)]
    return tuple(Host(name, random.choice(("", "gzip", "gzip", "br")), validators=random.random() < 0.5) for name in names)


def chorus_pages(seed: int, hosts: Sequence[Host], least: int) -> Iterator[Page]:
    """Pages of these hosts, at least so many in all."""
    written = 0
    for number, host in enumerate(hosts):
        random = seeded("chorus", seed, host.name)
        share = -(-(least - written) // (len(hosts) - number))  # of what is still wanted
        count = max(share, random.randint(*_PAGES_PER_HOST))
        for slug in range(1, count + 1):
            yield _page(random, f"http://{host.name}/{random.choice(places.SLUGS)}-{slug}/", number)
        written += count


def some_links(random: Random, count: int) -> tuple[Link, ...]:
    """So many links to watched sites, each to another target."""
    return tuple(_link(random, target) for target in random.sample(tuple(_ANCHORS), count))


def named_by(number: int, links: Sequence[Link]) -> tuple[str, tuple[int, ...]]:
    """The source that names the pages of the host of this number, and which of the page's links it claims."""
    source = _SOURCES[number % len(_SOURCES)]
    claims = tuple(at for at, link in enumerate(links) if source == "links_csv" or link.target in _OWN_ANCHORS)
    return ("pages", ()) if source == "pages" or not claims else (source, claims)


def _page(random: Random, url: str, number: int) -> Page:
    links = some_links(random, random.choice((0, 1, 1, 1, 2, 2, 3)))
    source, claims = named_by(number, links)
    return Page(url, links, tells=(tells(LIVE),) * len(links), source=source, claims=claims)


def _link(random: Random, target: str) -> Link:
    [zone] = random.choices(tuple(_ZONES), weights=tuple(_ZONES.values()))
    [rel] = ["nofollow ugc"] if zone is Zone.COMMENT else random.choices(("", "nofollow", "noopener"), weights=(78, 15, 7))
    spellings = ("", f"{target}?utm_source=blog", f"{target}#top", target.replace("http://", "HTTP://"))
    [spelled] = random.choices(spellings, weights=(85, 6, 5, 4))
    return Link(target, random.choice(_ANCHORS[target]), rel, zone, image=random.random() < 0.05, spelled=spelled)


def _anchors_of(brand: str, targets: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Anchors by target: the brand, the bare address, what the page is about, and what people write instead."""
    anchors: dict[str, tuple[str, ...]] = {}
    for target in targets:
        about = urlsplit(target).path.strip("/").rpartition("/")[2].replace("-", " ") or "the front page"
        anchors[target] = (brand, target.removeprefix("http://"), about, f"{brand} on {about}", "here", f"more about {about}")
    return anchors


_SOURCES = ("pages", "ahrefs_csv", "pages", "links_csv")  # a host's pages are named by one source, in turn
_ZONES = {Zone.CONTENT: 80, Zone.NAV: 3, Zone.FOOTER: 4, Zone.SIDEBAR: 9, Zone.COMMENT: 4}
_OWN_TARGETS = (places.HOME, places.SHEDS, places.BENCHES, places.TOOLS, places.WINTER, places.PONDS, places.SOIL, *places.GUIDES)
_OWN_ANCHORS = _anchors_of("Fernwood", _OWN_TARGETS)
_ANCHORS = (
    _OWN_ANCHORS
    | _anchors_of("Oakline", (places.OAK, places.OAK_TABLES, places.OAK_SHEDS))
    | _anchors_of("Pinecrest", (places.PINE, places.PINE_DECKS))
)
