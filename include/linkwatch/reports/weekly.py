"""The week in numbers: from what the warehouse knows to the rows of the marts and one `Report`. Pure, and without wording.

A week is Monday to Sunday, UTC. Every count's name says whether it counts links or referring domains. A referring domain is
gained when none of its links stood as the week began, one stands as it ends, and it came by a gain or a recovery; one that
we merely looked at for the first time is discovered. It is lost when links stood and none does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from linkwatch.model import Audit, NightSummary, Role
from linkwatch.reports.rows import ChangeRow
from linkwatch.reports.suspicion import SuspicionWeek

PUBLISHED = frozenset({Audit.PASSED, Audit.RELEASED})


@dataclass(frozen=True, slots=True)
class SiteNumbers:
    """One site's week, as the warehouse counts it; counts are links unless the name says otherwise."""

    site: str
    role: str  # own or competitor
    links_live: int  # after the week's last published night
    referring_domains_live: int
    gained: int  # changes in the week
    discovered: int
    lost: int
    recovered: int
    changed: int
    findings_open: int
    unverified_refuted: int  # claimed, and not there: first found out in the week
    nights_passed: int
    nights_held: int


@dataclass(frozen=True, slots=True)
class DomainNumbers:
    """One referring domain's week for one site; counts are links."""

    site: str
    source_domain: str
    links_before: int  # stood (live, or missing without a confirmed loss) when the week began
    links_live: int  # stood when it ended
    links_followed: int
    gained: int
    discovered: int
    lost: int
    recovered: int
    changed: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None

    @property
    def state(self) -> str:
        """What became of the domain in the week: gained, discovered, lost or kept."""
        if self.links_before and not self.links_live:
            return "lost"
        if self.links_before or not self.links_live:
            return "kept"
        return "gained" if self.gained or self.recovered else "discovered"


@dataclass(frozen=True, slots=True)
class WeeklySite:
    """One site's week as it is told."""

    site: str
    role: str
    links_live: int
    referring_domains_live: int
    links_followed: int
    links_gained: int
    links_discovered: int
    links_lost: int
    links_recovered: int
    links_changed: int
    referring_domains_gained: int
    referring_domains_lost: int
    findings_open: int
    unverified_refuted: int
    nights_passed: int
    nights_held: int
    links_live_before: int | None = None  # a week ago; None: no such week is known
    referring_domains_live_before: int | None = None

    @property
    def is_own(self) -> bool:
        """True for a site of the user's own."""
        return self.role == Role.OWN


@dataclass(frozen=True, slots=True)
class HeldNight:
    """A night of the week that was not published as it came."""

    night: str
    sites: tuple[str, ...]
    audit: str  # held, released or dropped
    because: tuple[str, ...]  # the failed expectations, in words


@dataclass(frozen=True, slots=True)
class Report:
    """All that one weekly report shows. Rows are ordered as they are told: own sites first."""

    week_start: date
    sites: tuple[WeeklySite, ...]
    nights: tuple[NightSummary, ...]  # of the charts' whole span, published ones only, oldest first
    domains: Mapping[str, tuple[DomainNumbers, ...]]  # by own site: those with most live links
    lost: tuple[ChangeRow, ...]  # on own sites, all of them
    gained: tuple[ChangeRow, ...]
    recovered: tuple[ChangeRow, ...]
    changed: tuple[ChangeRow, ...]
    loss_reasons: Mapping[str, int]  # reason: links lost on own sites, most first
    suspicion: SuspicionWeek
    refuted: tuple[Mapping[str, Any], ...]  # links claimed, and not there: site, source_url, target_url, claimed_by
    held: tuple[HeldNight, ...]
    gap: tuple[Mapping[str, Any], ...] = ()  # rows of `gap_referring_domain` as of the last night, by site and rank

    @property
    def week_end(self) -> date:
        """The week's Sunday."""
        return self.week_start + timedelta(days=6)

    @property
    def own(self) -> tuple[WeeklySite, ...]:
        """The user's own sites."""
        return tuple(site for site in self.sites if site.is_own)


def week_of(day: date) -> date:
    """The Monday of the week that a day is in."""
    return day - timedelta(days=day.weekday())


def weekly_site_rows(week_start: date, sites: Iterable[SiteNumbers], domains: Iterable[DomainNumbers]) -> list[dict[str, Any]]:
    """Rows of the mart `weekly_site`, one per week and site.

    A week without a published night has no count of its own: what stands by the changes so far is told instead.
    """
    by_site: dict[str, list[DomainNumbers]] = {}
    for domain in domains:
        by_site.setdefault(domain.site, []).append(domain)
    rows = []
    for site in sites:
        own = by_site.get(site.site, [])
        states = Counter(domain.state for domain in own)
        standing = [domain.links_live for domain in own if domain.links_live]
        rows.append(
            {
                "week_start": week_start,
                "site": site.site,
                "role": site.role,
                "links_live": site.links_live if site.nights_passed else sum(standing),
                "referring_domains_live": site.referring_domains_live if site.nights_passed else len(standing),
                "links_followed": sum(domain.links_followed for domain in own),
                "links_gained": site.gained,
                "links_lost": site.lost,
                "links_recovered": site.recovered,
                "links_changed": site.changed,
                "referring_domains_gained": states["gained"],
                "referring_domains_lost": states["lost"],
                "findings_open": site.findings_open,
                "unverified_refuted": site.unverified_refuted,
                "nights_passed": site.nights_passed,
                "nights_held": site.nights_held,
            }
        )
    return rows


def weekly_domain_rows(week_start: date, domains: Iterable[DomainNumbers]) -> list[dict[str, Any]]:
    """Rows of the mart `weekly_referring_domain`, one per week, site and referring domain."""
    return [
        {
            "week_start": week_start,
            "site": domain.site,
            "source_domain": domain.source_domain,
            "links_live": domain.links_live,
            "links_followed": domain.links_followed,
            "links_gained": domain.gained,
            "links_lost": domain.lost,
            "first_seen_at": domain.first_seen_at,
            "last_seen_at": domain.last_seen_at,
            "state": domain.state,
        }
        for domain in domains
    ]


def as_numbers(kind: type[Any], rows: Iterable[Any]) -> list[Any]:
    """Dataclass rows of another stage as `SiteNumbers` or `DomainNumbers`: the same fields by the same names."""
    return [kind(**asdict(row)) for row in rows]
