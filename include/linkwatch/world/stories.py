"""What befalls one page of a host that stands: a story is a function of a Tale and gives scenes by first night.

STORIES says how often each is dealt among a hundred pages or so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from linkwatch.model import Outcome, Zone
from linkwatch.world.scenes import (
    APP_SHELL,
    DOWN,
    EMPTY,
    FORBIDDEN,
    GONE,
    HANG,
    LARGE,
    NOT_FOUND,
    PDF,
    SOFT_404,
    TRUNCATED,
    WITHOUT,
    Page,
    Scene,
    moved,
    redirect,
)

Scenes = dict[int, Scene]

SOFT_404S = (SOFT_404, *(Scene(f"soft_404_{name}", Outcome.SOFT_404, 200, ()) for name in ("wordpress", "german", "shop")))
ERROR_IN_PAGE = tuple(Scene(name, Outcome.SERVER_ERROR, 200, ()) for name in ("bad_gateway", "database_error"))
GARBLED = Scene("garbled", Outcome.GARBLED, 200, ())


@dataclass(frozen=True, slots=True)
class Tale:
    """What a story is told from: its own random numbers, the nights of the run, and the page."""

    random: Random
    nights: int
    page: Page

    @property
    def whole(self) -> Scene:
        """The page with all its links."""
        return Scene(shows=tuple(range(len(self.page.links))))

    def night(self, spare: int = 2) -> int:
        """A night from the third on, with so many left after it."""
        return self.random.randint(3, max(3, self.nights - spare))

    def spell(self, scene: Scene, shortest: int, longest: int) -> Scenes:
        """A scene for a while, and the page again."""
        lasts = self.random.randint(shortest, longest)
        first = self.night(min(lasts + 2, self.nights - 4))
        return {first: scene, first + lasts: self.whole}


Story = Callable[[Tale], Scenes]


def quiet(tale: Tale) -> Scenes:
    """Nothing happens."""
    del tale
    return {}


def link_removed(tale: Tale) -> Scenes:
    """The publisher takes out the last link, or all of them."""
    rest = tuple(range(len(tale.page.links)))[:-1] if tale.random.random() < 0.5 else ()
    return {tale.night(): Scene(shows=rest)}


def rewritten(tale: Tale) -> Scenes:
    """Another article at the same address, without the links."""
    return {tale.night(): Scene(shows=(), text=f"rewritten {tale.page.url}")}


def not_found(tale: Tale) -> Scenes:
    """404 for good."""
    return {tale.night(): NOT_FOUND}


def gone(tale: Tale) -> Scenes:
    """410 for good."""
    return {tale.night(): GONE}


def soft_404(tale: Tale) -> Scenes:
    """An error page that answers 200."""
    return {tale.night(): tale.random.choice(SOFT_404S)}


def redirected(tale: Tale) -> Scenes:
    """301 to a page about something else, of this host or of another one."""
    return {tale.night(): redirect(tale.random.choice(("/news/", "http://merged-mag.example/news/")))}


def redirected_home(tale: Tale) -> Scenes:
    """301 to the front page."""
    return {tale.night(): redirect("/")}


def one_night_off(tale: Tale) -> Scenes:
    """Gone for a night, and back on the next."""
    return tale.spell(tale.random.choice((WITHOUT, NOT_FOUND, *SOFT_404S)), 1, 1)


def recovered(tale: Tale) -> Scenes:
    """Lost for a good while, and back."""
    return tale.spell(tale.random.choice((WITHOUT, WITHOUT, NOT_FOUND, GONE, SOFT_404)), 5, 12)


def gained(tale: Tale) -> Scenes:
    """The links come on some night; before it the page stands without them, or does not stand at all."""
    return {1: tale.random.choice((WITHOUT, WITHOUT, NOT_FOUND)), tale.night(): tale.whole}


def edited(tale: Tale) -> Scenes:
    """One to three edits of what we tell of a link, each from the page as it was."""
    nights = sorted(tale.random.sample(range(3, max(6, tale.nights - 1)), tale.random.randint(1, 3)))
    return {night: _edit(tale) for night in nights}


def moved_with_link(tale: Tale) -> Scenes:
    """301 to the same article at www., under another path, with or without the slash: the link is there."""
    path = tale.page.url.partition(".example")[2]
    host = tale.page.url.removeprefix("http://").partition("/")[0]
    to = tale.random.choice((f"http://www.{host}{path}", path.rstrip("/"), path.upper(), f"/archive{path}"))
    return {tale.night(): _with_all(tale, moved(to))}


def meta_refresh(tale: Tale) -> Scenes:
    """A stub that sends browsers on to the article's new address: the link is there."""
    to = f"/moved{tale.page.url.partition('.example')[2]}"
    return {tale.night(): _with_all(tale, Scene("refresh", to=to))}


def swapped(tale: Tale) -> Scenes:
    """The first link goes and the second comes: one loss, one gain."""
    return {1: Scene(shows=(0,)), tale.night(): Scene(shows=(1,))} if len(tale.page.links) > 1 else link_removed(tale)


def removed_behind_a_wall(tale: Tale) -> Scenes:
    """The link goes for a night, and then nobody lets us in: nobody can say that it is lost."""
    first = tale.night()
    return {first: WITHOUT, first + 1: FORBIDDEN}


def removed_while_away(tale: Tale) -> Scenes:
    """Blocked for some nights; when the page can be read again, the link is not there."""
    first = tale.night(6)
    return {first: FORBIDDEN, first + tale.random.randint(1, 3): WITHOUT}


def reason_turns(tale: Tale) -> Scenes:
    """The link is taken out, and the next night the page answers 404."""
    first = tale.night()
    return {first: WITHOUT, first + 1: NOT_FOUND}


def down_for_good(tale: Tale) -> Scenes:
    """503 for good, while the rest of the host stands."""
    return {tale.night(9): DOWN}


def cannot_tell_for_good(tale: Tale) -> Scenes:
    """From some night on the page answers with what says nothing of its links."""
    return {tale.night(): tale.random.choice((HANG, PDF, LARGE, APP_SHELL, TRUNCATED, GARBLED, EMPTY))}


def cannot_tell_for_a_while(tale: Tale) -> Scenes:
    """Some nights of what says nothing, and the page again."""
    return tale.spell(tale.random.choice((DOWN, APP_SHELL, GARBLED, EMPTY, FORBIDDEN, *ERROR_IN_PAGE)), 1, 4)


STORIES: Mapping[Story, int] = {
    quiet: 36,
    link_removed: 9,
    rewritten: 2,
    not_found: 4,
    gone: 2,
    soft_404: 4,
    redirected: 3,
    redirected_home: 2,
    one_night_off: 5,
    recovered: 5,
    gained: 6,
    edited: 12,
    moved_with_link: 3,
    meta_refresh: 2,
    swapped: 2,
    removed_behind_a_wall: 1,
    removed_while_away: 1,
    reason_turns: 1,
    down_for_good: 1,
    cannot_tell_for_good: 2,
    cannot_tell_for_a_while: 4,
}


def _edit(tale: Tale) -> Scene:
    link, pick = tale.page.links[0], tale.random.choice
    by_link: dict[str, Any] = pick(
        (
            {"rel": "" if link.rel else "nofollow"},
            {"rel": "sponsored"},
            {"anchor": f"{link.anchor} and more"},
            {"zone": Zone.SIDEBAR if link.zone is not Zone.SIDEBAR else Zone.CONTENT},
            {"hidden": True, "zone": Zone.CONTENT},
        )
    )
    by_page: dict[str, Any] = pick(
        (
            {"robots": "nofollow"},
            {"x_robots": "nofollow"},
            {"robots": "noindex"},
            {"x_robots": "noindex"},
            {"canonical": f"{tale.page.url}original/"},
        )
    )
    how = tale.random.random()
    edits = {} if how < 0.4 else by_link
    return Scene(shows=tale.whole.shows, edits=tuple(edits.items()), **({} if 0.4 <= how < 0.9 else by_page))


def _with_all(tale: Tale, scene: Scene) -> Scene:
    return Scene(scene.kind, scene.outcome, scene.status, tale.whole.shows, to=scene.to)
