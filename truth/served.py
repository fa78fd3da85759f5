"""What an address served on a night, as the world knows it: the scene, or the fault that hit the request for it."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from linkwatch.model import Evidence, Outcome
from linkwatch.world import FAULTS, Page, Scene, World

DEAD = frozenset({Outcome.DNS_ERROR, Outcome.SERVER_ERROR, Outcome.CONNECTION_REFUSED})
"""Failures that, again and again, mean that page or host are no more."""

_ERRORS_IN_PAGES = frozenset({"bad_gateway", "database_error"})  # a server that says so with 200 is no dead one
_NEVER_BY_PAGE = frozenset({Outcome.ROBOTS_DENIED})


@dataclass(frozen=True, slots=True)
class Served:
    """One page on one night. `shows` are the numbers of its links that a right look sees."""

    what: str  # for people: the kind of scene, or "fault: reset"
    outcome: Outcome  # that a right look at it ends in; a 304 counts as the page
    faulty: bool = False
    shows: tuple[int, ...] = ()
    reasons: frozenset[str] = frozenset()  # why links that it does not show are not there: any of them is right

    @property
    def tells(self) -> bool:
        """True where a look at it can tell whether a link is there."""
        return self.outcome.evidence is not Evidence.INCONCLUSIVE

    @property
    def dead(self) -> bool:
        """True where the page itself is dead tonight."""
        return not self.faulty and self.outcome in DEAD and self.what not in _ERRORS_IN_PAGES


def met_by(world: World, page: Page, night: int) -> Served:
    """What a look at the page meets on a night."""
    scene = page.scene(night)
    if world.faults and night in world.faults.outage:
        return Served("outage", Outcome.CONNECTION_RESET, faulty=True)
    if scene.outcome not in _NEVER_BY_PAGE:
        for url in _addresses(page, scene):
            if fault := world.fault(url, night):
                return Served(f"fault: {fault}", FAULTS[fault].outcome, faulty=True)
    return stands(world, page, night)


def stands(world: World, page: Page, night: int) -> Served:
    """How the page stands on a night, whatever meets the requests for it."""
    scene = page.scene(night)
    shows = scene.shows if scene.conclusive else ()
    return Served(_name(scene), scene.outcome, shows=shows, reasons=_reasons(scene, moved=page.url in world.moves))


def _addresses(page: Page, scene: Scene) -> tuple[str, ...]:
    """The addresses that a look at the page asks, in their order; of a host that answers nobody, no page is asked for."""
    if scene.whole_host and scene.kind == "squid":
        return (f"http://{urlsplit(page.url).netloc}/robots.txt",)
    return (page.url, urljoin(page.url, scene.to)) if scene.kind in ("redirect", "refresh") else (page.url,)


def _reasons(scene: Scene, *, moved: bool) -> frozenset[str]:
    if scene.outcome is not Outcome.READABLE:
        return frozenset({"site_moved" if moved else scene.outcome.value})
    if scene.kind != "redirect":
        return frozenset({"link_removed"})
    return frozenset({"page_redirected", "soft_404"} if urlsplit(scene.to).path == "/" else {"page_redirected"})


def _name(scene: Scene) -> str:
    if scene.outcome is Outcome.ROBOTS_DENIED:
        return "robots.txt"
    return scene.outcome.value if scene.kind in ("error", "squid") else scene.kind
