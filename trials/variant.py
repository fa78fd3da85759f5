"""How a trial is described: a rule, its variants guilty and innocent, and from which severity on a finding counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linkwatch.model import Severity
from linkwatch.suspicion_settings import SuspicionSettings
from trials.drawing import Draw, Story

SHIPPED = SuspicionSettings()


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to be guilty, or to look so and be innocent: what it is called, and how it is made."""

    name: str
    make: Callable[[Draw], Story]


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule with its variants. A night has as many guilty stories as innocent ones."""

    rule: str
    guilty: Sequence[Variant]
    innocent: Sequence[Variant]
    least: Severity = Severity.LOW  # a finding below it is no alarm: it tells that something is there, not that it is wrong
    together: int = 8  # guilty stories in one night
    site_each: bool = False  # each story has a watched site of its own, for rules that judge whole nights
    instances: int = 40  # guilty stories in all, at least, and as many innocent ones
    settings: SuspicionSettings = SHIPPED
