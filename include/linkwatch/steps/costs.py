"""What the sources would cost tonight, before anybody is asked: the dry run of `linkwatch sources plan`. No network.

A price is the most that a night can cost; what it did cost stands in the warehouse's table `source_call`.
"""

from dataclasses import dataclass
from datetime import datetime

from linkwatch.errors import SettingsError, SourceError
from linkwatch.model import Role
from linkwatch.settings import Settings, load_settings
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.apis import OWN_SITES_ONLY, PLANNERS, PlannedCall
from linkwatch.steps.connections import account_of
from linkwatch.steps.telling import warehouse_of
from linkwatch.warehouse import spent_by_source


@dataclass(frozen=True, slots=True)
class SourceCost:
    """One source's night at most. Units are its vendor's own; those of two sources never add up."""

    name: str
    kind: str
    reads: str  # what is read: a path, an address, the sites that are asked about
    calls: tuple[PlannedCall, ...]  # none for files and crawls
    units: float  # that the night can cost at most
    of: str  # what a unit is; "" where nothing is paid for
    spent: float  # in the month so far, of every night
    budget: float  # a month; 0: the source costs nothing
    trouble: str  # why it cannot be asked at all: its connection is not there; "" where it can

    @property
    def call_count(self) -> int:
        """Calls in all, at most."""
        return sum(call.calls for call in self.calls)

    @property
    def left(self) -> float:
        """Units that the month still has, 0 or more."""
        return max(self.budget - self.spent, 0.0)

    @property
    def stops(self) -> bool:
        """True where the night could go beyond the budget: it would end there, with what it had read."""
        return self.units > self.left


def planned_costs(now: datetime) -> list[SourceCost]:
    """Every source of the settings in their order, as a night would read it in the month of `now`. Asks nobody.

    Raises SettingsError and WarehouseError.
    """
    settings = load_settings()
    spent = spent_by_source(warehouse_of(settings), now.strftime("%Y-%m")) if _pays(settings) else {}
    return [_cost(settings, source, spent.get(source.name, 0.0)) for source in settings.sources]


def _pays(settings: Settings) -> bool:
    return any(source.kind in PLANNERS for source in settings.sources)


def _cost(settings: Settings, source: SourceSettings, spent: float) -> SourceCost:
    planner = PLANNERS.get(source.kind)
    if planner is None:
        reads = source.path or source.url or source.site
        return SourceCost(source.name, source.kind, reads, (), units=0.0, of="", spent=0.0, budget=0.0, trouble="")
    sites = _asked(settings, source)
    calls = tuple(planner(source, sites))
    return SourceCost(
        name=source.name,
        kind=source.kind,
        reads=", ".join(sites),
        calls=calls,
        units=sum(call.units for call in calls),
        of=next((call.of for call in calls), ""),
        spent=spent,
        budget=source.budget_units,
        trouble=_trouble(source),
    )


def _asked(settings: Settings, source: SourceSettings) -> list[str]:
    sites = [site for site in settings.sites if source.site in ("", site.site)]
    return [site.site for site in sites if site.role is Role.OWN or source.kind not in OWN_SITES_ONLY]


def _trouble(source: SourceSettings) -> str:
    try:
        return "" if account_of(source).password else f"the Airflow connection {source.connection!r} has no password: the key"
    except (SourceError, SettingsError) as error:
        return str(error).removeprefix(f"source {source.name}: ")
