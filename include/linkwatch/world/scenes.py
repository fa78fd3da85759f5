"""The words that the script of the example web is written in. It says what can happen, never to whom or when.

Link   one watched link on a page
Scene  what a page answers from some night on, and the outcome that a right look at it ends in
Page   one address: its links, its scenes by night, and what a right linkwatch tells about each link
Host   how a server speaks: encoding, validators, charset, robots.txt
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from linkwatch.model import ChangeKind, Evidence, Outcome, Zone

FIRST_NIGHT = date(2026, 1, 5)
"""Date of night 1."""

NIGHTS = 10
"""Nights in which something happens; from then on every page stays as it is."""

LIVE = "1 discovered"
"""What is told of a link that is there from the first night."""


def night_name(index: int) -> str:
    """Date of the night with this index, counted from 1: night 1 is 2026-01-05."""
    return (FIRST_NIGHT + timedelta(days=index - 1)).isoformat()


def night_index(name: str) -> int:
    """Index of the night of this date (YYYY-MM-DD); 0 or less before the first. Raises ValueError for what is no date."""
    return (date.fromisoformat(name) - FIRST_NIGHT).days + 1


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a watched site as it stands on a page."""

    target: str  # canonical URL
    anchor: str
    rel: str = ""  # tokens, lower case, sorted
    zone: Zone = Zone.CONTENT
    hidden: bool = False  # in a block with style="display:none"
    image: bool = False  # the anchor is the alt text of an image
    spelled: str = ""  # how the href is written; empty: as the target

    @property
    def href(self) -> str:
        """The href attribute, before escaping."""
        return self.spelled or self.target


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page answers from some night on. `shows` are the numbers of the page's links that it carries."""

    kind: str = "page"  # a name that `World` knows, or that of a stand-in
    outcome: Outcome = Outcome.READABLE
    status: int = 200
    shows: tuple[int, ...] = (0,)
    edits: tuple[tuple[str, Any], ...] = ()  # attributes of the shown links that differ from the page's
    robots: str = ""  # <meta name="robots">
    x_robots: str = ""  # X-Robots-Tag
    canonical: str = ""  # another page, named as canonical
    to: str = ""  # where a redirect leads
    note: str = ""  # a header that goes with the answer: "Name: value"
    text: str = ""  # seed of the article's text, where the page was written anew
    whole_host: bool = False  # robots.txt and every other address of the host answer the same

    @property
    def conclusive(self) -> bool:
        """True where a look at it can tell whether a link is there."""
        return self.outcome.evidence is not Evidence.INCONCLUSIVE


@dataclass(frozen=True, slots=True)
class Tell:
    """One thing that is told on one night: `detail` is the loss reason, or the attributes that changed."""

    night: int
    kind: ChangeKind
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One address. `tells` has an entry for each of `links`, worked out by hand from the rules and not from code; of the
    plots' pages it is empty, and the referee of `make truth` works it out.
    """

    url: str
    links: tuple[Link, ...] = ()
    scenes: Mapping[int, Scene] = field(default_factory=dict)  # by first night; without an entry for night 1: the page
    tells: tuple[tuple[Tell, ...], ...] = ()
    source: str = ""  # kind of the source that names the page; empty: nobody does
    claims: tuple[int, ...] = ()  # numbers of the links that this source claims
    words: int = 0  # of the article; 0: between 150 and 500
    fillers: int = 0  # links to other sites beside the usual few
    template: str = ""  # pages with the same one share their text
    byline: str = ""  # what stands below the heading
    advertiser: str = ""  # account that the page shows advertisements for

    def scene(self, night: int) -> Scene:
        """The scene that plays on a night."""
        starts = sorted(self.scenes)
        at = bisect_right(starts, night)
        return self.scenes[starts[at - 1]] if at else _whole(self)

    def since(self, night: int) -> int:
        """First night of the scene that plays on a night."""
        return max((start for start in self.scenes if start <= night), default=1)

    def shown(self, night: int) -> dict[int, Link]:
        """The links that the page carries on a night, by number; none where it does not answer with a page."""
        scene = self.scene(night)
        return {number: replace(self.links[number], **dict(scene.edits)) for number in scene.shows if number < len(self.links)}


@dataclass(frozen=True, slots=True)
class Host:
    """How one server speaks."""

    name: str
    encoding: str = ""  # "gzip", "br" or "zstd", where the client takes it
    validators: bool = False  # ETag and Last-Modified, and 304 to who sends them back
    charset: str = "utf-8"
    charset_in: str = "header"  # or "meta": the Content-Type header does not say
    language: str = "en"
    robots: Mapping[int, str] = field(default_factory=dict)  # robots.txt by first night; before: 404
    catch_all: bool = False  # addresses that it does not know answer 200, with one and the same article


WITHOUT = Scene(shows=())
NOT_FOUND = Scene("error", Outcome.PAGE_NOT_FOUND, 404, ())
GONE = Scene("error", Outcome.PAGE_GONE, 410, ())
SOFT_404 = Scene("soft_404", Outcome.SOFT_404, 200, ())
PARKED = Scene("parked", Outcome.DOMAIN_PARKED, 200, (), whole_host=True)
DNS_FAIL = Scene("squid", Outcome.DNS_ERROR, 503, (), note="X-Squid-Error: ERR_DNS_FAIL 0", whole_host=True)
REFUSED = Scene("squid", Outcome.CONNECTION_REFUSED, 503, (), note="X-Squid-Error: ERR_CONNECT_FAIL 111", whole_host=True)
DOWN = Scene("error", Outcome.SERVER_ERROR, 503, ())
FORBIDDEN = Scene("error", Outcome.BLOCKED, 403, ())
LEGAL = Scene("error", Outcome.BLOCKED, 451, ())
BUSY = Scene("error", Outcome.BLOCKED, 429, (), note="Retry-After: 7200")
CHALLENGE = Scene("challenge", Outcome.BLOCKED, 200, (), note="cf-mitigated: challenge")
ROBOTS_DENIED = Scene(outcome=Outcome.ROBOTS_DENIED, shows=())  # who reads the page in spite of robots.txt sees no link
HANG = Scene("hang", Outcome.TIMEOUT, shows=())
DRIP = Scene("drip", Outcome.TIMEOUT, shows=())
RESET = Scene("reset", Outcome.CONNECTION_RESET, shows=())
CLOSED = Scene("close", Outcome.CONNECTION_RESET, shows=())
TRUNCATED = Scene("truncate", Outcome.TRUNCATED, shows=())
EMPTY = Scene("empty", Outcome.EMPTY, shows=())
PDF = Scene("pdf", Outcome.NOT_HTML, shows=())
LARGE = Scene("large", Outcome.TOO_LARGE, shows=())
APP_SHELL = Scene("app_shell", Outcome.NEEDS_RENDERING, shows=())


def showing(*numbers: int, **facts: str) -> Scene:
    """The page with these of its links; `facts` are fields of Scene, such as robots="noindex"."""
    return Scene(shows=numbers, **facts)  # type: ignore[arg-type]  # the facts are all text


def edited(**edits: Any) -> Scene:
    """The page with its first link changed: fields of Link, such as anchor="…"."""
    return Scene(edits=tuple(edits.items()))


def redirect(to: str, outcome: Outcome = Outcome.READABLE) -> Scene:
    """301 to an address without the link."""
    return Scene("redirect", outcome, 301, (), to=to)


def moved(to: str) -> Scene:
    """301 to the same article at a new address, link and all."""
    return Scene("redirect", Outcome.READABLE, 301, (0,), to=to)


def tells(text: str) -> tuple[Tell, ...]:
    """Tells of one link, read from text such as "1 discovered, 3 lost link_removed, 5 changed rel followed"."""
    found = []
    for part in filter(None, text.split(", ")):
        night, kind, *detail = part.split()
        found.append(Tell(int(night), ChangeKind(kind), tuple(detail)))
    return tuple(found)


def page(
    address: str,
    links: Link | tuple[Link, ...] = (),
    scenes: Mapping[int, Scene] | None = None,
    told: str | tuple[str, ...] = LIVE,
    by: str = "pages",
    **more: Any,
) -> Page:
    """A row of the script: a page that source `by` names, with what is told of each link. `more` are fields of Page."""
    links = (links,) if isinstance(links, Link) else links
    told = (told,) * len(links) if isinstance(told, str) else told
    claims = tuple(range(len(links))) if by != "pages" else ()
    return Page(f"http://{address}", links, scenes or {}, tuple(map(tells, told)), by, claims, **more)


def _whole(page: Page) -> Scene:
    return Scene(shows=tuple(range(len(page.links))))
