"""Domains that one hand may hold: one id, one address, and networks tied by more than one sign."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.rules.graph import Network, common_values, networks
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, unsaid
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import platform_of

MAX_MEMBERS = 20
"""Domains of a network that its evidence names; all of them are in the finding's `domains`."""

_LINK = ["link_id", "site", "source_url", "source_domain"]

Link = tuple[int, str]  # id and source page
Held = Mapping[tuple[str, str], Sequence[Link]]  # links by site and referring domain


def shared_id(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """One analytics or advertising id stands on at least `shared_id_domains` domains that link to a site. Medium.

    Evidence of one owner, not of spam: media groups are one owner too (expected false alarms 30 %, judgement). An id on more
    than `shared_id_max_domains` referring domains is an agency's or a platform's and is left out; names of one platform
    (`alice.github.io`, `bob.github.io`) count as one domain, and `partners` do not count. Ids on the same domains
    are one finding, kept under the first of them.

    Standing: published for advertising ids (Papadogiannakis 2022): about 90 % of sites have a publisher of their own, and
    intermediaries hold hundreds. Both numbers of domains are judgement. Not evaluated for a page that was not analysed.
    """
    live = evidence.live_links(_LINK)
    yield from unsaid(NOT_ANALYSED, live.filter(pc.invert(pc.is_in(live["source_url"], value_set=evidence.analyses["url"]))))
    ids = common_values(_without_partners(live, settings), evidence.analyses, "ids", settings.shared_id_max_domains)
    for site, domains, values, links in _crowds(live, ids, settings.shared_id_domains):
        told = {
            "observed": f"{len(domains)} referring domains share {', '.join(values[:5])}",
            "threshold": f"{settings.shared_id_domains} to {settings.shared_id_max_domains} domains",
            "ids": values[:5],
        }
        yield _finding("shared_id", values[0], Severity.MEDIUM, site, domains, links, told)


def shared_address(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """At least `shared_address_domains` domains that link to a site answer from one /24 (IPv6: /48). Info: it supports others.

    A network with more than `shared_address_max_domains` referring domains is a hosting company's or a front such as
    Cloudflare's, and is left out; which networks are theirs is not known here otherwise, so most findings are innocent
    (expected false alarms above 80 %, judgement). Names of one platform count as one domain, `partners` do not count.

    Standing: industry practice that was not verified; all numbers are judgement. Not evaluated where the address is not
    known: behind a proxy, or when the page was rendered elsewhere.
    """
    live = evidence.live_links(_LINK)
    unknown = evidence.pages["url"].filter(pc.not_equal(evidence.pages["network"], ""))
    because = "the address that its page came from is not known"
    yield from unsaid(because, live.filter(pc.invert(pc.is_in(live["source_url"], value_set=unknown))))
    most = settings.shared_address_max_domains
    networks_of = common_values(_without_partners(live, settings), evidence.pages, "network", most)
    for site, domains, values, links in _crowds(live, networks_of, settings.shared_address_domains):
        told = {
            "observed": f"{len(domains)} referring domains answer from {', '.join(values[:5])}",
            "threshold": f"{settings.shared_address_domains} to {most} domains",
        }
        yield _finding("shared_address", values[0], Severity.INFO, site, domains, links, told)


def link_network(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """At least `network_domains` domains that link to a site are tied by pairs, each with `network_signs` signs. High.

    Signs by themselves: an id in common (as in `shared_id`); a text in common that does not read as syndicated (as in
    `copied_text`); the same outlinks, which is at least `network_outlink_share` (Jaccard) of at least 5 domains each, without
    those that everybody links to, without referring domains and watched sites, and without pages whose text is shared: a
    copy brings its links with it.
    Signs that only add to others: to text or outlinks, the same theme and plugins (3 or more of them), one network address,
    and that neither names a contact, about or imprint page; to any of the three, that both domains lapsed and came back.
    So an id beside an address is one owner and no more, as a media group is.

    A tie is between two domains, and a network is what ties connect: not all of its members need be tied with each other. One
    finding per network and site, of all live links from its domains, kept under the domain that was seen first. `partners`
    are left out; an id or address of a platform ties none of the names that it gives out.

    Standing: published in kind (Van Goethem 2019, content and links together, class balance unknown); all numbers and the
    choice of signs are judgement, expected false alarms 15–25 % (judgement). Values on more than 50 domains
    (`shared_id_max_domains`) tie nobody, so a larger network may show in parts or not at all. Not evaluated for a page that
    was not analysed.
    """
    live = evidence.live_links(_LINK)
    yield from unsaid(NOT_ANALYSED, live.filter(pc.invert(pc.is_in(live["source_url"], value_set=evidence.analyses["url"]))))
    found = networks(evidence, settings)
    held = _held(live, [(network.site, network.domains) for network in found])
    for network in found:
        links = [link for domain in network.domains for link in held[network.site, domain]]
        told = _told(network, settings)
        yield _finding("link_network", network.first, Severity.HIGH, network.site, network.domains, links, told)


def _without_partners(live: pa.Table, settings: SuspicionSettings) -> pa.Table:
    return live.filter(pc.invert(pc.is_in(live["source_domain"], value_set=pa.array(settings.partners, pa.string()))))


def _crowds(live: pa.Table, values: pa.Table, least: int) -> Iterator[tuple[str, tuple[str, ...], list[str], list[Link]]]:
    """Site, domains that link to it, the values that they all have, and their links; of `values` (value, source_domain)."""
    by_value: dict[tuple[str, str], list[str]] = defaultdict(list)
    sites = live.group_by(["source_domain", "site"]).aggregate([])
    for row in values.join(sites, "source_domain", join_type="inner").to_pylist():
        by_value[row["site"], row["value"]].append(row["source_domain"])
    crowds: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (site, value), domains in by_value.items():
        if len(domains) >= least and len({platform_of(domain) or domain for domain in domains}) >= least:
            crowds[site, tuple(sorted(domains))].append(value)
    held = _held(live, list(crowds))
    for (site, members), shared in crowds.items():
        yield site, members, sorted(shared), [link for domain in members for link in held[site, domain]]


def _held(live: pa.Table, wanted: Sequence[tuple[str, Sequence[str]]]) -> Held:
    """Live links of the domains of a few groups."""
    domains = pa.array({domain for _, members in wanted for domain in members}, pa.string())
    held: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for row in live.filter(pc.is_in(live["source_domain"], value_set=domains)).to_pylist():
        held[row["site"], row["source_domain"]].append((row["link_id"], row["source_url"]))
    return held


def _told(network: Network, settings: SuspicionSettings) -> dict[str, object]:
    signs = ", ".join(f"{sign} ({pairs})" for sign, pairs in network.signs.items())
    return {
        "observed": f"{len(network.domains)} referring domains tied by {network.pairs} pairs: {signs}",
        "threshold": f"{settings.network_domains} domains, {settings.network_signs} independent signs a pair",
        "members": list(network.domains[:MAX_MEMBERS]),
        "signs": dict(network.signs),
    }


def _finding(
    rule: str,
    key: str,
    severity: Severity,
    site: str,
    domains: tuple[str, ...],
    links: Sequence[Link],
    told: Mapping[str, object],
) -> Finding:
    link_ids = tuple(sorted(link_id for link_id, _ in links))
    shown = {**told, "samples": samples({url for _, url in links})}
    return Finding(rule, key, severity, site, link_ids, shown, domains, told_grounds(domains))
