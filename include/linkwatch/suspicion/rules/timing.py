"""Coordinated timing: links on several new referring domains that were put there together, by hours, minute or address."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import ChangeKind, Finding, Severity, Site
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.signs.anchors import Bucket, brand_names, bucket, normalised_column
from linkwatch.suspicion.signs.arrivals import steady
from linkwatch.suspicion_settings import SuspicionSettings

_LAST_SEGMENT = r"^[^:]+://[^/]+/(?:[^?#]*/)?(?P<slug>[^/?#]+)/?(?:[?#].*)?$"
_TELLING_SLUG = r"\pL{3,}[-_]+(?:.*[-_])?\pL{3,}"  # two words at least: "index.html" and "about" are everywhere
_TOLD_TIES = 5

Row = Mapping[str, Any]


def coordinated_timing(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """Links on `timing_domains` or more new referring domains that came together, and two of the domains are tied. Medium.

    Together: one telling anchor to one target within `timing_h` hours; the same last part of the address, digits left out,
    within as long; or pages that say that they were published in the same minute. Tied: an analytics or advertising id, a
    network, or at least `similar_share` of the main text in common, ids and networks of very many domains left out. When a
    link came is its earliest date by a source, or the night that we saw it first; a domain is new as long as its first link is.
    One finding per site and anchor and target, address, or minute; the links are those of the busiest `timing_h` hours.

    Standing: all of it is judgement. Expected false alarms about 20 %: one story in many papers looks the same, which is why
    domains have to be tied; a wire story that is copied on one host still does. In shadow as shipped. Full hours are left out
    of publishing times: they stand for a date alone, or for an embargo. Not evaluated for links of which nobody knows when they
    came (found at the first look, or in a night that looked at much more than usual), and for those that came together with
    others while network or analysis of their pages is not known.
    """
    ties = _Ties(evidence, settings)
    for site in evidence.sites:
        dated, undated = _dated(evidence, site.site, settings)
        if len(undated):
            yield NotEvaluated("nobody knows when it was put there", undated["link_id"].combine_chunks())
        told: list[frozenset[str]] = []
        for wave in _waves(evidence, site, _newcomers(dated, settings), settings):
            domains = frozenset(row["source_domain"] for row in wave.rows)
            if len(domains) < settings.timing_domains or any(domains <= other for other in told):
                continue
            tied = ties.of(wave.rows)
            if tied:
                told.append(domains)
                yield _hit(site.site, wave, sorted(domains), tied, settings)
            elif ids := ties.unknown(wave.rows):
                yield NotEvaluated("what could tie its page to others is not known", pa.array(ids, pa.int64()))


@dataclass(frozen=True, slots=True)
class _Wave:
    """Links on new domains that came together."""

    key: str
    what: str  # they have in common
    rows: Sequence[Row]


def _dated(evidence: NightEvidence, site: str, settings: SuspicionSettings) -> tuple[pa.Table, pa.Table]:
    """Live links of a site with `at`, when they came, of domains all of whose links have it; and the links that have none."""
    names = ["link_id", "site", "source_domain", "source_url", "target_url", "anchor", "origin", "first_seen_at"]
    live = evidence.live_links([*names, "claimed_first_seen"])
    live = live.filter(pc.equal(live["site"], site))
    history = evidence.history.get(site, ())
    comparable = zip(history, steady(history, settings.coverage_jump_share), strict=True)
    nights = pa.array([night.night for night, is_steady in comparable if is_steady], pa.string())
    is_ours = pc.is_in(pc.strftime(live["first_seen_at"], format="%Y-%m-%d"), value_set=nights)
    is_ours = pc.or_(is_ours, pc.equal(live["origin"], ChangeKind.GAINED.value))
    seen = pc.if_else(is_ours, live["first_seen_at"], pa.scalar(None, live["first_seen_at"].type))
    at = pc.coalesce(live["claimed_first_seen"], seen)
    live = live.drop_columns(["site", "origin", "first_seen_at", "claimed_first_seen"]).append_column("at", at)
    unknown = pc.is_in(live["source_domain"], value_set=pc.unique(live["source_domain"].filter(pc.is_null(at))))
    return live.filter(pc.invert(unknown)), live.filter(pc.is_null(at))


def _newcomers(dated: pa.Table, settings: SuspicionSettings) -> pa.Table:
    """Links that came with the first of their domain, or within `timing_h` of it."""
    first = dated.group_by("source_domain").aggregate([("at", "min")])
    arrived = first["at_min"].combine_chunks().take(pc.index_in(dated["source_domain"], value_set=first["source_domain"]))
    hours = pa.scalar(timedelta(hours=settings.timing_h), pa.duration("us"))
    return dated.filter(pc.less_equal(pc.subtract(dated["at"], arrived), hours))


def _waves(evidence: NightEvidence, site: Site, links: pa.Table, settings: SuspicionSettings) -> Iterator[_Wave]:
    """Groups of links that came together, the most telling kind first."""
    hours, brands = timedelta(hours=settings.timing_h), brand_names(site)
    links = links.append_column("words", normalised_column(links["anchor"]))
    for rows in _crowds(links, ["target_url", "words"], settings):
        words, target = rows[0]["words"], rows[0]["target_url"]
        if bucket(words, brands) is Bucket.OTHER:
            yield _Wave(f"anchor|{target}|{words}", f"the anchor “{words}” to {target[:200]}", _busiest(rows, hours))
    where = pc.index_in(links["source_url"], value_set=evidence.analyses["url"])
    published = evidence.analyses["published_at"].combine_chunks().take(where.combine_chunks())
    timed = links.append_column("minute", pc.strftime(published, format="%Y-%m-%d %H:%M"))
    for rows in _crowds(timed.filter(pc.not_equal(pc.minute(published), 0)), ["minute"], settings):
        yield _Wave(f"published|{rows[0]['minute']}", f"{rows[0]['minute']} UTC as their time of publishing", rows)
    slugs = pc.struct_field(pc.extract_regex(links["source_url"], pattern=_LAST_SEGMENT), "slug")
    slugs = pc.replace_substring_regex(slugs, pattern="[0-9]+", replacement="")
    named = links.append_column("slug", slugs).filter(pc.match_substring_regex(slugs, pattern=_TELLING_SLUG))
    for rows in _crowds(named, ["slug"], settings):
        slug = rows[0]["slug"][:200]
        yield _Wave(f"slug|{slug}", f"the address …/{slug}", _busiest(rows, hours))


def _crowds(links: pa.Table, keys: list[str], settings: SuspicionSettings) -> Iterator[list[Row]]:
    """Rows of each group by `keys` with domains enough, by time; groups in a settled order."""
    counts = links.group_by(keys).aggregate([("source_domain", "count_distinct")])
    counts = counts.filter(pc.greater_equal(counts["source_domain_count_distinct"], settings.timing_domains))
    crowded = links.join(counts.select(keys), keys, join_type="inner")
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in crowded.sort_by([("at", "ascending"), ("link_id", "ascending")]).to_pylist():
        groups[tuple(row[key] for key in keys)].append(row)
    for _, rows in sorted(groups.items()):
        yield rows


def _busiest(rows: Sequence[Row], within: timedelta) -> Sequence[Row]:
    """Of rows by time, the run within so long that has the most domains; the first of several."""
    best, most, start = (0, 0), 0, 0
    inside: Counter[str] = Counter()
    for end, row in enumerate(rows):
        inside[row["source_domain"]] += 1
        while row["at"] - rows[start]["at"] > within:
            gone = rows[start]["source_domain"]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            start += 1
        if len(inside) > most:
            best, most = (start, end + 1), len(inside)
    return rows[slice(*best)]


class _Ties:
    """What ties pages of different domains to each other; looked up only once links came together."""

    def __init__(self, evidence: NightEvidence, settings: SuspicionSettings) -> None:
        self._evidence, self._settings = evidence, settings

    def of(self, rows: Iterable[Row]) -> list[str]:
        """Sentences of what two or more of the rows' domains have in common, the most common first; [] when nothing."""
        having: dict[tuple[str, int], set[str]] = defaultdict(set)
        for row in rows:
            for sign in self._signs(row["source_url"]):
                having[sign].add(row["source_domain"])
        tied = sorted((-len(domains), sign) for (sign, _), domains in having.items() if len(domains) > 1)
        return [f"{-count} domains share {sign}" for count, sign in tied[:_TOLD_TIES]]

    def unknown(self, rows: Iterable[Row]) -> list[int]:
        """Links of the rows whose page has no analysis, or no network that is known."""
        networks, analysed = self._networks, self._analysed
        return [row["link_id"] for row in rows if row["source_url"] not in networks or row["source_url"] not in analysed]

    def _signs(self, url: str) -> Iterator[tuple[str, int]]:
        """Each as words, and a number that keeps texts apart."""
        if url in self._networks and self._networks[url] not in self._common_networks:
            yield f"the network {self._networks[url]}", 0
        if url in self._analysed:
            place = self._analysed[url]
            yield from ((f"the id {one}", 0) for one in self._ids[place].split() if one not in self._common_ids)
            if self._texts[place] >= 0:
                yield "a main text", self._texts[place]

    @cached_property
    def _analysed(self) -> dict[str, int]:
        return {url: place for place, url in enumerate(self._evidence.analyses["url"].to_pylist())}

    @cached_property
    def _ids(self) -> list[str]:
        ids: list[str] = self._evidence.analyses["ids"].to_pylist()
        return ids

    @cached_property
    def _texts(self) -> list[int]:
        groups: list[int] = self._evidence.likeness.groups(self._settings.similar_share).tolist()
        return groups

    @cached_property
    def _networks(self) -> dict[str, str]:
        pages = self._evidence.pages.select(["url", "network"]).filter(pc.not_equal(self._evidence.pages["network"], ""))
        return dict(zip(pages["url"].to_pylist(), pages["network"].to_pylist(), strict=True))

    @cached_property
    def _common_networks(self) -> frozenset[str]:
        pages = self._evidence.pages
        return _common(pages["network"], pages["source_domain"], self._settings.shared_address_max_domains)

    @cached_property
    def _common_ids(self) -> frozenset[str]:
        analyses = self._evidence.analyses.combine_chunks()
        ids = pc.split_pattern(analyses["ids"], " ").combine_chunks()
        domains = analyses["source_domain"].combine_chunks().take(pc.list_parent_indices(ids))
        return _common(pc.list_flatten(ids), domains, self._settings.shared_id_max_domains)


def _common(values: pa.Array, domains: pa.Array, at_most: int) -> frozenset[str]:
    """Values of more domains than that."""
    counts = pa.table({"value": values, "domain": domains}).group_by("value").aggregate([("domain", "count_distinct")])
    return frozenset(counts["value"].filter(pc.greater(counts["domain_count_distinct"], at_most)).to_pylist())


def _hit(site: str, wave: _Wave, domains: Sequence[str], tied: Sequence[str], settings: SuspicionSettings) -> Finding:
    rows = wave.rows
    hours = (rows[-1]["at"] - rows[0]["at"]).total_seconds() / 3600
    told: dict[str, object] = {
        "observed": f"{len(domains)} new referring domains within {hours:.0f} hours have {wave.what}",
        "threshold": f"at least {settings.timing_domains} domains within {settings.timing_h:g} hours, two of them tied",
        "tied": tied,
        "samples": samples({row["source_url"] for row in rows}),
    }
    link_ids = tuple(sorted(row["link_id"] for row in rows))
    return Finding("coordinated_timing", wave.key, Severity.MEDIUM, site, link_ids, told, tuple(domains), told_grounds(domains))
