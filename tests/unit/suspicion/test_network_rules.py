"""One id, one address, and networks: guilty, innocent twin, and what cannot be told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion import NightEvidence
from linkwatch.suspicion.rules.network import link_network, shared_address, shared_id
from linkwatch.suspicion_settings import SuspicionSettings
from suspect_nights import findings, night, severities, unsaid
from texts_made import signature

HIGH, MEDIUM, INFO = Severity.HIGH, Severity.MEDIUM, Severity.INFO
DAY = datetime(2026, 11, 20, tzinfo=UTC)
LAPSED = (
    '[["readable","2026-01-01","2026-03-01",60],["dns_error","2026-03-05","2026-05-01",9],'
    '["readable","2026-06-01","2026-11-22",99]]'
)
Row = dict[str, Any]


def domain(name: str, story: bytes = b"", targets: Sequence[str] = (), path: str = "", **facts: Any) -> Row:
    """A domain with one page that links to own.example; `facts` are columns of LINKS, PAGES or ANALYSES."""
    listed = json.dumps(sorted(targets))
    return {"url": f"https://{name}/{path}", "name": name, "signature": story, "linked_domains": listed, **facts}


def seen(domains: Sequence[Row]) -> NightEvidence:
    """The night of these domains: names themselves, nothing known of their address, links under a telling anchor."""
    links, pages, analyses = [], [], []
    for row in domains:
        url, name = row["url"], row["name"]
        link = {"anchor": "cheap shoes", "source_url": url, "source_domain": name}
        links.append(link | {column: row[column] for column in ("site", "state", "first_seen_at") if column in row})
        page = {"url": url, "source_domain": name, "linked_domains": row["linked_domains"], "last_readable_at": DAY}
        pages.append(page | {column: row[column] for column in ("network", "history", "last_readable_at") if column in row})
        analysis = {"url": url, "source_domain": name, "signature": row["signature"], "main_words": 400, "names_itself": True}
        told = ("ids", "build", "names_itself", "page_types", "published_at")
        analyses.append(analysis | {column: row[column] for column in told if column in row})
    return night(links, pages, analyses)


def named(count: int, **facts: Any) -> list[Row]:
    """So many domains with the same facts."""
    return [domain(f"site{number}.example", **facts) for number in range(count)]


ID = {"ids": "G-AB12CD34EF"}
IDS = {
    "three": named(3, **ID),
    "among others": [domain(f"site{n}.example", ids=" ".join(sorted(["G-AB12CD34EF", f"UA-{n}-1"]))) for n in range(3)],
    "as many as may be": named(50, **ID),
}
NO_IDS = {
    "two": named(2, **ID),
    "different ones": [domain(f"site{n}.example", ids=f"UA-{n}-1") for n in range(5)],
    "none": named(5),
    "an agency's": named(51, **ID),
    "three pages of one domain": [domain("site.example", path=str(n), **ID) for n in range(3)],
    "a platform's": [domain(f"site{n}.github.io", **ID) for n in range(5)],
    "one of them links to somebody else": [*named(2, **ID), domain("other.example", site="rival.example", **ID)],
    "one of them is lost": [*named(2, **ID), domain("other.example", state="lost", **ID)],
}


@pytest.mark.parametrize("domains", IDS.values(), ids=IDS)
def test_shared_id(domains: list[Row]):
    """An id on three to fifty domains that link to a site is one owner's."""
    (finding,) = findings(shared_id(seen(domains), SuspicionSettings()))
    names = tuple(sorted(row["name"] for row in domains))
    assert (finding.severity, finding.key, finding.domains, finding.grounds) == (MEDIUM, "G-AB12CD34EF", names, names)


@pytest.mark.parametrize("domains", NO_IDS.values(), ids=NO_IDS)
def test_no_shared_id(domains: list[Row]):
    """Few domains, an agency's or a platform's id are nothing."""
    assert list(shared_id(seen(domains), SuspicionSettings())) == []


def test_ids_of_the_same_domains():
    """Ids that stand on the same domains are one reason, kept under the first of them."""
    (finding,) = findings(shared_id(seen(named(3, ids="G-AB12CD34EF UA-1-1")), SuspicionSettings()))
    assert (finding.key, finding.evidence["ids"]) == ("G-AB12CD34EF", ["G-AB12CD34EF", "UA-1-1"])


def test_partners_share_ids():
    """Partners do not count as domains that share an id."""
    assert severities(shared_id(seen(named(3, **ID)), SuspicionSettings(partners=("site1.example",)))) == []


ADDRESS = {"network": "203.0.113.0/24"}
ADDRESSES = {
    "four": (named(4, **ADDRESS), []),
    "five": (named(5, **ADDRESS), [INFO]),
    "a host's": (named(51, **ADDRESS), []),
    "of different networks": ([domain(f"site{n}.example", network=f"203.0.{n}.0/24") for n in range(6)], []),
    "a platform's": ([domain(f"site{n}.github.io", **ADDRESS) for n in range(6)], []),
}


@pytest.mark.parametrize(("domains", "expected"), ADDRESSES.values(), ids=ADDRESSES)
def test_shared_address(domains: list[Row], expected: list[Severity]):
    """One network is told of five to fifty domains, and never as more than information."""
    assert severities(shared_address(seen(domains), SuspicionSettings())) == expected


SPUN = [signature(1, 0.8, teller) for teller in range(3)]
TARGETS = [f"shop{number}.example" for number in range(6)]
SOCIAL = ["facebook.com", "instagram.com", "linkedin.com", "x.com", "youtube.com", "tiktok.com"]
BUILD = {"build": "plugin:elementor plugin:yoast theme:astra"}
NAMELESS = {"names_itself": False}


def spun(**facts: Any) -> list[Row]:
    """Three domains with a reworded text."""
    return [domain(f"site{number}.example", story, **facts) for number, story in enumerate(SPUN)]


def split(common: int, own: int, count: int = 3) -> list[Row]:
    """Domains of one id that link to so many places in common, and to so many of their own."""
    return [
        domain(f"site{n}.example", targets=TARGETS[:common] + [f"place{n}-{m}.example" for m in range(own)], **ID)
        for n in range(count)
    ]


NETWORKS = {
    "id and text": spun(**ID),
    "id and outlinks": named(3, targets=TARGETS, **ID),
    "id and half of the outlinks": split(6, 3),
    "outlinks and build": named(3, targets=TARGETS, **BUILD),
    "outlinks and address": named(3, targets=TARGETS, **ADDRESS),
    "outlinks, and nobody says who they are": named(3, targets=TARGETS, **NAMELESS),
    "text and build": spun(**BUILD),
    "text and address": spun(**ADDRESS),
    "text, and nobody says who they are": spun(**NAMELESS),
    "id, and all came back": named(3, history=LAPSED, **ID),
    "a chain": [
        domain("site0.example", targets=TARGETS, ids="G-AB12CD34EF"),
        domain("site1.example", targets=TARGETS, ids="G-AB12CD34EF UA-1-1"),
        domain("site2.example", targets=TARGETS, ids="UA-1-1"),
    ],
}
WIRE = {"page_types": "newsarticle", "published_at": DAY}
NO_NETWORKS = {
    "two domains": spun(**ID)[:2],
    "a media group": named(5, **ID),
    "a media group on its own servers, with its own theme": named(5, **ID, **ADDRESS, **BUILD),
    "a shared host": named(6, **ADDRESS),
    "a shared host, and nobody says who they are": named(6, **ADDRESS, **NAMELESS),
    "platform blogs": [domain(f"site{n}.github.io", generator="jekyll", **ID, **ADDRESS, **BUILD) for n in range(5)],
    "platform blogs with the same outlinks": [domain(f"site{n}.github.io", targets=TARGETS, **ID, **ADDRESS) for n in range(5)],
    "a wire story in papers of one owner": [domain(f"site{n}.example", signature(1), **ID, **WIRE) for n in range(5)],
    "a wire story in papers with one theme": [domain(f"site{n}.example", signature(1), **BUILD, **WIRE) for n in range(5)],
    "a copied text, and its links": [domain(f"site{n}.example", signature(1), TARGETS) for n in range(5)],
    "text alone": spun(),
    "outlinks alone": named(5, targets=TARGETS),
    "a theme alone": named(5, **BUILD),
    "id, and follow buttons": named(5, targets=SOCIAL, **ID),
    "id, and four outlinks": named(5, targets=TARGETS[:4], **ID),
    "id, and less than half of the outlinks": split(5, 4),
    "id, and sister papers": [domain(f"site{n}.example", targets=[f"site{m}.example" for m in range(8)], **ID) for n in range(8)],
    "two pairs": [*spun(**ID)[:2], *(domain(f"other{n}.example", signature(2), ids="UA-2-2") for n in range(2))],
}


@pytest.mark.parametrize("domains", NETWORKS.values(), ids=NETWORKS)
def test_network(domains: list[Row]):
    """Three domains tied by two signs that do not follow from each other are a network."""
    (finding,) = findings(link_network(seen(domains), SuspicionSettings()))
    names = tuple(row["name"] for row in domains)
    assert (finding.severity, finding.key, finding.domains, finding.grounds) == (HIGH, "site0.example", names, names)
    assert len(finding.link_ids) == 3


@pytest.mark.parametrize("domains", NO_NETWORKS.values(), ids=NO_NETWORKS)
def test_no_network(domains: list[Row]):
    """What one owner, one host, one platform, one news agency or one copied text explains is no network."""
    assert list(link_network(seen(domains), SuspicionSettings())) == []


def test_network_told():
    """A network says how many pairs have which sign, and keeps its name when a domain joins that sorts before it."""
    old = [row | {"first_seen_at": DAY} for row in named(3, targets=TARGETS, **ID, **BUILD)]
    new = domain("a.example", targets=TARGETS, first_seen_at=DAY + timedelta(days=1), **ID)
    (finding,) = findings(link_network(seen([new, *old]), SuspicionSettings()))
    assert finding.key == "site0.example"
    assert finding.evidence == {
        "observed": "4 referring domains tied by 6 pairs: shared id (6), same outlinks (6), same build (3)",
        "threshold": "3 domains, 2 independent signs a pair",
        "members": ["a.example", "site0.example", "site1.example", "site2.example"],
        "signs": {"shared id": 6, "same outlinks": 6, "same build": 3},
        "samples": [f"https://{name}/" for name in ("a.example", "site0.example", "site1.example", "site2.example")],
    }


def test_everybody_links_there():
    """What more than a fifth of all domains link to ties none of them."""
    crowd = [domain(f"crowd{n}.example", targets=[*TARGETS, f"place{n}.example"], **ID) for n in range(3)]
    others = [domain(f"other{n}.example", targets=TARGETS) for n in range(60)]
    assert severities(link_network(seen(crowd), SuspicionSettings())) == [HIGH]
    assert severities(link_network(seen(crowd + others), SuspicionSettings())) == []


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["tight", "spaced"])
def test_outlinks_are_json(separators: tuple[str, str]):
    """The list of outlinks is read however its JSON is spaced."""
    domains = [row | {"linked_domains": json.dumps(TARGETS, separators=separators)} for row in named(3, **ID)]
    assert severities(link_network(seen(domains), SuspicionSettings())) == [HIGH]


def test_partners_are_no_network():
    """Partners are left out of networks."""
    assert severities(link_network(seen(spun(**ID)), SuspicionSettings(partners=("site1.example",)))) == []


def test_a_network_for_each_site():
    """Domains that link to different sites are no network for any of them."""
    domains = [
        row | {"site": site} for row, site in zip(spun(**ID), ("own.example", "own.example", "rival.example"), strict=True)
    ]
    assert severities(link_network(seen(domains), SuspicionSettings())) == []


def test_not_evaluated():
    """Domains whose pages were not analysed, or whose address is not known, are not clean."""
    evidence = night([{"source_url": "https://a.example/"}, {"source_url": "https://b.example/"}])
    settings, because = SuspicionSettings(), {"its page was not analysed yet": 2}
    assert (unsaid(shared_id(evidence, settings)), unsaid(link_network(evidence, settings))) == (because, because)
    assert unsaid(shared_address(evidence, settings)) == {"the address that its page came from is not known": 2}
