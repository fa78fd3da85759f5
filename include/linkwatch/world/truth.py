"""What a right linkwatch knows and tells after each night of the example web, read off the script.

Events are the script's tells, written by hand. States, attributes and outcomes follow from the scenes alone. No stage of
linkwatch is asked: this is what they are held against.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from linkwatch.model import ChangeKind, Evidence, Outcome, State
from linkwatch.world import places, script
from linkwatch.world.scenes import Link, Page, Scene, Tell
from linkwatch.world.web import World

Pair = tuple[str, str]
"""A link as (source URL, target URL), both canonical."""

_WITHHOLDING = {"nofollow", "sponsored", "ugc"}


@dataclass(frozen=True, slots=True)
class Event:
    """One change that is told."""

    kind: ChangeKind
    source_url: str
    target_url: str
    reason: str = ""  # of a loss
    attributes: frozenset[str] = frozenset()  # of a change: which differ


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The told attributes of a live link, named as in `schemas.LINK_ATTRIBUTES`."""

    followed: bool
    rel: str
    nofollow_by: str
    anchor: str
    zone: str
    hidden_by: str
    element: str
    page_noindex: bool
    page_canonical: str
    target_broken: str


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A finding that holds on a night, as far as it can be named without knowing the rule's key."""

    rule: str
    site: str
    about: str  # source domain or source page; for a spike the anchor; of a network one of its domains


@dataclass(frozen=True, slots=True)
class NightTruth:
    """After one night. `outcomes` are of the pages that some source names."""

    night: int
    events: frozenset[Event]
    states: Mapping[Pair, State]  # every known link
    facts: Mapping[Pair, LinkFacts]  # live links
    findings: frozenset[ExpectedFinding]
    outcomes: Mapping[str, Outcome]

    def live(self, site: str) -> frozenset[Pair]:
        """The live links that lead to this site."""
        found = (pair for pair, state in self.states.items() if state is State.LIVE)
        return frozenset(pair for pair in found if _leads_to(pair[1], site))

    def referring_domains(self, site: str) -> frozenset[str]:
        """Registrable domains of the pages of `live`: all names here end in .example, so it is the last two labels."""
        return frozenset(_domain(source) for source, _ in self.live(site))


def truth(world: World, night: int) -> NightTruth:
    """The truth of one night, for a watch that began on night 1 and missed none."""
    rows = [(page, number) for page in world.pages.values() if page.source for number in range(len(page.links))]
    states = {_pair(page, number): state for page, number in rows if (state := _state(page, number, night))}
    facts = {
        _pair(page, number): link_facts(world, page, number, night) for page, number in rows if _is_live(states, page, number)
    }
    return NightTruth(
        night=night,
        events=frozenset(
            _event(page, number, tell) for page, number in rows for tell in page.tells[number] if tell.night == night
        ),
        states=states,
        facts=facts,
        findings=frozenset(_findings(facts, night)),
        outcomes={page.url: _outcome(world, page, night) for page in world.pages.values() if page.source},
    )


def counts(night: NightTruth, site: str | None = None) -> Mapping[ChangeKind, int]:
    """Events of a night by kind, of one site or of all."""
    events: Iterable[Event] = (
        night.events if site is None else (event for event in night.events if _leads_to(event.target_url, site))
    )
    kinds = [event.kind for event in events]
    return {kind: kinds.count(kind) for kind in ChangeKind}


def link_facts(world: World, page: Page, number: int, night: int) -> LinkFacts:
    """The attributes of a page's link as they stood on the last night, up to this one, on which the page showed it."""
    seen = next(at for at in range(night, 0, -1) if number in page.scene(at).shows)
    scene, link = page.scene(seen), page.shown(seen)[number]
    withheld = [name for name, said in _robots(scene, link) if _WITHHOLDING & set(said.replace(",", " ").split())]
    target = world.pages.get(link.target)
    broken = _last_conclusive(target, night).outcome if target and _leads_to(link.target, world.own.site) else Outcome.READABLE
    return LinkFacts(
        followed=not withheld,
        rel=link.rel,
        nofollow_by=" ".join(withheld),
        anchor=link.anchor,
        zone=link.zone.value,
        hidden_by="display:none" if link.hidden else "",
        element="image" if link.image else "text",
        page_noindex="noindex" in scene.robots + scene.x_robots,
        page_canonical=scene.canonical,
        target_broken=broken.value if broken.evidence is Evidence.GONE else "",
    )


def _state(page: Page, number: int, night: int) -> State | None:
    """None: not known yet."""
    told = [tell.kind for tell in page.tells[number] if tell.night <= night and tell.kind is not ChangeKind.CHANGED]
    if not told:
        return State.UNVERIFIED if number in page.claims else None
    if told[-1] is ChangeKind.LOST:
        return State.LOST
    return State.LIVE if number in _last_conclusive(page, night).shows else State.MISSING


def _last_conclusive(page: Page, night: int) -> Scene:
    return next(scene for at in range(night, 0, -1) if (scene := page.scene(at)).conclusive)


def _robots(scene: Scene, link: Link) -> tuple[tuple[str, str], ...]:
    return (("rel", link.rel), ("meta_robots", scene.robots), ("x_robots_tag", scene.x_robots))


def _outcome(world: World, page: Page, night: int) -> Outcome:
    """Of tonight's look. NOT_MODIFIED for who sends the validators of last night's readable look; others see it readable."""
    scene = page.scene(night)
    unchanged = night > 1 and scene == page.scene(night - 1) and scene.outcome is Outcome.READABLE and scene.kind == "page"
    return Outcome.NOT_MODIFIED if unchanged and world.host(_host(page.url)).validators else scene.outcome


def _findings(facts: Mapping[Pair, LinkFacts], night: int) -> Iterator[ExpectedFinding]:
    sources = {source for source, _ in facts}
    for host, count, _ in script.WIDGETS:
        if sum(_host(source) == host for source in sources) == count:
            yield ExpectedFinding("sitewide_link", places.OWN.site, host)
    for (source, target), link in facts.items():
        if link.hidden_by:
            yield ExpectedFinding("hidden_link", _domain(target), source)
    for rule, page in (
        ("thin_page", script.THIN),
        ("link_dominated_page", script.DOMINATED),
        ("unqualified_paid", script.PAID),
    ):
        yield ExpectedFinding(rule, places.OWN.site, page.url)
    for rule in ("copied_text", "shared_id", "link_network"):
        yield ExpectedFinding(rule, _domain(places.PINE_DECKS), script.NETWORK[0])
    if night == script.SPIKE_NIGHT:
        yield ExpectedFinding("anchor_spike", places.OWN.site, script.SPIKE_ANCHOR)


def _event(page: Page, number: int, tell: Tell) -> Event:
    lost, changed = tell.kind is ChangeKind.LOST, tell.kind is ChangeKind.CHANGED
    return Event(
        tell.kind,
        *_pair(page, number),
        reason=tell.detail[0] if lost else "",
        attributes=frozenset(tell.detail if changed else ()),
    )


def _is_live(states: Mapping[Pair, State], page: Page, number: int) -> bool:
    return states.get(_pair(page, number)) is State.LIVE


def _pair(page: Page, number: int) -> Pair:
    return page.url, page.links[number].target


def _leads_to(url: str, site: str) -> bool:
    return _domain(url) == site


def _domain(url: str) -> str:
    return ".".join(_host(url).split(".")[-2:])


def _host(url: str) -> str:
    return url.split("/")[2]
