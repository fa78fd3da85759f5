"""What befalls a host with all its pages: dead, parked, walled, moved, or of another kind than most.

FATES says how often each is dealt among a hundred hosts or so. A fate is a function of its random numbers, the nights of the
run, the host and its pages, and gives the hosts and pages that come of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from linkwatch.model import Outcome
from linkwatch.world.scenes import (
    APP_SHELL,
    DNS_FAIL,
    NOT_FOUND,
    PARKED,
    REFUSED,
    ROBOTS_DENIED,
    WITHOUT,
    Host,
    Page,
    Scene,
    moved,
)
from linkwatch.world.stand_ins import WALLS

DOWN_ALL = Scene("error", Outcome.SERVER_ERROR, 503, ())
"""Every page answers 503; robots.txt answers as before, so that the pages are asked for."""

CATCH_ALL = Scene("catch_all", Outcome.SOFT_404, 200, ())
"""What a host with `catch_all` answers for any address: only a sibling path tells that it is no page."""

_KEEP_OUT = "User-agent: *\nDisallow: /\n"


@dataclass(frozen=True, slots=True)
class Stage:
    """Hosts and pages that the plots add to a world, and the pages that move with their whole site: old address to new."""

    hosts: tuple[Host, ...] = ()
    pages: tuple[Page, ...] = ()
    moves: Mapping[str, str] = field(default_factory=dict)


Befall = Callable[[Random, int, Host, Sequence[Page]], Stage]


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls a host. `befall` is None where it stands, with a story for each of its pages."""

    name: str
    befall: Befall | None = None
    least_pages: int = 1


def for_good(random: Random, nights: int, host: Host, pages: Sequence[Page], *, scene: Scene, spare: int = 2) -> Stage:
    """One scene on all pages from some night on."""
    first = random.randint(3, max(3, nights - spare))
    return _all(host, pages, {first: scene})


def for_a_while(random: Random, nights: int, host: Host, pages: Sequence[Page], *, scene: Scene, lasts: tuple[int, int]) -> Stage:
    """One scene on all pages for some nights, and the pages again."""
    length = min(random.randint(*lasts), nights - 5)
    first = random.randint(3, nights - length - 2)
    return Stage((host,), tuple(replace(page, scenes={first: scene, first + length: _whole(page)}) for page in pages))


def walled(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """Somebody stands before the host and lets us in no more; sometimes never did."""
    name = _next_wall(random)
    wall = WALLS[name]
    first = 1 if random.random() < 0.2 else random.randint(2, max(3, nights // 2))
    scene = Scene(name, Outcome.BLOCKED, wall.status, (), note=wall.note, whole_host=random.random() < 0.5)
    return _all(host, pages, {first: scene})


def walled_for_a_while(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """A wall that is taken down again."""
    name = _next_wall(random)
    scene = Scene(name, Outcome.BLOCKED, WALLS[name].status, (), note=WALLS[name].note)
    return for_a_while(random, nights, host, pages, scene=scene, lasts=(3, 9))


def behind_log_in(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """302 to a log-in page."""
    first = random.randint(2, max(3, nights // 2))
    log_in = Page(f"http://{host.name}/login/", scenes={1: Scene("login_200", Outcome.BLOCKED, 200, ())})
    stage = _all(host, pages, {first: Scene("redirect", Outcome.BLOCKED, 302, (), to="/login/?next=1")})
    return Stage(stage.hosts, (*stage.pages, log_in))


def robots_denied(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """robots.txt keeps us out from some night on."""
    first = random.randint(3, nights - 2)
    return _all(replace(host, robots={first: _KEEP_OUT}), pages, {first: ROBOTS_DENIED})


def catch_all(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """A host that answers 200 for every address: of its pages some vanish, some lose their links, and some stay."""
    fates = (CATCH_ALL, WITHOUT, None)
    acted = []
    for number, page in enumerate(pages):
        scene, night = fates[number % len(fates)], random.randint(3, nights - 2)
        acted.append(replace(page, scenes={night: scene} if scene else {}))
    return Stage((replace(host, catch_all=True),), tuple(acted))


def site_moved(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """All pages stand under another name from some night on; the old ones answer 404, or nobody answers there."""
    night, name = random.randint(4, nights - 3), f"new-{host.name}"
    old = _all(host, pages, {night: random.choice((NOT_FOUND, NOT_FOUND, DNS_FAIL)) if nights > 20 else NOT_FOUND})
    moves = {page.url: page.url.replace(host.name, name) for page in pages}
    # The article keeps its text, which is made of its first address.
    left = tuple(replace(page, template=page.url) for page in old.pages)
    new = tuple(replace(page, url=moves[page.url], scenes={1: DNS_FAIL, night: _whole(page)}) for page in left)
    return Stage((host, replace(host, name=name)), (*left, *new), moves)


def site_redirected(random: Random, nights: int, host: Host, pages: Sequence[Page]) -> Stage:
    """All pages answer 301 to the same path under another name: the links are there."""
    night, name = random.randint(3, nights - 2), f"new-{host.name}"
    acted = []
    for page in pages:
        to = moved(page.url.replace(host.name, name))
        acted.append(replace(page, scenes={night: replace(to, shows=_whole(page).shows)}, template=page.url))
    return Stage((host, replace(host, name=name)), tuple(acted))


def _all(host: Host, pages: Sequence[Page], scenes: Mapping[int, Scene]) -> Stage:
    return Stage((host,), tuple(replace(page, scenes=scenes) for page in pages))


def _whole(page: Page) -> Scene:
    return Scene(shows=tuple(range(len(page.links))))


def _next_wall(random: Random) -> str:
    return random.choice(tuple(WALLS))


FATES: Mapping[Fate, int] = {
    Fate("stands"): 58,
    Fate("parked", partial(for_good, scene=PARKED)): 4,
    Fate("no name", partial(for_good, scene=DNS_FAIL, spare=9)): 4,
    Fate("refuses", partial(for_good, scene=REFUSED, spare=9)): 3,
    Fate("down", partial(for_good, scene=DOWN_ALL, spare=9)): 3,
    Fate("down and back", partial(for_a_while, scene=DOWN_ALL, lasts=(9, 14))): 1,
    Fate("no name and back", partial(for_a_while, scene=DNS_FAIL, lasts=(9, 14))): 1,
    Fate("maintenance", partial(for_a_while, scene=DOWN_ALL, lasts=(1, 4))): 3,
    Fate("walled", walled): 7,
    Fate("walled for a while", walled_for_a_while): 2,
    Fate("behind a log-in", behind_log_in): 1,
    Fate("robots denied", robots_denied): 2,
    Fate("an application", partial(for_good, scene=APP_SHELL)): 1,
    Fate("answers everything", catch_all, least_pages=4): 4,
    Fate("moved", site_moved, least_pages=12): 1,
    Fate("redirected", site_redirected, least_pages=3): 1,
}
