"""Claims row by row and claims in bulk are the same claims, refused for the same reasons in the same words."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwatch.model import Role, Scope, Site
from linkwatch.schemas import CLAIMS, UTC_US
from linkwatch.sources.bulk import BulkClaims, Said
from linkwatch.sources.claims import ClaimRows
from linkwatch.urls import MAX_URL_LENGTH, Scopes, link_id

SCOPES = Scopes(
    [
        Site("own.example", Role.OWN, Scope.DOMAIN),
        Site("own.example/shop/", Role.OWN, Scope.PREFIX),
        Site("rival.github.io", Role.COMPETITOR, Scope.HOST),
    ]
)
AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)

_SCHEMES = st.sampled_from(["https://", "http://", "HTTPS://", " http://", "//", "", "ftp://"])
_HOSTS = st.sampled_from(
    [
        *("a.example.org", "www.a.example.org", "WWW.Example.co.uk", "own.example", "www.own.example", "rival.github.io"),
        *("www.github.io", "www.com", "www.www.com", "1.2.3.4", "[::1]", "bücher.example", "xn--bcher-kva.example", "a..b"),
        "u:p@b.de.",
    ]
)
_TAILS = st.sampled_from(
    [
        *(
            "",
            "/",
            "/x",
            "/X/",
            "/shop/y",
            "/SHOP",
            "/a b",
            "/café",
            "/%7e/%c3%a9",
            "/./../x",
            "/x#top",
            "/x#a\tb#c ",
            "/x#" + "y" * MAX_URL_LENGTH,
            "/x/?",
            "//",
        ),
        *(":8080/x", "/?b=1&a=2", "/?id=7", "/?ID=aB", "/?utm_source=x&p=1", "/?gclid=1", "/?v=a/", "/x.html?p=", "/x?abc=D"),
        *("/" + "y" * MAX_URL_LENGTH, "/x#" + "y" * MAX_URL_LENGTH),
    ]
)
_ODDITIES = (
    "",
    "  ",
    "https://a.example.org/x\n",
    "own.example/x",
    "not a url",
    "https://own.example/x",
    "https://own.example/shop/y",
    "mailto:a@b.de",
)
_URLS = st.one_of(st.builds("{}{}{}".format, _SCHEMES, _HOSTS, _TAILS), st.sampled_from(_ODDITIES), st.text(max_size=8))
_ANCHORS = st.one_of(
    st.none(), st.text(max_size=12), st.sampled_from(["", "  two\t words ", "a\u00a0b\u3000 c", "z" * 1200, "\x1c\x1d\x85\u2028"])
)
_RELS = st.sampled_from([None, "", "nofollow", "UGC  nofollow ugc", " sponsored\t"])
_RATINGS = st.one_of(st.none(), st.floats(0, 100))
_ROWS = st.tuples(_URLS, _URLS, _ANCHORS, _RELS, st.booleans(), _RATINGS)


def in_bulk(said: Said) -> tuple[list[dict], list[tuple[int, str]]]:
    """Claims and refusals of columns."""
    batch, refused = BulkClaims("source", SCOPES).claims(said, AS_OF)
    assert batch.schema == CLAIMS
    return batch.to_pylist(), refused


@given(st.lists(_ROWS, max_size=20))
@example([("https://www.com/x", "https://own.example/x", "a", "", False, None)])
@settings(max_examples=300, deadline=None)
def test_links_in_bulk_are_links_row_by_row(rows):
    """Every claim and every refusal of a list of links is the same in both ways."""
    slow = ClaimRows("source", SCOPES, AS_OF)
    refusals = []
    for number, (source, target, anchor, rel, lost, authority) in enumerate(rows):
        if refusal := slow.link(source, target, anchor=anchor, rel=rel, says_lost=lost, authority=authority):
            refusals.append((number, refusal))
    columns = [[row[place] for row in rows] for place in range(6)]
    texts = [pa.array(column, pa.string()) for column in columns[:4]]
    said = Said(*texts, says_lost=pa.array(columns[4], pa.bool_()), authority=pa.array(columns[5], pa.float64()))
    assert in_bulk(said) == (slow.take().to_pylist(), refusals)


@given(st.lists(_URLS, max_size=20))
def test_pages_in_bulk_are_pages_row_by_row(urls):
    """Every page and every refusal of a list of pages is the same in both ways."""
    slow = ClaimRows("source", SCOPES, AS_OF)
    refusals = [(number, refusal) for number, url in enumerate(urls) if (refusal := slow.page(url))]
    assert in_bulk(Said(pa.array(urls, pa.string()))) == (slow.take().to_pylist(), refusals)


def test_columns_that_are_there():
    """Dates and what a row is refused for come through; a null is not known, and a null among the lost is not lost."""
    day = datetime(2026, 11, 1, tzinfo=UTC)
    claims, refused = in_bulk(
        Said(
            source=pa.array(["https://a.example.org/1", "https://a.example.org/2", None]),
            target=pa.array(["https://own.example/x"] * 3),
            first_seen=pa.array([None, day, None], UTC_US),
            says_lost=pa.array([None, True, False]),
            refused=pa.array(["not a hyperlink", None, None]),
        )
    )
    assert refused == [(0, "not a hyperlink"), (2, "source page is missing")]
    assert claims == [
        {
            "source_url": "https://a.example.org/2",
            "source_domain": "example.org",
            "claimed_by": "source",
            "says_lost": True,
            "target_url": "https://own.example/x",
            "site": "own.example",
            "link_id": link_id("https://a.example.org/2", "https://own.example/x"),
            "anchor": None,
            "rel": None,
            "first_seen": day,
            "last_seen": None,
            "authority": None,
            "claimed_at": AS_OF,
        }
    ]


@pytest.mark.parametrize("target", [None, pa.array([], pa.string())])
def test_nothing_claims_nothing(target):
    """Columns without rows are a batch without rows."""
    assert in_bulk(Said(pa.array([], pa.string()), target)) == ([], [])
