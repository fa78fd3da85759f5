"""The pace of new referring domains: a night that brings far more of them than the site's own nights let expect."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity, Site
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.signs.anchors import Bucket, brand_names, bucket, normalised_column
from linkwatch.suspicion.signs.arrivals import Past, count_domains, new_domains, past_of
from linkwatch.suspicion.signs.statistics import COLD_NIGHTS, Forecast, chance, forecast
from linkwatch.suspicion_settings import SuspicionSettings

NOTICE_P = 0.01
"""Chance below which a night of a site with little history is noted, and not told [reference, section 2]."""


def domain_velocity(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """More new referring domains in one night than the site's nights let expect. Info: a success looks the same.

    x new domains (see `arrivals.new_domains`) against a negative binomial with weekday factors, from the last
    `velocity_nights` nights without those whose coverage jumped (`statistics.forecast`): p < `velocity_p`,
    x ≥ `velocity_min_domains`, and x ≥ `velocity_min_ratio` × the median night, taken as one domain at least. Medium where more
    than half of the domains share a telling anchor, ending and network, or a page template (generator, theme and plugins,
    and block). A burst is a finding of its own, keyed by its night, about all links of its new domains.

    Standing: measured in simulation (`make spikes`): false alarms on 0–2.1 nights of 1,000, where a z-score has 0.6–24; at equal
    false alarms it finds most. Bursts below three times the mean of a site that is bursty anyway it mostly misses, and for eight
    weeks after a burst some more. The thresholds are the reference's; more than half as a share is judgement.
    Not evaluated on the first night, on nights that looked at much more or less than the 7 before them, and with fewer than 28
    nights of history: then a chance below 1 % stands with the reason, as a notice.
    """
    for site, links in _sites(evidence, new_domains(evidence)):
        past = past_of(evidence, site.site, settings)
        expected = _expected(past, evidence.night)
        domains = count_domains(links)
        because = past.because or _too_cold(domains, expected)
        if because:
            yield NotEvaluated(because, links["link_id"].combine_chunks())
        elif is_burst(domains, expected, settings):
            yield _hit(evidence, site, links, expected, settings)


def is_burst(domains: int, expected: Forecast, settings: SuspicionSettings) -> bool:
    """True where so many new domains pass all three thresholds."""
    enough = max(settings.velocity_min_domains, settings.velocity_min_ratio * max(expected.median, 1.0))
    return domains >= enough and float(chance(domains, expected)) < settings.velocity_p


def _sites(evidence: NightEvidence, arrived: Mapping[str, pa.Table]) -> Iterator[tuple[Site, pa.Table]]:
    """Sites with an arrival."""
    for site in evidence.sites:
        if len(arrived[site.site]):
            yield site, arrived[site.site]


def _expected(past: Past, night: str) -> Forecast:
    counts = [one.domains for one in past.nights]
    return forecast(counts, [_weekday(one.night) for one in past.nights], _weekday(night))


def _weekday(night: str) -> int:
    return date.fromisoformat(night).weekday()


def _too_cold(domains: int, expected: Forecast) -> str:
    if not expected.is_cold:
        return ""
    told = f"only {expected.nights} of {COLD_NIGHTS} comparable nights are known"
    p = float(chance(domains, expected))
    return f"{told}; by these, {domains} new domains have a chance of {p:.2g}" if p < NOTICE_P else told


def _hit(evidence: NightEvidence, site: Site, links: pa.Table, expected: Forecast, settings: SuspicionSettings) -> Finding:
    domains = tuple(sorted(pc.unique(links["source_domain"]).to_pylist()))
    shared = _shared(evidence, site, links)
    told: dict[str, object] = {
        "observed": f"{len(domains)} new referring domains tonight",
        "expected": round(expected.mean, 2),
        "p": float(f"{float(chance(len(domains), expected)):.2g}"),
        "threshold": f"p below {settings.velocity_p:g}, at least {settings.velocity_min_domains} domains "
        f"and {settings.velocity_min_ratio:g} × the median night",
        "baseline": f"median night of the last {expected.nights}: {expected.median:g}",
        "samples": samples(pc.unique(links["source_url"]).to_pylist()),
    }
    severity = Severity.MEDIUM if shared else Severity.INFO
    ids = tuple(sorted(links["link_id"].to_pylist()))
    return Finding("domain_velocity", evidence.night, severity, site.site, ids, told | shared, domains, told_grounds(domains))


def _shared(evidence: NightEvidence, site: Site, links: pa.Table) -> dict[str, object]:
    """What more than half of the burst's domains have in common: {"shared": [sentences]}, or nothing."""
    rows = links.append_column("words", normalised_column(links["anchor"])).to_pylist()
    brands = brand_names(site)
    telling = {words for words in {row["words"] for row in rows} if bucket(words, brands) is Bucket.OTHER}
    networks = _column(evidence.pages, "url", ["network"], links["source_url"])
    builds = _column(evidence.analyses, "url", ["generator", "build"], links["source_url"])
    blocks = _column(evidence.places, "link_id", ["block"], links["link_id"])

    def traits(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        (network,) = networks.get(row["source_url"], ("",))
        template = *builds.get(row["source_url"], ("", "")), *blocks.get(row["link_id"], ("",))
        if row["words"] in telling:
            yield "the anchor", row["words"]
        if network:
            yield "ending and network", f".{row['source_domain'].rpartition('.')[2]} {network}"
        if template[1] and template[2]:  # a generator alone is half of the web's
            yield "the page template", " ".join(template).strip()

    domains = len({row["source_domain"] for row in rows})
    having = {(row["source_domain"], *trait) for row in rows for trait in traits(row)}
    counts = Counter((name, value) for _, name, value in having)
    told = [
        f"{count} of {domains} share {name} “{value[:100]}”" for (name, value), count in counts.items() if 2 * count > domains
    ]
    return {"shared": sorted(told)} if told else {}


def _column(table: pa.Table, key: str, names: Sequence[str], wanted: pa.ChunkedArray) -> dict[Any, tuple[str, ...]]:
    """Values by key, of the keys that are wanted."""
    found = table.select([key, *names]).filter(pc.is_in(table[key], value_set=pc.unique(wanted)))
    return {row[key]: tuple(row[name] for name in names) for row in found.to_pylist()}
