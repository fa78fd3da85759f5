"""The example web without sockets: how large it is, what repeats byte by byte, and how its servers speak."""

import gzip
import re
from collections import Counter

import brotli
import pytest
import zstandard

from linkwatch.model import Role
from linkwatch.world import FIRST_NIGHT, World, night_index, night_name

WORD = re.compile(r"\w+")
READ = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body)}


@pytest.fixture(scope="module")
def world() -> World:
    """The default world."""
    return World()


def test_it_is_large_enough(world):
    """At least 60 hosts and 500 pages that sources name, one own site, two competitors."""
    named = [page for page in world.pages.values() if page.source]
    assert len(world.hosts) >= 60
    assert len(named) >= 500
    assert Counter(site.role for site in world.sites) == {Role.OWN: 1, Role.COMPETITOR: 2}


def test_the_same_seed_gives_the_same_bytes(world):
    """Two worlds of one seed answer alike on every address; another seed has another chorus."""
    again, other = World(), World(seed=8)
    assert list(world.pages) == list(again.pages)
    assert all(world.answer(url, 3, {}) == again.answer(url, 3, {}) for url in world.pages)
    assert set(world.pages) != set(other.pages)


def test_names_are_reserved(world):
    """Every host of the world, and every address on its articles, ends in .example: nobody real is pointed at."""
    assert {host.rsplit(".", 1)[1] for host in world.hosts} == {"example"}
    body = world.answer("http://link-farm.example/directory/", 1, {}).body.decode()
    assert {host.rsplit(".", 1)[1] for host in re.findall(r"https?://([^/\"]+)", body)} == {"example"}


def test_nights_are_dates():
    """Night 1 is the first date, and the way back from a date to its night is the same."""
    assert night_name(1) == FIRST_NIGHT.isoformat() == "2026-01-05"
    assert [night_index(night_name(index)) for index in (1, 2, 30)] == [1, 2, 30]


@pytest.mark.parametrize(
    ("host", "encoding"), [("alpine-notes.example", "gzip"), ("plot-planner.example", "br"), ("frost-calendar.example", "zstd")]
)
def test_pages_come_compressed_to_those_who_ask(world, host, encoding):
    """A compressed page is the plain page, and plain is what those get who do not ask."""
    url = next(url for url in world.pages if url.startswith(f"http://{host}/"))
    plain, packed = world.answer(url, 1, {}), world.answer(url, 1, {"accept-encoding": "gzip, br, zstd"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == encoding
    assert READ[encoding](packed.body) == plain.body


def test_validators_are_honoured(world):
    """ETag or date brings 304 while the page is the same, and 200 with another ETag when it is not."""
    url = "http://www.trail-gear.example/reviews/benches/"
    first = world.answer(url, 1, {})
    assert world.answer(url, 1, {"if-none-match": first.headers["ETag"]}).status == 304
    assert world.answer(url, 1, {"if-modified-since": first.headers["Last-Modified"]}).status == 304
    second = world.answer(url, 2, {"if-none-match": first.headers["ETag"]})
    assert second.status == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert world.answer(url, 3, {"if-none-match": second.headers["ETag"]}).status == 304


def test_a_page_that_comes_back_has_its_old_validator(world):
    """Validators of night 1 fit again on night 5, after two nights of 404: the trap that the script sets."""
    url = "http://slow-archive.example/issue-12/"
    first = world.answer(url, 1, {})
    assert [world.answer(url, night, {"if-none-match": first.headers["ETag"]}).status for night in (2, 4, 5)] == [404, 404, 304]


def test_pages_without_validators_change_every_night(world):
    """A body that differs says nothing of its links: bytes move, anchors do not."""
    url = "http://quiet-acre.example/partners/"
    second, third = (world.answer(url, night, {}).body.decode() for night in (2, 3))
    assert second != third
    assert re.findall("<a .*?</a>", second) == re.findall("<a .*?</a>", third)


def test_charsets_are_as_declared(world):
    """One Russian host declares windows-1251 in the header, the other only in the page."""
    header = world.answer("http://sad-i-dom.example/skameyki/", 1, {})
    meta = world.answer("http://ogorod.example/pochva/", 1, {})
    assert "windows-1251" in header.headers["Content-Type"]
    assert meta.headers["Content-Type"] == "text/html"
    assert b'<meta charset="windows-1251">' in meta.body
    assert "садовые скамейки" in header.body.decode("windows-1251")


def test_articles_are_long_enough_but_one(world):
    """Only the thin page has fewer words in its article than any rule would ask for."""
    short = set()
    for page in world.pages.values():
        answer = world.answer(page.url, 1, {})
        found = re.search(rb"<article.*?</article>", answer.body, re.DOTALL)
        charset = world.host(page.url.split("/")[2]).charset
        if found and len(WORD.findall(re.sub("<[^>]*>", " ", found[0].decode(charset)))) < 120:
            short.add(page.url)
    assert short == {"http://stub-page.example/"}


def test_an_unknown_host_does_not_resolve(world):
    """A name outside the world fails as Squid says it, and an address is not let through."""
    name, address = (
        world.answer(url, 1, {}) for url in ("http://elsewhere.example/", "http://169.254.169.254/latest/meta-data/")
    )
    assert (name.status, name.headers["X-Squid-Error"]) == (503, "ERR_DNS_FAIL 0")
    assert (address.status, address.headers["X-Squid-Error"]) == (403, "ERR_ACCESS_DENIED 0")


def test_own_site_tells_its_sitemap(world):
    """robots.txt of the own site names a sitemap that lists its pages, broken ones too."""
    assert b"Sitemap: http://fernwood.example/sitemap.xml" in world.answer("http://fernwood.example/robots.txt", 1, {}).body
    listed = re.findall(r"<loc>(.*?)</loc>", world.answer("http://fernwood.example/sitemap.xml", 3, {}).body.decode())
    assert listed == [page.url for page in world.pages.values() if page.source == "sitemap"]
    broken = [(url, world.answer(url, 3, {}).status) for url in listed if world.answer(url, 3, {}).status != 200]
    assert broken == [("http://fernwood.example/catalogue-2024/", 404)]
