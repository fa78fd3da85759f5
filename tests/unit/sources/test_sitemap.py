"""Sitemaps: where they are found, what is read from them, what is refused."""

import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Pull, Rejects, read_claims
from linkwatch.sources.crawls import sitemap
from linkwatch.urls import Scopes

SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN), Site("own.example/shop/", Role.OWN, Scope.PREFIX)])
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)


def urlset(*urls: str) -> bytes:
    """A sitemap file of pages."""
    return f"<urlset {NAMESPACE}>{''.join(f'<url><loc> {url} </loc></url>' for url in urls)}</urlset>".encode()


def index(*urls: str) -> bytes:
    """A sitemap file of sitemap files."""
    return f"<sitemapindex {NAMESPACE}>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in urls)}</sitemapindex>".encode()


class Web:
    """Documents by address; what is not there is a 404. Remembers what was asked for."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, requests) -> Iterator[FetchedPage]:
        """Answer requests as the fetch stage does."""
        for request in requests:
            self.asked.append(request.url)
            body = self.documents.get(request.url)
            if body is None:
                yield FetchedPage(request.url, Outcome.PAGE_NOT_FOUND, request.url, http_status=404)
            else:
                yield FetchedPage(request.url, Outcome.READABLE, request.url, http_status=200, body=body)


@pytest.fixture
def read(tmp_path):
    """A function from a web to (pages, rejects as (line, reason)); `partial` is what the pull must say of itself."""

    def run(web, *, url="", max_pages=5000, site="own.example", partial=()):
        source = SourceSettings("sitemap", name="ours", site=site, url=url, max_pages=max_pages)
        with Rejects("ours", tmp_path / "rejects.csv", max_samples=100) as rejects:
            pull = Pull(source, SCOPES, AS_OF, rejects, web)
            rows = [row for batch in read_claims(pull) for row in batch.to_pylist()]
        assert pull.notes.partial == list(partial)
        assert {(row["target_url"], row["claimed_by"]) for row in rows} <= {(None, "ours")}
        return [row["source_url"] for row in rows], [(reject.line, reject.reason) for reject in rejects.samples]

    return run


A, B = "https://own.example/a", "https://www.own.example/b"
RICH = (
    f"<urlset {NAMESPACE} xmlns:xhtml='http://www.w3.org/1999/xhtml' xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
    f"<url><xhtml:link rel='alternate' hreflang='de' href='https://own.example/de/a'/><loc>{A}</loc><lastmod>2026-01-01</lastmod>"
    f"<image:image><image:loc>https://own.example/a.png</image:loc></image:image></url><url><loc>{B}</loc></url></urlset>"
).encode()

FOUND = {
    "robots.txt": {
        "https://own.example/robots.txt": b"sitemap: /maps/one.xml\n",
        "https://own.example/maps/one.xml": urlset(A, B),
    },
    "robots.txt over http": {
        "http://own.example/robots.txt": b"\xef\xbb\xbfSitemap: https://cdn.example/map.xml",
        "https://cdn.example/map.xml": urlset(A, B),
    },
    "the usual place": {"https://own.example/robots.txt": b"User-agent: *", "https://own.example/sitemap.xml": urlset(A, B)},
    "the usual place over http": {"http://own.example/sitemap.xml": urlset(A, B)},
    "an index": {
        "https://own.example/sitemap.xml": index("https://own.example/1.xml", "https://own.example/2.xml"),
        "https://own.example/1.xml": urlset(A),
        "https://own.example/2.xml": urlset(B, A),
    },
    "gzip": {"https://own.example/sitemap.xml": gzip.compress(urlset(A, B))},
    "plain lines": {"https://own.example/sitemap.xml": f"{A}\r\n\r\n{B}\n".encode()},
    "no namespace": {"https://own.example/sitemap.xml": urlset(A, B).replace(NAMESPACE.encode(), b"")},
    "a blank line before it all": {"https://own.example/sitemap.xml": b"\xef\xbb\xbf\n \n<?xml version='1.0'?>" + urlset(A, B)},
    "alternates, pictures and dates": {"https://own.example/sitemap.xml": RICH},
    "UTF-16": {"https://own.example/sitemap.xml": ('<?xml version="1.0"?>' + urlset(A, B).decode()).encode("utf-16")},
}


@pytest.mark.parametrize("documents", [pytest.param(web, id=name) for name, web in FOUND.items()])
def test_where_a_sitemap_is_found(documents, read):
    """Robots.txt names the sitemap, or it is in its usual place; every form of it gives its pages, each once."""
    assert read(Web(documents)) == ([A, B], [])


def test_given_address(read):
    """An address in the settings is the only one that is asked for."""
    web = Web({"https://own.example/map.xml": urlset(A)})
    assert read(web, url="https://own.example/map.xml") == ([A], [])
    assert web.asked == ["https://own.example/map.xml"]


def test_pages_of_others_are_set_aside(read):
    """Only pages of the site that the source is for are claimed."""
    body = urlset("https://own.example/shop/x", "https://rival.example/y", A, "not a url", "&amp;")
    pages, rejects = read(Web({"https://own.example/sitemap.xml": body}))
    assert pages == [A]
    assert [reason.partition(":")[0] for _, reason in rejects] == [
        "page is not on own.example",
        "page is not on own.example",
        "page is no URL",
        "page is no URL",
    ]


def test_site_by_prefix(read):
    """A site that is a part of a host asks the host, and claims its part."""
    web = Web({"https://own.example/sitemap.xml": urlset(A, "https://own.example/shop/x")})
    pages, rejects = read(web, site="own.example/shop/")
    assert pages == ["https://own.example/shop/x"]
    assert rejects == [(1, "page is not on own.example/shop/")]


def test_max_pages(read):
    """Pages beyond the limit of the settings are left out, and it is said."""
    web = Web({"https://own.example/sitemap.xml": urlset(A, B, "https://own.example/c")})
    pages, rejects = read(web, max_pages=2, partial=["it lists more than max_pages = 2 pages"])
    assert pages == [A, B]
    assert rejects == [(1, "more pages than max_pages = 2: from here on left out")]


def test_one_bad_file_among_good_ones(read):
    """A file of an index that is away or broken is set aside; its sound part and the other files count."""
    web = Web(
        {
            "https://own.example/sitemap.xml": index("https://own.example/gone.xml", "https://own.example/cut.xml"),
            "https://own.example/cut.xml": urlset(A, B)[:-20],
        }
    )
    pages, rejects = read(web, partial=["2 of its files could not be read, or were too many"])
    assert pages == [A]
    assert rejects[0] == (1, "sitemap cannot be read: https://own.example/gone.xml: page_not_found (404)")
    assert rejects[1][1].startswith("sitemap is broken: not well-formed XML")


def test_indexes_that_go_round_or_deep(read):
    """An index that names itself ends, and so does one that goes deeper than three files."""
    maps = [f"https://own.example/{number}.xml" for number in range(9)]
    chain = {url: index(following, url) for url, following in pairwise(maps)}
    web = Web({"https://own.example/sitemap.xml": index(maps[0]), **chain})
    left_out = ["1 of its files could not be read, or were too many"]
    assert read(web, partial=left_out) == ([], [(1, "sitemap is left out: deeper than 3 files")])
    assert len(web.asked) == 5  # robots.txt twice, and three files


def test_too_many_files(read):
    """No more than fifty files are read a night."""
    files = [f"https://own.example/{number}.xml" for number in range(60)]
    web = Web({"https://own.example/sitemap.xml": index(*files), **{url: urlset(A) for url in files}})
    pages, rejects = read(web, partial=["11 of its files could not be read, or were too many"])
    assert pages == [A]
    assert [reason for _, reason in rejects] == ["sitemap is left out: more than 50 files"] * 11
    assert len([url for url in web.asked if url in files]) == 49


ENTITIES = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "b">]>' + urlset("https://own.example/&x;&y;")

BROKEN = {
    "nobody there": ({}, "page_not_found (404)"),
    "a page of HTML": ({"https://own.example/sitemap.xml": b"<html><body><p>Not found</p></body></html>"}, "its root is <html>"),
    "broken gzip": ({"https://own.example/sitemap.xml": gzip.compress(urlset(A))[:-12]}, "broken gzip"),
    "words": ({"https://own.example/sitemap.xml": b"welcome"}, "neither XML nor a list of URLs"),
    "nothing": ({"https://own.example/sitemap.xml": b""}, "neither XML nor a list of URLs"),
    "a bomb": ({"https://own.example/sitemap.xml": gzip.compress(b" " * (sitemap.MAX_BYTES + 1))}, "more than 52428800 bytes"),
}


@pytest.mark.parametrize(("documents", "words"), [pytest.param(*case, id=name) for name, case in BROKEN.items()])
def test_no_sitemap_at_all(documents, words, read):
    """A site whose sitemap cannot be read is an error that says what was tried."""
    with pytest.raises(SourceError) as raised:
        read(Web(documents))
    assert words in str(raised.value)
    assert "https://own.example/sitemap.xml" in str(raised.value)


def test_entities_are_not_expanded(read):
    """A sitemap that declares entities cannot read files or name pages through them."""
    assert read(Web({"https://own.example/sitemap.xml": ENTITIES})) == ([], [])


def test_address_that_is_none(read):
    """An address in the settings that is no URL is an error that shows it."""
    with pytest.raises(SourceError, match="expected the address of a sitemap"):
        read(Web({}), url="sitemap.xml")
