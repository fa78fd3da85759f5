"""What a record of a WAT file says of a page, and how a file of them is gone through."""

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from bench.wat_files import page_of, record

from linkwatch.model import Role, Scope, Site
from linkwatch.sources.crawls.scan import Scan
from linkwatch.sources.crawls.streams import open_stream
from linkwatch.sources.crawls.wat import BadRecordError, CrawledLink, date_of, is_wat, read_page
from linkwatch.urls import Scopes

PAGE = "https://elsewhere.example/blog/"
DATE = "2026-10-02T03:04:05Z"
SCOPES = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN)])


def link(url, path="A@/href", **said):
    """One entry of Links."""
    return {"path": path, "url": url, **said}


def wat(body, kind="metadata", uri=PAGE):
    """A record of JSON, or of bytes that are meant to be."""
    return record(kind, uri, DATE, body if isinstance(body, bytes) else json.dumps(body).encode())


def read(links, **page):
    """The links that are read of a page."""
    found = read_page(wat(page_of(PAGE, DATE, links, **page)), SCOPES)
    return None if found is None else list(found.links)


@pytest.mark.parametrize(
    ("entry", "base", "expected"),
    [
        (link("https://own.example/a", text="words"), "", CrawledLink("https://own.example/a", "words", "")),
        (link("//OWN.example"), "", CrawledLink("https://own.example/", None, "")),
        (
            link("https://own.example/", "AREA@/href", rel="Nofollow UGC"),
            "",
            CrawledLink("https://own.example/", None, "Nofollow UGC"),
        ),
        (link("https://own.example/", alt="map", title="x"), "", CrawledLink("https://own.example/", "map", "")),
        (link("b?x=1"), "https://own.example/a/", CrawledLink("https://own.example/a/b?x=1", None, "")),
        (link("/b"), "//shop.own.example:8443/a/", CrawledLink("https://shop.own.example:8443/b", None, "")),
        (link("/b"), "data:text/html,", None),
        (link("https://own.example/?a=1&amp;b=2"), "", CrawledLink("https://own.example/?a=1&amp;b=2", None, "")),
        (link("https://own.example/", "FORM@/action"), "", None),
        (link("https://own.example/x.png", "IMG@/src"), "", None),
        (link("https://notown.example/"), "", None),
        (link("https://elsewhere.example/?u=https://own.example/"), "", None),
        (link("mailto:me@own.example"), "", None),
        ({"path": "A@/href"}, "", None),
        ({"path": "A@/href", "url": ["https://own.example/"]}, "", None),
    ],
)
def test_hyperlinks_to_watched_sites_are_read(entry, base, expected):
    """<a href> and <area href> count, resolved against the page's base; nothing else does."""
    assert read([link("https://elsewhere.example/about"), entry], base=base) == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    "page", [{"status": "404"}, {"status": "301"}, {"kind": "application/pdf"}, {"kind": "text/plain"}, {"kind": "image/svg+xml"}]
)
def test_only_pages_that_answered_with_html_count(page):
    """Other statuses and other types are no pages."""
    assert read([link("https://own.example/")], **page) is None


def test_records_of_requests_are_no_pages():
    """Of the three records of a page only the response has links."""
    document = page_of(PAGE, DATE, [link("https://own.example/")])
    document["Envelope"]["WARC-Header-Metadata"]["WARC-Type"] = "request"
    assert read_page(wat(document), SCOPES) is None
    assert read_page(wat({"Envelope": []}), SCOPES) is None


def test_the_header_tells_the_type_where_the_crawler_does_not():
    """Content-Type decides when the record has no identified type; its letter case does not count."""
    document = page_of(PAGE, DATE, [link("https://own.example/")])
    del document["Envelope"]["WARC-Header-Metadata"]["WARC-Identified-Payload-Type"]
    headers = document["Envelope"]["Payload-Metadata"]["HTTP-Response-Metadata"]["Headers"]
    headers.clear()
    assert read_page(wat(document), SCOPES)
    headers["content-TYPE"] = "Text/HTML; charset=x"
    assert read_page(wat(document), SCOPES)
    headers["content-TYPE"] = "text/plain"
    assert read_page(wat(document), SCOPES) is None


def test_old_files_have_raw_entities():
    """Before September 2019 character references stood as in the page; only whole ones are read."""
    entry = link("https&colon;//own.example/?a=1&amp;copy=2&copy=3", text="R&amp;D", rel="ugc&#32;nofollow")
    page = read_page(wat(page_of(PAGE, DATE, [entry])), SCOPES, raw_entities=True)
    assert list(page.links) == [CrawledLink("https://own.example/?a=1&copy=2&copy=3", "R&D", "ugc nofollow")]


def test_a_page_has_its_address_and_date():
    """The address is canonical, the date is the crawl's; a date that is none is not known."""
    found = read_page(wat(page_of("HTTPS://Elsewhere.example:443/a#b", DATE, [])), SCOPES)
    assert (found.url, found.seen_at) == ("https://elsewhere.example/a", datetime(2026, 10, 2, 3, 4, 5, tzinfo=UTC))
    assert read_page(wat(page_of(PAGE, "yesterday", [])), SCOPES).seen_at is None


@pytest.mark.parametrize("body", [b"{", b"", b"[" * 100_000, b'{"a": NaN, "b": }'])
def test_what_is_no_json_is_said(body):
    """A record that cannot be parsed is an error of its own."""
    with pytest.raises(BadRecordError, match="no JSON"):
        read_page(wat(body), SCOPES)


def test_a_page_without_an_address_is_said():
    """A response needs an address that can be looked at."""
    with pytest.raises(BadRecordError, match="no web address"):
        read_page(wat(page_of("dns:elsewhere.example", DATE, [])), SCOPES)


def test_text_that_is_none_is_read_all_the_same():
    """Halves of characters and bytes that are no UTF-8 spoil their own text alone."""
    body = json.dumps(page_of(PAGE, DATE, [link("https://own.example/", text="HALF", rel="BYTE")]))
    raw = body.replace("HALF", "a\\ud800b").encode().replace(b"BYTE", b"\xff")
    [found] = read_page(wat(raw), SCOPES).links
    assert found.anchor.startswith("a�")
    assert found.rel == "�"


def test_records_say_what_they_are():
    """JSON is told by the record's own header, as is the day on which the file was made."""
    assert is_wat(wat({}))
    assert not is_wat(record("conversion", PAGE, DATE, b"text", "text/plain"))
    assert date_of(wat({})) == datetime(2026, 10, 2, 3, 4, 5, tzinfo=UTC)
    assert date_of(b"WARC/1.0\r\n\r\nWARC-Date: 2020-01-01") is None


def scanned(data, **options):
    """What the scan hands out of bytes, and the scan."""
    scan = Scan(["own.example"], **options)
    return list(scan.records(io.BytesIO(data))), scan


def pages(count, *, linking):
    """Records of pages; those whose numbers are given link."""
    targets = ["https://own.example/" if number in linking else "/" for number in range(count)]
    return [wat(page_of(f"{PAGE}{number}", DATE, [link(url, text="x" * 3000)])) for number, url in enumerate(targets)]


def test_records_come_whole_wherever_blocks_end():
    """A file of many blocks gives each linking page once, whole, with its number."""
    made = pages(500, linking={0, 1, 77, 78, 499})
    found, scan = scanned(b"".join(made))
    assert found == [(number + 1, made[number]) for number in (0, 1, 77, 78, 499)]
    assert (scan.pages, scan.too_large, scan.cut) == (500, 0, "")


def test_a_record_may_be_larger_than_a_block():
    """A page of a megabyte is read like any other, and the pages behind it too."""
    large = wat(page_of(PAGE, DATE, [link("/", text="x" * 1_000_000), link("https://own.example/")]))
    made = pages(200, linking={5, 150})
    found, scan = scanned(b"".join([*made[:100], large, *made[100:]]))
    assert found == [(6, made[5]), (101, large), (152, made[150])]
    assert scan.pages == 201


def test_a_record_that_is_too_large_is_skipped_and_counted():
    """What is beyond the limit is not kept, and the next record is read."""
    large = wat(page_of(PAGE, DATE, [link("https://own.example/", text="x" * 3_000_000)]))
    made = pages(200, linking={5, 150})
    found, scan = scanned(b"".join([*made[:100], large, *made[100:]]), max_record_bytes=1 << 20)
    assert [record_ for _, record_ in found] == [made[5], made[150]]
    assert (scan.pages, scan.too_large) == (200, 1)


@pytest.mark.parametrize(
    ("broken", "why"),
    [(lambda data: data[:-500], "ends in the middle"), (lambda data: data[:-9000] + b"\xff" * 300 + data[-8700:], "damaged")],
)
def test_a_broken_file_gives_what_comes_before(tmp_path, broken, why):
    """Pages before the break are handed out, and the scan says why it ended."""
    made = pages(500, linking={3, 400})
    path = tmp_path / "cut.warc.wat.gz"
    path.write_bytes(broken(b"".join(map(gzip.compress, made))))
    scan = Scan(["own.example"])
    with open_stream(str(path)) as file:
        found = list(scan.records(file))
    assert [number for number, _ in found] == [4, 401]
    assert why in scan.cut
