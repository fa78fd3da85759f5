"""A published night before the rules: what they look at, what they found, and what kind its links are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pyarrow as pa

from linkwatch import schemas
from linkwatch.analysis_schemas import ANALYSES, ASSESSED, PLACES
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore, differing_rows
from linkwatch.steps.crawling import crawled_tables
from linkwatch.suspicion import COLUMNS, Arrivals, Found, NightEvidence, Ruling, arrivals_tonight, assess, find
from linkwatch.suspicion_settings import FAMILIES

ARRIVALS = "arrivals"
"""Facts of a night: how many new referring domains each site got, and how much was looked at."""

CRAWL_NIGHTS = 14
"""Nights back in which the last crawl of own sites is looked for: whom they link to does not change from day to day."""


@dataclass(frozen=True, slots=True)
class Suspected:
    """What suspicion says of a night."""

    found: Found
    rulings: Sequence[Mapping[str, Any]]  # rows of `rule_night`
    kinds: pa.Table  # ASSESSED: the rows that the night changed


def suspect(settings: Settings, store: NightStore, night: str, changes: pa.Table, bad_domains: frozenset[str]) -> Suspected:
    """Run all rules on a published night and assess its links; keeps table `assessed` and facts `arrivals` in the night's folder.

    `changes` are the night's (schemas.CHANGES), `bad_domains` those that people disavowed. The same every time it is asked.
    """
    evidence = _evidence(settings, store, night, changes, bad_domains)
    found = find(evidence, settings.suspicion)
    store.write_table(night, "assessed", assess(evidence, settings.suspicion, found.not_evaluated))
    before = store.latest_before(night)
    known = store.path(before, "assessed") if before and store.has(before, "assessed") else None
    kinds = differing_rows(known, store.path(night, "assessed"), ASSESSED)
    rulings = [_ruling(night, ruling, settings) for ruling in found.rulings]
    return Suspected(found, rulings, kinds)


def _evidence(settings: Settings, store: NightStore, night: str, changes: pa.Table, bad: frozenset[str]) -> NightEvidence:
    evidence = NightEvidence(
        night=night,
        links=store.read_table(night, "links", COLUMNS["links"]),
        pages=store.read_table(night, "pages", COLUMNS["pages"]),
        changes=changes,
        sites=settings.sites,
        analyses=_kept(store, night, "analyses", ANALYSES),
        places=_kept(store, night, "places", PLACES),
        own_links=_own_links(store, night),
        bad_domains=bad,
    )
    looked = sum(store.read_table(night, name, ["url"]).num_rows for name in store.names(night, "looks-"))
    tonight = arrivals_tonight(evidence, looked, store.read_table(night, "claims", ["claimed_by"]).num_rows)
    store.write_facts(night, ARRIVALS, {site: asdict(arrivals) for site, arrivals in tonight.items()})
    return replace(evidence, history=_history(settings, store, night))


def _kept(store: NightStore, night: str, name: str, schema: pa.Schema) -> pa.Table:
    """A night that an older version folded has none."""
    return store.read_table(night, name) if store.has(night, name) else schema.empty_table()


def _own_links(store: NightStore, night: str) -> pa.Table | None:
    nights = [name for name in store.published() if name <= night][-CRAWL_NIGHTS:]
    crawled = next((name for name in reversed(nights) if store.names(name, "own-links-")), None)
    return crawled_tables(store, crawled, "own-links-", schemas.OWN_LINKS) if crawled else None


def _history(settings: Settings, store: NightStore, night: str) -> dict[str, list[Arrivals]]:
    """What arrived at each site night by night, as far back as velocity looks, and half as far again for nights left out."""
    nights = [name for name in store.published() if name <= night][-settings.suspicion.velocity_nights * 3 // 2 :]
    facts = [store.read_facts(name, ARRIVALS) or {} for name in nights]
    return {site.site: [Arrivals(**known[site.site]) for known in facts if site.site in known] for site in settings.sites}


def _ruling(night: str, ruling: Ruling, settings: Settings) -> dict[str, Any]:
    return {
        "night": night,
        "site": ruling.site,
        "rule": ruling.rule,
        "family": FAMILIES[ruling.rule],
        "shadow": ruling.rule in settings.suspicion.shadow,
        "evaluated": ruling.evaluated,
        "not_evaluated": sum(ruling.not_evaluated.values()),
        "reasons": dict(ruling.not_evaluated),
        "findings": ruling.findings,
    }
