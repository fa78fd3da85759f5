"""Live links counted by what they are and by what they say."""

from arrow_rows import make_links, make_table
from linkwatch.analysis_schemas import ASSESSED
from linkwatch.model import Role, Scope, Site
from linkwatch.suspicion import anchor_tally, kind_tally

SITES = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
LINKS = make_links(
    [
        {"link_id": 1, "source_url": "https://a.example/1", "anchor": "Cheap  Shoes!"},
        {"link_id": 2, "source_url": "https://a.example/2", "anchor": "cheap shoes"},
        {"link_id": 3, "source_url": "https://b.example/1", "anchor": "Own"},
        {"link_id": 4, "source_url": "https://c.example/1", "anchor": "own"},
        {"link_id": 5, "source_url": "https://c.example/2", "anchor": "gone", "state": "lost"},
        {"link_id": 6, "source_url": "https://c.example/3", "anchor": "own", "site": "rival.example"},
    ]
)


def test_anchors_are_counted_in_one_spelling_by_referring_domains():
    """Most referring domains first; what is not live does not count; each site has its own list."""
    told = [
        (row["site"], row["anchor"], row["bucket"], row["referring_domains_live"], row["links_live"])
        for row in anchor_tally(LINKS, SITES, 9)
    ]
    assert told == [
        ("own.example", "own", "brand", 2, 2),
        ("own.example", "cheap shoes", "other", 1, 2),
        ("rival.example", "own", "other", 1, 1),
    ]


def test_only_the_top_is_listed():
    """So many a site."""
    assert [row["anchor"] for row in anchor_tally(LINKS, SITES, 1)] == ["own", "own"]


def test_kinds_are_counted_as_declared_and_as_inferred():
    """A link that nobody assessed counts as unknown."""
    rows = [(1, "unknown", "editorial"), (2, "sponsored", "sponsored"), (3, "unknown", "editorial")]
    assessed = make_table(
        ASSESSED, [{"link_id": link, "declared": says, "inferred": is_, "because": "{}"} for link, says, is_ in rows]
    )
    told = {
        (row["site"], row["declared"], row["inferred"]): (row["links_live"], row["referring_domains_live"])
        for row in kind_tally(LINKS, assessed)
    }
    assert told == {
        ("own.example", "unknown", "editorial"): (2, 2),
        ("own.example", "sponsored", "sponsored"): (1, 1),
        ("own.example", "unknown", "unknown"): (1, 1),
        ("rival.example", "unknown", "unknown"): (1, 1),
    }
