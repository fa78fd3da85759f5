"""Whole nights: many new domains at once, one anchor on many of them, and links that came as if by agreement.

Each story has a watched site of its own: domains that have linked there for long, fifty-six nights of arrivals, and tonight.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from linkwatch.model import Severity
from trials import words
from trials.drawing import Draw, Home, Story, Visit, visit
from trials.variant import Trial, Variant
from trials.variants.copies import NEWS, text_of_article
from trials.written import NOTHING, Parts, spun, write

Make = Callable[[Draw], Story]
Anchors = Callable[[Draw, int], Sequence[str]]

OLD_DOMAINS, OLD_DAYS = 30, 45
FEW_OLD = 10  # where it is enough that there are some
WEEK = (1.2, 1.1, 1.2, 1.1, 1.0, 0.7, 0.6)  # from Monday
NEWSLETTER = (0.5, 0.5, 3.5, 0.8, 0.6, 0.5, 0.4)  # everybody links on Wednesdays
TONIGHT = 2  # a Wednesday
LOOKED, CLAIMS = 400, 500


def _count(draw: Draw, mean: float) -> int:
    """About Poisson."""
    return sum(draw.rng.random() < mean / 100 for _ in range(100))


def _past(draw: Draw, mean: float, week: Sequence[float]) -> list[tuple[int, int, int]]:
    nights = [week[(TONIGHT - back) % 7] for back in range(56, 0, -1)]
    return [
        (_count(draw, mean * factor), LOOKED + draw.rng.randint(-20, 20), CLAIMS + draw.rng.randint(-20, 20)) for factor in nights
    ]


def _linking(draw: Draw, anchors: Sequence[str], days_ago: Sequence[int], target: str = "") -> list[Visit]:
    """A page on a domain of its own for each anchor."""
    return [_linked(draw, draw.home(), anchor, day, target) for anchor, day in zip(anchors, days_ago, strict=True)]


def _linked(
    draw: Draw, home: Home, anchor: str, days_ago: int, target: str = "", text: Sequence[str] = (), parts: Parts = NOTHING
) -> Visit:
    told = [*(text or draw.text(100)), draw.sentence(draw.link(anchor, target=target))]
    return visit(home, home.url(f"/{draw.rng.randrange(10**6)}"), write(home, draw.rng, draw.title(), told, parts), days_ago)


def _domains(visits: Sequence[Visit]) -> frozenset[str]:
    return frozenset(entry.page.url.split("/")[2] for entry in visits)


def _mixed(draw: Draw, count: int) -> list[str]:
    """Anchors as they come: brands, editors' and a few of a shop."""
    return [draw.rng.choice((draw.brand, draw.brand, draw.editorial, lambda: draw.money()[0]))() for _ in range(count)]


def _brands(draw: Draw, count: int) -> list[str]:
    return [draw.site.brand[0]] * count


def _one_money(draw: Draw, count: int) -> list[str]:
    return draw.money() * count


def _night(
    new: int | None,
    anchors: Anchors,
    *,
    mean: float = 3.0,
    week: Sequence[float] = WEEK,
    jump: float = 1.0,
    old: Anchors = _mixed,
    meant: int | None = None,
    known: int = FEW_OLD,
) -> Make:
    """So many new domains tonight; None: as many as the weekday usually has. `meant` are those that it is about; None: all."""

    def make(draw: Draw) -> Story:
        before = _linking(draw, old(draw, known), [OLD_DAYS] * known)
        count = _count(draw, mean * week[TONIGHT]) if new is None else new
        visits = _linking(draw, anchors(draw, count), [0] * count)
        background = _domains([*before, *visits[count if meant is None else meant :]])
        return Story([*before, *visits], nightly=_past(draw, mean, week), jump=jump, background=background)

    return make


VELOCITY = Trial(
    "domain_velocity",
    guilty=(
        Variant("16 new domains where 3 are usual", _night(16, _mixed)),
        Variant("16 new domains with one anchor", _night(16, _one_money)),
        Variant("30 new domains where 8 are usual", _night(30, _mixed, mean=8)),
        Variant("9 new domains where hardly one is usual", _night(9, _mixed, mean=0.4)),
    ),
    innocent=(
        Variant("an ordinary night", _night(None, _mixed)),
        Variant("an ordinary night of a busy site", _night(None, _mixed, mean=8)),
        Variant("the weekday when everybody links", _night(None, _mixed, week=NEWSLETTER)),
        Variant("16 new domains in a night that looked at far more", _night(16, _mixed, jump=1.8)),
        Variant("4 new domains where hardly one is usual", _night(4, _mixed, mean=0.4)),
    ),
    least=Severity.INFO,
    site_each=True,
)


def _some_of(share: int, others: int) -> Anchors:
    """One money anchor on so many domains, among others with anchors of their own."""
    return lambda draw, _: [*(draw.money() * share), *_mixed(draw, others)]


def _usual_anchor(draw: Draw, count: int) -> list[str]:
    """The anchor that two in three have always had."""
    return ["walking boots guide"] * (2 * count // 3) + _mixed(draw, count - 2 * count // 3)


def _all_different(draw: Draw, count: int) -> list[str]:
    return draw.rng.sample([*words.MONEY, *words.EDITORIAL], count)


SPIKE = Trial(
    "anchor_spike",
    guilty=(
        Variant("8 of 12 new domains with one anchor", _night(12, _some_of(8, 4), meant=8, known=OLD_DOMAINS)),
        Variant("12 of 20 new domains with one anchor", _night(20, _some_of(12, 8), meant=12, known=OLD_DOMAINS)),
        Variant("all of 9 new domains with one anchor", _night(9, _some_of(9, 0), known=OLD_DOMAINS)),
    ),
    innocent=(
        Variant("news that names the brand", _night(14, _brands, known=OLD_DOMAINS)),
        Variant("14 anchors of their own", _night(14, _all_different, known=OLD_DOMAINS)),
        Variant("the anchor that most have always had", _night(12, _usual_anchor, old=_usual_anchor, known=OLD_DOMAINS)),
        Variant("one anchor in a night that looked at far more", _night(12, _some_of(8, 4), jump=1.8, known=OLD_DOMAINS)),
        Variant("an ordinary night", _night(None, _mixed, known=OLD_DOMAINS)),
    ),
    least=Severity.LOW,
    site_each=True,
)


def _agreed(
    shared: Callable[[Draw, list[Home]], list[Home]], *, copied: bool = False, over_days: int = 0, count: int = 6
) -> Make:
    """One anchor to one page on several new domains, tonight or over some weeks; `shared` is what they have in common."""

    def make(draw: Draw) -> Story:
        before = _linking(draw, _mixed(draw, FEW_OLD), [OLD_DAYS] * FEW_OLD)
        homes = shared(draw, [draw.home() for _ in range(count)])
        anchor, target = draw.money()[0], draw.target()
        text = text_of_article(draw)[0] if copied else []
        visits = []
        for n, home in enumerate(homes):
            day = n * over_days // max(1, count - 1) // 7 * 7
            visits.append(_linked(draw, home, anchor, day, target, spun(text, draw.rng, 50) if copied else ()))
        background = _domains(before)
        return Story([*before, *visits], nightly=_past(draw, 3.0, WEEK), background=background)

    return make


def _nothing(draw: Draw, homes: list[Home]) -> list[Home]:
    return homes


def _id(draw: Draw, homes: list[Home]) -> list[Home]:
    return [replace(home, ad_id=homes[0].ad_id) for home in homes]


def _address(draw: Draw, homes: list[Home]) -> list[Home]:
    return [replace(home, network=homes[0].network) for home in homes]


def _coverage(draw: Draw) -> Story:
    """News of the day: papers with texts of their own name the same thing within hours."""
    before = _linking(draw, _mixed(draw, FEW_OLD), [OLD_DAYS] * FEW_OLD)
    anchor, target, visits = draw.editorial(), draw.target(), []
    for n in range(8):
        parts = Parts(head=NEWS.format(published=f"2026-11-17T{6 + n:02}:{draw.rng.randrange(60):02}:00Z"))
        visits.append(_linked(draw, draw.home(), anchor, 0, target, draw.text(250), parts))
    background = _domains(before)
    return Story([*before, *visits], nightly=_past(draw, 3.0, WEEK), background=background)


TIMING = Trial(
    "coordinated_timing",
    guilty=(
        Variant("one anchor, one page, one id", _agreed(_id)),
        Variant("one anchor, one page, one network", _agreed(_address)),
        Variant("one anchor, one page, spun texts", _agreed(_nothing, copied=True)),
    ),
    innocent=(
        Variant("news of the day", _coverage),
        Variant("one anchor and nothing else in common", _agreed(_nothing)),
        Variant("one anchor and one id over five weeks", _agreed(_id, over_days=35)),
        Variant("an ordinary night", _night(None, _mixed)),
    ),
    site_each=True,
    together=8,
)

TRIALS = (VELOCITY, SPIKE, TIMING)
