"""Referring domains as a graph: what ties two of them, and which are tied together.

Nothing is compared with everything. A value that domains share (an id, a text, an address) ties those that have it while they are
few; sets of outlinks are compared as texts are, by MinHash.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkwatch.suspicion.evidence import NightEvidence
from linkwatch.suspicion.rules.copies import shared_texts
from linkwatch.suspicion.rules.domains import revived
from linkwatch.suspicion.signs.closer import beside
from linkwatch.suspicion.signs.likeness import connected, distinct, neighbours
from linkwatch.suspicion.signs.outlinks import same_outlinks
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import platform_of

MAX_PAIRS = 3_000_000
"""Pairs that one sign ties, at most: values that few domains share come first. Beyond stand only made-up ids by the thousand."""

BUILD_PARTS = 3
"""Theme and plugins that make a build one's own [judgement]."""

Codes = NDArray[np.int64]  # pairs of domains: number of the one × all domains + number of the other, the lower one first
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Network:
    """Domains that link to one site and are tied together."""

    site: str
    domains: tuple[str, ...]  # sorted
    first: str  # the one whose live links were seen first
    pairs: int  # that have enough signs
    signs: Mapping[str, int]  # sign: how many of these have it


def networks(evidence: NightEvidence, settings: SuspicionSettings) -> list[Network]:
    """The networks of a night; see the rule `link_network`."""
    links = evidence.live_links(["site", "source_url", "source_domain", "first_seen_at"])
    links = links.filter(pc.invert(pc.is_in(links["source_domain"], value_set=pa.array(settings.partners, pa.string()))))
    signs = _signs(evidence, settings, links)
    texts = _texts(evidence, settings, signs)
    found = []
    for site in evidence.sites:
        own = links.filter(pc.equal(links["site"], site.site))
        found += _tied_together(site.site, own, signs, texts.get(site.site, np.empty(0, np.int64)), settings)
    return found


def common_values(links: pa.Table, table: pa.Table, column: str, most: int) -> pa.Table:
    """Values of a space-separated column that 2 to `most` domains share: value, source_domain; each once.

    Of the pages and domains of `links` (source_url, source_domain); `table` has url, source_domain and the column.
    """
    linking = pc.and_(
        pc.is_in(table["url"], value_set=links["source_url"]), pc.is_in(table["source_domain"], value_set=links["source_domain"])
    )
    pages = table.filter(pc.and_(linking, pc.not_equal(table[column], "")))
    domains = pages["source_domain"].combine_chunks().dictionary_encode()
    parts = pc.split_pattern(pages[column].combine_chunks(), " ")
    values = pc.list_flatten(parts).dictionary_encode()
    domain = domains.indices.to_numpy().astype(np.int64)[pc.list_parent_indices(parts).to_numpy()]
    width = max(len(domains.dictionary), 1)
    value, domain = np.divmod(distinct(values.indices.to_numpy().astype(np.int64) * width + domain), width)
    spread = np.bincount(value, minlength=1)[value]
    few = (spread >= 2) & (spread <= most)
    columns = (values.dictionary.take(pa.array(value[few])), domains.dictionary.take(pa.array(domain[few])))
    return pa.table(columns, ["value", "source_domain"])


@dataclass(frozen=True, slots=True)
class _Signs:
    """What ties pairs of domains whichever site they link to, and what is true of single ones."""

    names: pa.Array  # the domains, by number
    ids: Codes
    outlinks: Codes
    builds: Codes
    addresses: Codes
    lapsed: Mask  # by domain
    nameless: Mask

    def pairs(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> Codes:
        """Pairs of numbers as codes, in order, each once; a domain is no pair with itself."""
        apart = left != right
        low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
        return distinct(low * len(self.names) + high)


def _signs(evidence: NightEvidence, settings: SuspicionSettings, links: pa.Table) -> _Signs:
    names = pc.unique(links["source_domain"])
    ids = common_values(links, evidence.analyses, "ids", settings.shared_id_max_domains)
    addresses = common_values(links, evidence.pages, "network", settings.shared_address_max_domains)
    parts = pc.add(pc.count_substring(evidence.analyses["build"], " "), 1)
    builds = evidence.analyses.select(["url", "source_domain", "build"]).filter(pc.greater_equal(parts, BUILD_PARTS))
    builds = builds.set_column(2, "build", pc.replace_substring(builds["build"], " ", ","))  # the whole of it is one value
    revivals = pa.array(list(revived(evidence, settings)), pa.string())
    pages = beside(links, "source_url", evidence.analyses, "url", {"names_itself": "names_itself"})
    named = pages["source_domain"].filter(pc.fill_null(pages["names_itself"], True))  # of a page not analysed nothing is said
    return _Signs(
        names=names,
        ids=_apart(names, _tied(names, ids)),
        outlinks=same_outlinks(evidence, settings, links, names),
        builds=_tied(names, common_values(links, builds, "build", settings.shared_id_max_domains)),
        addresses=_apart(names, _tied(names, addresses)),
        lapsed=_mask(pc.is_in(names, value_set=revivals)),
        nameless=~_mask(pc.is_in(names, value_set=named)),
    )


def _texts(evidence: NightEvidence, settings: SuspicionSettings, signs: _Signs) -> dict[str, Codes]:
    """Pairs that a text ties which does not read as syndicated, by site."""
    number = {name: place for place, name in enumerate(signs.names.to_pylist())}
    pairs: dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = {}
    for text in shared_texts(evidence, settings, 2, settings.shared_id_max_domains):
        if not text.syndicated:
            members = np.array([number[domain] for domain in text.domains if domain in number], np.int64)
            pairs.setdefault(text.site, []).append(np.meshgrid(members, members))
    return {
        site: signs.pairs(*(np.concatenate([np.ravel(grid[side]) for grid in grids]) for side in (0, 1)))
        for site, grids in pairs.items()
    }


def _tied_together(site: str, links: pa.Table, signs: _Signs, texts: Codes, settings: SuspicionSettings) -> list[Network]:
    """The networks of one site: connected parts of the pairs that have enough signs."""
    count = len(signs.names)
    linking = _mask(pc.is_in(signs.names, value_set=links["source_domain"]))
    pairs = distinct(np.concatenate([signs.ids, texts, signs.outlinks]))
    left, right = np.divmod(pairs, max(count, 1))
    pairs = pairs[linking[left] & linking[right]]
    seen = _weighed(pairs, signs, texts)
    tied = np.sum(list(seen.values()), axis=0) >= settings.network_signs
    left, right = np.divmod(pairs[tied], max(count, 1))
    labels = connected(count, left, right)
    sizes = np.bincount(labels, minlength=1)
    found = []
    for label in np.flatnonzero(sizes >= settings.network_domains):
        members = signs.names.take(pa.array(np.flatnonzero(labels == label)))
        inside = labels[left] == label
        told = {sign: int(has[tied][inside].sum()) for sign, has in seen.items() if has[tied][inside].any()}
        first = _first_seen(links, members)
        found.append(Network(site, tuple(sorted(members.to_pylist())), first, int(inside.sum()), told))
    return found


def _weighed(pairs: Codes, signs: _Signs, texts: Codes) -> dict[str, Mask]:
    """Which of the pairs have each sign, those that only add to others where they may."""
    left, right = np.divmod(pairs, max(len(signs.names), 1))
    text, outlinks = np.isin(pairs, texts), np.isin(pairs, signs.outlinks)
    return {
        "shared id": np.isin(pairs, signs.ids),
        "shared text": text,
        "same outlinks": outlinks,
        "same build": (text | outlinks) & np.isin(pairs, signs.builds),
        "same network address": (text | outlinks) & np.isin(pairs, signs.addresses),
        "neither names itself": (text | outlinks) & signs.nameless[left] & signs.nameless[right],
        "both came back": signs.lapsed[left] & signs.lapsed[right],
    }


def _first_seen(links: pa.Table, members: pa.Array) -> str:
    """The domain whose links are known longest: domains that join a network do not rename it."""
    rows = links.select(["first_seen_at", "source_domain"]).filter(pc.is_in(links["source_domain"], value_set=members))
    first: str = rows.sort_by([("first_seen_at", "ascending"), ("source_domain", "ascending")])["source_domain"][0].as_py()
    return first


def _tied(names: pa.Array, values: pa.Table) -> Codes:
    """Pairs of domains that share a value; the rarest values first, up to MAX_PAIRS."""
    value = values["value"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    domain = pc.index_in(values["source_domain"], value_set=names).to_numpy().astype(np.int64)
    sizes = np.bincount(value, minlength=1)
    order = np.argsort(sizes, kind="stable")
    kept = np.zeros(len(sizes), np.bool_)
    kept[order] = np.cumsum((sizes * (sizes - 1) // 2)[order]) <= MAX_PAIRS
    value, domain = value[kept[value]], domain[kept[value]]
    left, right = neighbours(value, int(sizes.max()))
    low, high = np.minimum(domain[left], domain[right]), np.maximum(domain[left], domain[right])
    return distinct(low * len(names) + high)


def _apart(names: pa.Array, pairs: Codes) -> Codes:
    """Without the pairs of names of one platform, which gives them ids and addresses."""
    left, right = np.divmod(pairs, max(len(names), 1))
    tied = distinct(np.concatenate([left, right]))
    platforms, number = np.full(len(names), -1, np.int64), {"": -1}
    platforms[tied] = [number.setdefault(platform_of(name), len(number)) for name in names.take(pa.array(tied)).to_pylist()]
    apart: Mask = (platforms[left] != platforms[right]) | (platforms[left] < 0)
    return pairs[apart]


def _mask(column: pa.Array) -> Mask:
    held: Mask = column.to_numpy(zero_copy_only=False).astype(np.bool_)
    return held
