"""The prefilter of WAT files: however an address on a watched site is written, its page is handed out."""

import io
import json

import pytest
from bench.wat_files import page_of, record
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwatch.model import Role, Scope, Site
from linkwatch.sources.crawls.commoncrawl import names_to_look_for
from linkwatch.sources.crawls.scan import Scan
from linkwatch.urls import Scopes, canonical_or_none
from twins.wat import links_of

PAGE = "http://elsewhere.example/blog/"
DATE = "2026-10-02T03:04:05Z"
SCOPES = Scopes(
    [
        Site("own.example", Role.OWN, Scope.DOMAIN),
        Site("blog.host-only.example", Role.COMPETITOR, Scope.HOST),
        Site("prefix.example/shop/", Role.COMPETITOR, Scope.PREFIX),
        Site("xn--mnchen-3ya.de", Role.OWN, Scope.DOMAIN),
        Site("alice.github.io", Role.COMPETITOR, Scope.DOMAIN),
    ]
)
NAMES = names_to_look_for(SCOPES)


def body_of(written: str, *, base: str = '"/"') -> bytes:
    """A record whose one link's address stands in the JSON as it is given: between the quotes, escapes and all."""
    link = {"path": "A@/href", "url": "PLACE", "text": "words"}
    text = json.dumps(page_of(PAGE, DATE, [link], base="BASE"), separators=(",", ":"))
    return text.replace('"BASE"', base).replace("PLACE", written).encode(errors="surrogatepass")


def handed_out(body: bytes, names: list[str] | None = NAMES) -> bool:
    """Whether the scan hands out the record, between two others that it leaves alone."""
    other = record("metadata", PAGE, DATE, body_of("https://other.example/"))
    file = io.BytesIO(other + record("metadata", PAGE, DATE, body) + other)
    return any(body in found for _, found in Scan(names).records(file))


@pytest.mark.parametrize(
    "written",
    [
        "https://own.example/",
        "HTTPS://WWW.OWN.EXAMPLE/",
        "//own.example",
        "https://user:secret@own.example:8443/",
        "https://own.example./",
        " \\n https://own.example/",
        "https:own.example",
        "https:/own.example/",
        "https:////own.example/",
        r"https:\\\\own.example\\page",
        r"https:\/\/own.example\/page",
        r"https:\u002f\u002fown.example\u002f",
        r"https://\u006f\u0077\u006e.example/",
        r"\u0068ttps://own\u002eexample/",
        "https://%6fwn.example/",
        "https://o%77n%2Eexample/",
        "https://ｏｗｎ.example/",
        "https://own。example/",
        r"https://own\u3002example/",
        "https://o\u00adwn.example/",
        r"https://o\u00adwn.example/",
        r"https://\ud835\udc28wn.example/",
        "https://%EF%BD%8Fwn.example/",
        r"https://ow\tn.example/",
        r"ht\ntps://ow\rn.example/",
        r"ht\u0009tps://%6fwn.example/",
        r"\/\/%6fwn.example/",
        r"\\\\%6fwn.example/",
        r"/\\%6fwn.example/",
        r"//\\%6fwn.example/",
        r"\u002f\u002f%6fwn.example/",
        r"\n//%6fwn.example/",
        r"/\t/%6fwn.example/",
        r"https:\/\/m\u00fcnchen.de\/",
        r"https:\/\\%6fwn.example/",
        r"https:///\\%6fwn.example/",
        r"https://us\"er@%6fwn.example/",
        "https://münchen.de/",
        "https://MÜNCHEN.de/",
        "https://mu\u0308nchen.de/",
        "https://www.m%C3%BCnchen.de/",
        "https://xn--mnchen-3ya.de/",
        "https://blog.host-only.example/",
        "https://prefix.example/shop/a",
        "https://alice.github.io/",
    ],
)
def test_an_address_is_found_however_it_is_written(written):
    """Each of these leads to a watched site in a browser, so the scan hands out its page."""
    body = body_of(written)
    assert list(links_of(body, SCOPES)), "the address itself leads nowhere: the row is wrong"
    assert handed_out(body)


@pytest.mark.parametrize("base", ["//own.example/", r"https://m\u00fcnchen.de/a", "https://%6fwn.example/"])
def test_a_base_on_a_watched_site_counts(base):
    """A relative address leads to a watched site where the page's base lies there."""
    body = body_of("page", base=f'"{base}"')
    assert list(links_of(body, SCOPES))
    assert handed_out(body)


@pytest.mark.parametrize(
    "written",
    ["https://notown.example/", "https://own.examples/", "https://other.example/a%20b/é", "/a/b", "https://x.example/?u=m&amp;n"],
)
def test_other_pages_are_left_alone(written):
    """A page that names no watched site and hides no host is not parsed."""
    assert not handed_out(body_of(written))


def test_a_short_name_in_a_longer_one_is_left_alone():
    """netflix.com is not x.com, and x.com.au is parsed only to find that it is not."""
    assert not handed_out(body_of("https://netflix.com/"), ["x.com"])
    assert not handed_out(body_of("https://x.community/"), ["x.com"])
    assert handed_out(body_of("https://x.com.au/"), ["x.com"])


def test_addresses_in_numbers_are_not_filtered():
    """An IP address has many spellings, so with one among the sites every page is handed out."""
    scopes = Scopes([Site("own.example", Role.OWN, Scope.DOMAIN), Site("192.0.2.7", Role.OWN, Scope.HOST)])
    assert names_to_look_for(scopes) is None
    assert handed_out(body_of("http://0xc0000207/"), None)


HIDDEN = {
    "o": ["%6f", "%6F", "ｏ", "Ⓞ", "O"],
    "w": ["%77", "ｗ", "w\u00ad"],
    "n": ["%6e", "\tn", "n\n"],
    ".": ["。", "%2e", "．"],
}
SLASHES = ["/", "\\", "/\t", "\n/"]


def hosts():
    """Ways to write own.example, letter by letter."""
    letters = [st.sampled_from([letter, *HIDDEN.get(letter, [letter.upper()])]) for letter in "own.example"]
    return st.tuples(*letters).map("".join)


def slashes():
    """Two slashes or more, of all kinds; the one way that the scan may miss is left out (see `disguises`)."""
    return st.lists(st.sampled_from(SLASHES), min_size=2, max_size=4).map("".join)


def escaped(text: str, choices: list[bool]) -> str:
    r"""The text within quotes of JSON; some characters as \u escapes, some slashes as \/."""
    pieces = []
    for character, choice in zip(text, choices * (len(text) // len(choices) + 1), strict=False):
        plain = json.dumps(character, ensure_ascii=choice)[1:-1]
        pieces.append(
            "\\/" if character == "/" and choice else f"\\u{ord(character):04x}" if choice and len(plain) == 1 else plain
        )
    return "".join(pieces)


@settings(max_examples=400, deadline=None)
@given(
    start=st.sampled_from(["", " ", "\t", "\x0b", "\n "]),
    scheme=st.sampled_from(["", "https:", "HTTP:", "ht\ttps:", "h\n\rttp:", "http\n:", "https\t:\n"]),
    slash=slashes(),
    before=st.sampled_from(["", "www.", "user@", 'us"er:p%40@', "ü."]),
    host=hosts(),
    choices=st.one_of(st.just([False]), st.lists(st.booleans(), min_size=1, max_size=40)),
)
def test_whatever_the_slow_way_finds_is_handed_out(start, scheme, slash, before, host, choices):
    """Disguises of scheme, slashes and host in any combination: what resolves to a watched site is handed out."""
    url = f"{start}{scheme}{slash}{before}{host}/page"
    body = body_of(escaped(url, choices))
    target = canonical_or_none(url, PAGE)
    assert bool(list(links_of(body, SCOPES))) == bool(target and SCOPES.site_of(target))
    if target and SCOPES.site_of(target):
        assert handed_out(body)
