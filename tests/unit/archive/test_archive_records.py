"""Pages go into a WARC file and come out as they were; what is no such record is told apart, however it is made."""

import gzip
import io
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from warcio.archiveiterator import ArchiveIterator

from linkwatch.archive import Keeper, kept_hash, read_kept
from linkwatch.archive.read import MAX_RECORD_BYTES
from linkwatch.errors import StoreError
from linkwatch.model import FetchedPage, Outcome, Redirect, SeenIn

NIGHT = datetime(2026, 11, 22, tzinfo=UTC)
PAGE = FetchedPage(
    url="https://a.example/old",
    outcome=Outcome.READABLE,
    final_url="https://a.example/new",
    http_status=200,
    redirects=(Redirect(301, "https://a.example/mid"), Redirect(200, "https://a.example/new")),
    headers={"content-type": "text/html; charset=utf-8", "x-powered-by": "café ☕", "etag": 'W/"1"'},
    body="<p>Grüße, <a href=https://own.example/>Anker</a>".encode(),
)


def kept(*pages: FetchedPage) -> tuple[io.BytesIO, list[int]]:
    """A file with these pages, and where they are."""
    file = io.BytesIO()
    keeper = Keeper(file, at=NIGHT)
    return file, [keeper.keep(page) for page in pages]


def as_warcio_reads(file: io.BytesIO) -> list[tuple[str, str | None, str | None, bytes]]:
    """Type, address, HTTP status and body of every record; warcio raises where a digest is wrong."""
    file.seek(0)
    return [
        (
            record.rec_type,
            record.rec_headers.get_header("WARC-Target-URI"),
            record.http_headers and record.http_headers.get_statuscode(),
            record.content_stream().read(),
        )
        for record in ArchiveIterator(file, check_digests="raise")
    ]


def test_a_page_comes_back_as_it_went_in() -> None:
    """Address, redirects, night, status, headers in any alphabet and body."""
    file, (offset,) = kept(PAGE)
    page = read_kept(file, offset)
    assert (page.url, page.final_url, page.redirects, page.at) == (PAGE.url, PAGE.final_url, PAGE.redirects, NIGHT)
    assert (page.status, page.body, page.seen_in) == (200, PAGE.body, SeenIn.HTML)
    assert page.headers == {**PAGE.headers, "content-length": str(len(PAGE.body))}


def test_any_page_of_a_file_is_found_by_its_offset() -> None:
    """Each record stands by itself, the last as the first, an error page and an empty one too."""
    pages = [replace(PAGE, url=f"https://a.example/{n}", body=b"<p>%d" % n * 1000, http_status=404 + n) for n in range(5)]
    file, offsets = kept(*pages, replace(PAGE, body=b""))
    found = [read_kept(file, offset) for offset in reversed(offsets)][::-1]
    assert [(page.url, page.status, page.body) for page in found] == [
        *((page.url, page.http_status, page.body) for page in pages),
        (PAGE.url, 200, b""),
    ]


def test_other_readers_read_it() -> None:
    """Warcio sees a warcinfo record and a response for each page, with digests that are right."""
    file, _ = kept(PAGE, replace(PAGE, http_status=599, final_url="https://b.example/"))
    (info, *_), *responses = as_warcio_reads(file)
    assert info == "warcinfo"
    assert responses == [
        ("response", "https://a.example/new", "200", PAGE.body),
        ("response", "https://b.example/", "599", PAGE.body),
    ]


def test_a_rendered_page_says_so() -> None:
    """What a browser built of a page is not what the server sent."""
    file = io.BytesIO()
    offset = Keeper(file, at=NIGHT).keep(PAGE, SeenIn.BROWSER)
    assert read_kept(file, offset).seen_in is SeenIn.BROWSER


def test_the_same_night_writes_the_same_bytes() -> None:
    """Nothing in the file comes from the clock or from chance; two equal pages of it are two records all the same."""
    (first, _), (second, _) = kept(PAGE, PAGE), kept(PAGE, PAGE)
    assert first.getvalue() == second.getvalue()
    first.seek(0)
    ids = [record.rec_headers.get_header("WARC-Record-ID") for record in ArchiveIterator(first)]
    assert len(set(ids)) == 3


def test_headers_of_the_transfer_and_cookies_stay_out() -> None:
    """The body is kept decompressed, so what said otherwise is dropped; a session is nobody's business."""
    headers = {
        "Content-Encoding": "gzip",
        "content-length": "7",
        "transfer-encoding": "chunked",
        "set-cookie": "id=1",
        "server": "x",
    }
    file, (offset,) = kept(replace(PAGE, headers=headers))
    assert read_kept(file, offset).headers == {"server": "x", "content-length": str(len(PAGE.body))}
    assert as_warcio_reads(file)[1][3] == PAGE.body


@pytest.mark.parametrize(
    "hostile",
    [
        {"x": "1\r\nset-cookie: forged=1"},
        {"x": "1\r\n\r\n<p>forged body"},
        {"x": "1\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\n"},
        {"x\r\nforged": "1"},
        {"x: forged": "1"},
        {"": "1"},
        {"x": "\x00\x1b[31m\ud800"},
        {"content-length": "99999999999999999999"},
        {"CONTENT-LENGTH": "-1", "Transfer-Encoding": "chunked"},
    ],
)
def test_headers_cannot_forge(hostile: dict[str, str]) -> None:
    """Line breaks and odd names in a server's headers make no header, body or record of their own."""
    file, (offset,) = kept(replace(PAGE, headers=hostile))
    page = read_kept(file, offset)
    assert (page.body, set(page.headers) - {"x", "content-length"}) == (PAGE.body, set())
    assert [record[3] for record in as_warcio_reads(file)[1:]] == [PAGE.body]


def test_addresses_cannot_forge() -> None:
    """Nor does an address with a line break in it, which no canonical URL has."""
    odd = "https://a.example/\r\nWARC-Type: warcinfo\r\n\r\n"
    file, (offset,) = kept(replace(PAGE, url=odd, final_url=odd, redirects=(Redirect(301, odd),)))
    page = read_kept(file, offset)
    assert ("\n" in page.url + page.final_url, page.redirects, page.body) == (False, (Redirect(301, odd),), PAGE.body)


def test_a_page_that_nobody_answered_for_is_refused() -> None:
    """There is nothing to keep of it; the caller knows better than to ask."""
    with pytest.raises(ValueError, match=r"nobody answered for https://a\.example/old"):
        kept(replace(PAGE, http_status=None))


def foreign(fields: bytes, block: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", length: bytes | None = None) -> bytes:
    """A record that somebody else wrote."""
    length = str(len(block)).encode() if length is None else length
    return gzip.compress(b"WARC/1.1\r\n" + fields + b"Content-Length: " + length + b"\r\n\r\n" + block + b"\r\n\r\n")


OURS = b"WARC-Type: response\r\nLinkwatch-Asked: https://a.example/\r\nWARC-Target-URI: https://a.example/\r\n"
NESTED = OURS + b"WARC-Payload-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\nLinkwatch-Redirects: " + b"[" * 100_000 + b"\r\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ends in the middle"),
        (b"WARC/1.1\r\nWARC-Type: response\r\n", "no gzip begins there"),
        (gzip.compress(b""), "no WARC record begins there"),
        (gzip.compress(b"hello\r\n\r\n"), "no WARC record begins there"),
        (gzip.compress(b"x" * 1_000_000), "no WARC record begins there"),
        (foreign(b"WARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n"), "expected a page that linkwatch kept"),
        (foreign(b"WARC-Type: warcinfo\r\n"), "is a 'warcinfo' record"),
        (foreign(b""), "is a 'foreign' record"),
        (foreign(OURS), "warc-payload-digest"),
        (foreign(OURS, b"no HTTP"), "no HTTP answer"),
        (foreign(OURS, b"HTTP/1.1\r\ncontent-length: 0\r\n\r\n"), "cannot be read"),
        (foreign(OURS, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n1234"), "shorter or longer"),
        (foreign(NESTED), "cannot be read"),
        (foreign(OURS, length=b"9" * 30), "its length is not"),
        (foreign(OURS, length=b"-5"), "its length is not"),
        (foreign(OURS, length=b"many"), "its length is not"),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else ""
    ),  # the bytes have the time in them, and workers have to agree on the names of tests
)
def test_what_is_no_record_of_ours_is_told(content: bytes, words: str) -> None:
    """One error for people, whatever the file holds at that place."""
    with pytest.raises(StoreError, match=words):
        read_kept(io.BytesIO(content), 0)


def test_every_truncation_is_told() -> None:
    """A file that was cut anywhere within the record is damaged, and never a shorter page."""
    file, (offset,) = kept(replace(PAGE, body=PAGE.body * 20))
    whole = file.getvalue()
    for size in range(offset, len(whole), 7):
        with pytest.raises(StoreError, match="cannot be read"):
            read_kept(io.BytesIO(whole[:size]), offset)


def test_every_flipped_byte_is_told() -> None:
    """Bytes that rotted do not go unnoticed: either the record fails or the page is the page."""
    file, (offset,) = kept(PAGE)
    whole = file.getvalue()
    for place in range(offset + 10, len(whole), 5):  # the first ten bytes are gzip's own header, some of which says nothing
        rotten = io.BytesIO(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        with pytest.raises(StoreError):
            read_kept(rotten, offset)


@pytest.mark.parametrize("shift", [-1, 1, 20, 10**12, -(10**6)])
def test_a_wrong_offset_is_told(shift: int) -> None:
    """A place between records, or outside of the file, holds no page."""
    file, offsets = kept(PAGE, PAGE)
    with pytest.raises(StoreError, match="cannot be read"):
        read_kept(file, offsets[1] + shift)


def test_a_bomb_is_not_unpacked() -> None:
    """A record that would unpack to more than a page ever is stops at the limit."""
    pack = zlib.compressobj(wbits=31)
    bomb = b"".join(pack.compress(bytes(1_000_000)) for _ in range(MAX_RECORD_BYTES // 1_000_000 + 5)) + pack.flush()
    with pytest.raises(StoreError, match="larger than 64,000,000 bytes"):
        read_kept(io.BytesIO(bomb), 0)


def test_the_hash_of_links_knows_no_order() -> None:
    """It changes with any link, anchor, rel or nofollow, not with their order or repetition; no link has none."""
    first, second = (1, "Anchor", "", True), (-(2**63), "Ünï", "nofollow ugc", False)
    assert kept_hash([first, second]) == kept_hash(iter([second, first, second]))
    others = [[first], [second], [first, (*second[:3], True)], [first, (second[0], "other", *second[2:])], []]
    hashes = [kept_hash(links) for links in others]
    assert len({kept_hash([first, second]), *hashes}) == len(others) + 1
    assert hashes[-1] == ""
