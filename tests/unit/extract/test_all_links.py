"""All links of a page: what a crawl follows."""

import pytest

from linkwatch.extract.all_links import MAX_LINKS, all_links
from linkwatch.model import FetchedPage, Outcome

URL = "https://own.example/folder/page"

PAGES = {
    "plain": (b'<a href="x">X</a> <a href="/y">Y</a>', [("https://own.example/folder/x", "X"), ("https://own.example/y", "Y")]),
    "base": (b'<base href="/other/"><a href="x">X</a>', [("https://own.example/other/x", "X")]),
    "each once, with the first words": (b'<a href="/x">one</a><a href="/x#part">two</a>', [("https://own.example/x", "one")]),
    "areas and pictures": (
        b'<map><area href="/a" alt="A"></map><a href="/b"><img alt="B"></a>',
        [("https://own.example/a", "A"), ("https://own.example/b", "B")],
    ),
    "no pages": (b'<a href="mailto:a@b.example"></a><a href="javascript:x()"></a><a href="tel:1"></a><a>z</a>', []),
    "nofollow is a link": (b'<a rel="nofollow" href="/x">X</a>', [("https://own.example/x", "X")]),
    "no page at all": (b"\x00\x01", []),
    "a bomb": (b"<b>" * 100_000 + b'<a href="/x">X</a>', []),
}


@pytest.mark.parametrize(("body", "links"), [pytest.param(*case, id=name) for name, case in PAGES.items()])
def test_links_of_a_page(body, links):
    """Every http(s) address that a page links to, resolved as a browser does."""
    assert list(all_links(FetchedPage(URL, Outcome.READABLE, URL, body=body))) == links


def test_no_page_has_more():
    """A page of endless links gives a part of them."""
    body = b"".join(b'<a href="/%d">x</a>' % number for number in range(MAX_LINKS + 10))
    assert len(all_links(FetchedPage(URL, Outcome.READABLE, URL, body=body))) == MAX_LINKS
