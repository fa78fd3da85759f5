"""Domains that link to the same places: sets of outlinks compared by MinHash first, and then exactly.

Links that say nothing of a common hand are left out: to what everybody links to, to watched sites, to domains that are
referring domains themselves (sister papers name each other), and those on pages whose text stands elsewhere too (a copy
brings its links with it).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkwatch.suspicion.evidence import NightEvidence
from linkwatch.suspicion.signs.closer import beside
from linkwatch.suspicion.signs.likeness import LEAST_SHARE, PERMUTATIONS, alike, distinct
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import registrable_domain

MIN_TARGETS = 5
"""Domains that one must link to for the set to be its own [judgement]."""

MAX_OUTLINKS = 6_000_000
"""Outlinks that are compared, of the pages with fewest: a million pages with six each, or 30,000 lists of two hundred."""

USUAL_SHARE = 0.2
"""Share of the referring domains above which a target is everybody's [judgement], once it has more than an id may have."""

USUAL = frozenset(
    {
        *("facebook.com", "twitter.com", "x.com", "instagram.com", "youtube.com", "youtu.be", "linkedin.com", "pinterest.com"),
        *("tiktok.com", "threads.net", "bsky.app", "reddit.com", "t.me", "telegram.me", "whatsapp.com", "wa.me", "vimeo.com"),
        *("google.com", "goo.gl", "g.page", "apple.com", "microsoft.com", "amazon.com", "amzn.to", "wikipedia.org", "github.com"),
        *("wordpress.org", "wordpress.com", "gravatar.com", "cloudflare.com", "creativecommons.org", "w3.org", "medium.com"),
        *("tumblr.com", "flickr.com", "spotify.com", "paypal.com", "bit.ly", "soundcloud.com", "yelp.com", "tripadvisor.com"),
    }
)
"""What pages of every kind link to: networks, shops, players and the makers of their software [judgement]."""

_SKETCH = 100  # targets of a domain that its MinHash looks at: those that a settled shuffle puts first
_CHUNK = 16_384  # pairs compared at a time
_SEED = 20_261_125

Ints = NDArray[np.int64]


def same_outlinks(evidence: NightEvidence, settings: SuspicionSettings, links: pa.Table, names: pa.Array) -> Ints:
    """Pairs of domains with at least `network_outlink_share` of their targets in common, as number × len(names) + number.

    `links` are live links (source_url, source_domain); a domain's number is its place in `names`.
    """
    from scipy.sparse import csr_array  # 0.2 s: imported on the nights that have something to compare

    domain, target = _outlinks(evidence, settings, links, names)
    if not len(domain):
        return np.empty(0, np.int64)
    members, starts = np.unique(domain, return_index=True)
    left, right, _ = alike(_sketches(target, starts), LEAST_SHARE)
    row = np.repeat(np.arange(len(members)), np.diff(np.append(starts, len(target))))
    held = csr_array((np.ones(len(target), np.int32), (row, target)), shape=(len(members), int(target.max()) + 1))
    sizes = np.diff(held.indptr)
    close = np.zeros(len(left), np.bool_)
    for start in range(0, len(left), _CHUNK):
        a, b = left[start : start + _CHUNK], right[start : start + _CHUNK]
        both = held[a].multiply(held[b]).sum(axis=1)
        close[start : start + _CHUNK] = both >= settings.network_outlink_share * (sizes[a] + sizes[b] - both)
    low, high = members[left[close]], members[right[close]]
    return distinct(low * len(names) + high)


def _outlinks(evidence: NightEvidence, settings: SuspicionSettings, links: pa.Table, names: pa.Array) -> tuple[Ints, Ints]:
    """Number of the domain and of the target for each outlink, sorted by both, of domains with enough of them."""
    pages = links.group_by(["source_url", "source_domain"]).aggregate([])
    pages = pages.filter(pc.invert(pc.is_in(pages["source_url"], value_set=_shared(evidence))))
    known = evidence.read_pages(["url", "linked_domains"])
    pages = beside(pages, "source_url", known, "url", {"linked_domains": "linked_domains"})
    pages = _few(pages.filter(pc.is_valid(pages["linked_domains"])))
    names_alone = pc.replace_substring(pages["linked_domains"].combine_chunks(), " ", "")  # of JSON, spaced or not
    listed = pc.split_pattern(pc.utf8_trim(names_alone, '["]'), '","')  # no domain has a quote
    targets = pc.list_flatten(listed).dictionary_encode()
    number = _numbers(targets.dictionary, evidence, names)
    domain = pc.index_in(pages["source_domain"], value_set=names).to_numpy().astype(np.int64)
    domain = domain[pc.list_parent_indices(listed).to_numpy()]
    target = number[targets.indices.to_numpy()]
    width = len(number) + 1
    codes = distinct((domain * width + target)[target >= 0])
    domain, target = np.divmod(codes, width)
    spread = np.bincount(target, minlength=1)
    usual = spread > max(USUAL_SHARE * len(names), settings.shared_id_max_domains)
    domain, target = domain[~usual[target]], target[~usual[target]]
    own = np.bincount(domain, minlength=1)[domain] >= MIN_TARGETS
    return domain[own], target[own]


def _few(pages: pa.Table) -> pa.Table:
    """Pages with the fewest outlinks, up to MAX_OUTLINKS in all."""
    counts = pc.count_substring(pages["linked_domains"], '"').to_numpy() // 2
    order = np.argsort(counts, kind="stable")
    kept = np.zeros(len(counts), np.bool_)
    kept[order] = np.cumsum(counts[order]) <= MAX_OUTLINKS
    return pages.filter(pa.array(kept))


def _shared(evidence: NightEvidence) -> pa.Array:
    """Pages whose text, or a similar one, stands on another domain too."""
    groups = evidence.likeness.groups(LEAST_SHARE)
    pages = pa.table({"url": evidence.analyses["url"], "domain": evidence.analyses["source_domain"], "group": groups})
    pages = pages.filter(pc.greater_equal(pages["group"], 0))
    spread = pages.group_by("group").aggregate([("domain", "count_distinct")])
    wide = spread["group"].filter(pc.greater(spread["domain_count_distinct"], 1))
    return pages["url"].filter(pc.is_in(pages["group"], value_set=wide)).combine_chunks()


def _numbers(parts: pa.Array, evidence: NightEvidence, names: pa.Array) -> Ints:
    """A number for each target that counts, in an order without meaning; -1 for the others."""
    watched = {registrable_domain(site.site) for site in evidence.sites}
    idle = pc.is_in(parts, value_set=pa.array(USUAL | watched, pa.string()))
    idle = pc.or_(pc.or_(idle, pc.is_in(parts, value_set=names)), pc.invert(pc.match_substring(parts, ".")))
    number = np.random.default_rng(_SEED).permutation(len(parts)).astype(np.int64)
    number[idle.to_numpy(zero_copy_only=False)] = -1
    return number


def _sketches(target: Ints, starts: Ints) -> NDArray[np.uint32]:
    """MinHash of each domain's targets, one row a domain."""
    place = np.arange(len(target)) - np.repeat(starts, np.diff(np.append(starts, len(target))))
    looked_at = place < _SKETCH
    first = np.searchsorted(np.flatnonzero(looked_at), starts)
    random = np.random.default_rng(_SEED)
    spread = random.integers(0, 2**64, int(target.max()) + 1, np.uint64)[target[looked_at]]
    factors = random.integers(0, 2**63, PERMUTATIONS, np.uint64) * np.uint64(2) + np.uint64(1)
    hashed = [np.minimum.reduceat((spread * factor) >> np.uint64(32), first).astype(np.uint32) for factor in factors]
    return np.stack(hashed, axis=1)
