"""Files of Common Crawl over HTTP: a download goes on where it broke off, and says so where it cannot."""

import gzip
import io
import json
import random
from datetime import UTC, datetime

import pytest
from bench.wat_files import page_of, record

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import Rejects
from linkwatch.sources.crawls.commoncrawl import parts_of_commoncrawl, read_commoncrawl
from linkwatch.sources.crawls.downloads import MAX_TRIES, Download, head_of
from linkwatch.sources.crawls.streams import identity, stamp_of
from linkwatch.sources.pull import Pull
from linkwatch.urls import Scopes
from servers.hostile_web import HostileWeb, answer

pytestmark = pytest.mark.network

DATA = bytes(range(256)) * 4000
TAG = 'ETag: "v1"'
PAGES = 1500
DATE = "2026-10-02T03:04:05Z"
MODIFIED = "Last-Modified: Thu, 08 Oct 2026 01:02:03 GMT"


def ends(reply):
    """The reply, and then the end of the connection."""

    async def send(_, writer):
        writer.write(reply)
        await writer.drain()

    return send


def broken(size, *headers):
    """The whole file is promised, and the connection ends after so many bytes."""
    return ends(answer(200, DATA[:size], *headers, length=len(DATA)))


def rest(start, stop=None):
    """The answer to a request for the rest of the file, which may end too early."""
    place = f"Content-Range: bytes {start}-{len(DATA) - 1}/{len(DATA)}"
    return ends(answer(206, DATA[start:stop], place, length=len(DATA) - start))


def download(routes, waits=None):
    """The bytes that come, and what was asked for."""
    with HostileWeb({"/f": routes}) as web:
        with io.BufferedReader(
            Download(f"http://127.0.0.1:{web.port}/f", sleep=[].append if waits is None else waits.append)
        ) as file:
            data = file.read()
        return data, web.asked


def test_a_download_goes_on_where_it_broke_off():
    """The rest is asked for by its place, and only of the version that was begun."""
    data, asked = download([broken(300_000, TAG), rest(300_000, 400_000), rest(400_000)])
    assert data == DATA
    assert [(each.headers.get("range"), each.headers.get("if-range")) for each in asked] == [
        (None, None),
        ("bytes=300000-", '"v1"'),
        ("bytes=400000-", '"v1"'),
    ]
    assert {each.headers["accept-encoding"] for each in asked} == {"identity"}


def test_a_busy_server_is_asked_again_later():
    """503 and 429 are waited for, as long as the server says, a minute at most."""
    waits = []
    busy = [answer(503), answer(503, b"", "Retry-After: 7"), answer(429, b"", "Retry-After: 9999")]
    data, asked = download([*busy, answer(200, DATA)], waits)
    assert data == DATA
    assert waits == [1.0, 7.0, 60.0]
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("routes", "why"),
    [
        ([answer(404)], "it answers 404"),
        ([answer(503)], f"it answers 503, {MAX_TRIES} times in a row"),
        (
            [broken(5000, TAG), answer(200, DATA, 'ETag: "v2"')],
            "broke off after 5,000 bytes and cannot be had from there: it answers 200",
        ),
        ([broken(5000), answer(416)], "it answers 416"),
        (
            [broken(5000), rest(5000, 5000)],
            f"the connection broke after 5,000 bytes, {MAX_TRIES} times in a row",
        ),
    ],
)
def test_a_download_that_cannot_be_had_is_an_error(routes, why):
    """What cannot get better is not tried again, and what does not get better ends."""
    with pytest.raises(OSError, match=why):
        download(routes)


def test_nobody_there_is_an_error():
    """A server that does not answer is asked a few times."""
    waits = []
    with pytest.raises(OSError, match="cannot be connected to"):
        head_of("http://127.0.0.1:1/f", sleep=waits.append)
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_a_file_on_the_web_is_known_by_what_its_server_says():
    """Size and version make the identity; a password in the address is in none of it."""
    with HostileWeb({"/f?key=secret": [answer(200, DATA, TAG, MODIFIED), answer(200, DATA, 'ETag: "v2"')]}) as web:
        address = f"http://user:secret@127.0.0.1:{web.port}/f?key=secret"
        stamp = stamp_of(address)
        assert (stamp.size, stamp.version, stamp.modified_at) == (len(DATA), '"v1"', datetime(2026, 10, 8, 1, 2, 3, tzinfo=UTC))
        assert stamp.identity == f'http://127.0.0.1:{web.port}/f {len(DATA)} "v1"'
        assert identity(address) != stamp.identity


@pytest.fixture
def wat():
    """A WAT file of many pages that link, about 3 MB as it is sent."""
    letters = random.Random(1)  # noqa: S311  # data, not secrets
    links = [{"path": "A@/href", "url": "https://own.example/", "text": letters.randbytes(1500).hex()} for _ in range(PAGES)]
    pages = [page_of(f"https://elsewhere.example/{number}", DATE, [link]) for number, link in enumerate(links)]
    return b"".join(gzip.compress(record("metadata", "", DATE, json.dumps(page).encode())) for page in pages)


def pull_of(path, tmp_path, part=""):
    """A pull of an address."""
    scopes = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN)])
    rejects = Rejects("cc", tmp_path / "rejects.csv")
    return Pull(SourceSettings("commoncrawl", "cc", path=path), scopes, datetime(2026, 11, 23, tzinfo=UTC), rejects, None, part)


def test_a_list_on_the_web_and_its_files_are_read(tmp_path, wat):
    """Names of a list lie beside it; the files are scanned as they come."""
    routes = {"/cc/wat.paths.gz": answer(200, gzip.compress(b"a.wat.gz\n/b.wat.gz\n")), "/cc/a.wat.gz": answer(200, wat)}
    with HostileWeb(routes | {"/b.wat.gz": answer(200, wat)}) as web:
        origin = f"http://127.0.0.1:{web.port}"
        pull = pull_of(f"{origin}/cc/wat.paths.gz", tmp_path)
        assert parts_of_commoncrawl(pull.source) == [f"{origin}/cc/a.wat.gz", f"{origin}/b.wat.gz"]
        assert sum(batch.num_rows for batch in read_commoncrawl(pull)) == 2 * PAGES
    assert [file.rows for file in pull.notes.files] == [PAGES, PAGES]


@pytest.mark.parametrize("name", ["/etc/passwd", "file:///etc/passwd", "s3://bucket/x"])
def test_a_list_on_the_web_names_nothing_of_this_machine(tmp_path, name):
    """Whoever writes the list cannot make us read files here or in our object stores."""
    with HostileWeb({"/wat.paths": answer(200, name.encode())}) as web:
        pull = pull_of(f"http://127.0.0.1:{web.port}/wat.paths", tmp_path)
        if "://" in name:
            with pytest.raises(SourceError, match="expected files on the web"):
                parts_of_commoncrawl(pull.source)
        else:
            assert parts_of_commoncrawl(pull.source) == [f"http://127.0.0.1:{web.port}{name}"]


def test_a_download_that_cannot_go_on_keeps_what_was_read(tmp_path, wat):
    """A server that forgets the file half-way leaves a partial pull that says so."""
    half = ends(answer(200, wat[: len(wat) * 3 // 4], length=len(wat)))
    with HostileWeb({"/a.wat.gz": [answer(200, wat), half, answer(404)]}) as web:
        address = f"http://127.0.0.1:{web.port}/a.wat.gz"
        pull = pull_of(address, tmp_path, address)
        rows = sum(batch.num_rows for batch in read_commoncrawl(pull))
    assert PAGES / 4 < rows < PAGES * 3 / 4
    assert "cannot be had from there: it answers 404" in pull.notes.partial[1]


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    """The answer of the server is said, the query of the address is not."""
    with HostileWeb({"/a.wat.gz?sig=secret": answer(403)}) as web:
        address = f"http://127.0.0.1:{web.port}/a.wat.gz?sig=secret"
        with pytest.raises(SourceError, match=r"source cc: cannot read http://127.0.0.1:\d+/a.wat.gz: it answers 403$"):
            list(read_commoncrawl(pull_of(address, tmp_path, address)))
