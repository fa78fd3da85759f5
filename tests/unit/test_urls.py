"""urls.py against the table in tests/cases/urls.toml, and what must hold of every address."""

import re
import struct
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linkwatch.model import Role, Scope, Site
from linkwatch.urls import (
    MAX_URL_LENGTH,
    PLAIN_URL,
    BadUrlError,
    Scopes,
    canonical_or_none,
    canonical_url,
    domain_of_host,
    host_of,
    identities,
    link_id,
    page_key,
    registrable_domain,
    same_page,
)

TABLE = tomllib.loads((Path(__file__).parents[1] / "cases" / "urls.toml").read_text(encoding="utf-8"))
CANONICAL = [case for group in TABLE["canonical"] for case in group["cases"]]
REGISTRABLE = [case for group in TABLE["registrable"] for case in group["cases"]]
SAME = [case for group in TABLE["identity"] for case in group["cases"]]
DIFFERENT = [case for group in TABLE["different"] for case in group["cases"]]
WATCHED = Scopes(Site(entry["site"], Role.OWN, Scope(entry["scope"])) for entry in TABLE["scopes"]["watched"])

_HOSTS = st.from_regex(r"[a-zA-Z0-9.\-_%@:\[\]ü。]{1,20}", fullmatch=True)
_RESTS = st.text(alphabet="ab/.?#&=%25e2E7utm_source+;\\ \t\nüA", max_size=30)


@pytest.mark.parametrize("case", CANONICAL, ids=lambda case: repr((case["url"], case.get("base"))))
def test_an_address_has_one_spelling(case: dict[str, str]) -> None:
    """Each row of the table reads as it says, or names no web page; and its canonical form is its own canonical form."""
    if "is" not in case:
        with pytest.raises(BadUrlError):
            canonical_url(case["url"], case.get("base"))
    else:
        assert canonical_url(case["url"], case.get("base")) == case["is"]
        assert canonical_url(case["is"]) == case["is"]


@given(scheme=st.sampled_from(["http://", "https://", "HTTP:", "http:/", " http://u:p@"]), host=_HOSTS, rest=_RESTS)
@example(scheme="http://", host="0x7f.1..", rest="/")
@example(scheme="http://", host="a.com", rest="/%%34%31?%%37%35tm_source=1")
@example(scheme="http://", host="a.com", rest="?%75tm_source=x&&b#c")
def test_the_canonical_form_is_settled(scheme: str, host: str, rest: str) -> None:
    """Taking the canonical form twice changes nothing, and everything else about a URL can be read off it."""
    canonical = canonical_or_none(scheme + host + rest)
    if canonical is not None:
        assert canonical_url(canonical) == canonical
        assert canonical.isascii()
        assert registrable_domain(canonical) == domain_of_host(host_of(canonical))
        assert "//" not in scheme or registrable_domain(canonical) == registrable_domain(scheme + host + rest)
        assert host_of(canonical).endswith(registrable_domain(canonical))


@given(url=_RESTS, base=st.sampled_from(["http://a.com/b/c?d", "https://x.co.uk:8443/", "http://[::1]/a/"]))
def test_a_resolved_reference_is_settled(url: str, base: str) -> None:
    """A reference that resolves against a base gives a canonical URL."""
    resolved = canonical_or_none(url, base)
    if resolved is not None:
        assert canonical_url(resolved) == resolved


@pytest.mark.parametrize(
    "url",
    ["http://a.com/" + "x" * MAX_URL_LENGTH, "http://a.com/" + "ü" * (MAX_URL_LENGTH // 2), "http://a.com/" + "%" * 5000],
    ids=["long", "long when escaped", "long when settled"],
)
def test_very_long_addresses_are_refused(url: str) -> None:
    """An address beyond the limit is refused, whether it is long as written or only in its canonical form."""
    with pytest.raises(BadUrlError, match=f"{MAX_URL_LENGTH} at most"):
        canonical_url(url)


def test_the_longest_address_is_kept() -> None:
    """An address of exactly the limit is a web page."""
    url = "http://a.com/".ljust(MAX_URL_LENGTH, "x")
    assert canonical_url(url) == url


@pytest.mark.parametrize("case", REGISTRABLE, ids=lambda case: case["url"])
def test_a_host_has_one_owner(case: dict[str, str]) -> None:
    """Each row's host belongs to the registrable domain that it says, or is no host."""
    if "domain" not in case:
        with pytest.raises(BadUrlError):
            registrable_domain(case["url"])
    else:
        assert registrable_domain(case["url"]) == case["domain"]


@pytest.mark.parametrize("case", TABLE["scopes"]["cases"], ids=lambda case: case["url"])
def test_a_url_belongs_to_the_narrowest_site(case: dict[str, str]) -> None:
    """Each row's URL belongs to the watched site that it says, or to none; and a host that may be watched is said to be."""
    assert WATCHED.site_of(case["url"]) == case.get("site")
    if "site" in case:
        assert WATCHED.watches_host(host_of(case["url"]))


@pytest.mark.parametrize(("host", "divided"), [("b.com", True), ("a.com", False), ("docs.b.com", False), ("c.com", False)])
def test_a_prefix_divides_its_host(host: str, divided: bool) -> None:
    """Only a host with a prefix scope in it may hold pages of different sites."""
    assert WATCHED.divides_host(host) is divided


@pytest.mark.parametrize("case", SAME, ids=lambda case: repr((case["url"], case["other"])))
def test_spellings_of_one_page_make_one_link(case: dict[str, str]) -> None:
    """Both addresses of a row are one page to whoever asks: for the page, for links from it and to it, and for its owner."""
    url, other = case["url"], case["other"]
    assert (canonical_url(url), canonical_url(other)) == (url, other)
    assert same_page(url, other)
    assert same_page(other, url)
    assert link_id(url, "http://b.com/x") == link_id(other, "https://www.b.com/X/")
    assert link_id("http://b.com/x", url) == link_id("https://www.b.com/X/", other)
    assert registrable_domain(url) == registrable_domain(other)


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: repr((case["url"], case["other"])))
def test_what_is_another_page_makes_another_link(case: dict[str, str]) -> None:
    """The addresses of a row are two pages."""
    url, other = case["url"], case["other"]
    assert (canonical_url(url), canonical_url(other)) == (url, other)
    assert not same_page(url, other)
    assert link_id(url, "http://b.com/") != link_id(other, "http://b.com/")
    assert link_id("http://b.com/", url) != link_id("http://b.com/", other)


@pytest.mark.parametrize("host", ["a.com", "blog.a.com", "old.blog.a.com", "b.com", "d.com", "e.com", "alice.github.io", "c.com"])
@pytest.mark.parametrize("path", ["/", "/shop", "/shop/", "/Shop/sale/x", "/shopping", "/shop?Q=1"])
def test_all_spellings_of_a_page_have_one_owner_and_one_site(host: str, path: str) -> None:
    """However a page is spelled, its identity, its owner and the watched site that it belongs to are the same."""
    address, mark, query = path.partition("?")
    spellings = [
        canonical_url(f"{scheme}://{www}{host}{spelled}{mark}{query}")
        for scheme in ("http", "https")
        for www in ("", "www.")
        for spelled in (address, f"{address}/", address.upper())
    ]
    assert len({link_id(url, url) for url in spellings}) == 1
    assert len({registrable_domain(url) for url in spellings}) == 1
    assert len({WATCHED.site_of(url) for url in spellings}) == 1


def test_the_table_is_wide() -> None:
    """The table holds at least 120 cases, and says none twice."""
    cases = [*CANONICAL, *REGISTRABLE, *SAME, *DIFFERENT, *TABLE["scopes"]["cases"]]
    assert len(cases) >= 120
    for group in (CANONICAL, REGISTRABLE, SAME, DIFFERENT, TABLE["scopes"]["cases"]):
        asked = [(case["url"], case.get("base"), case.get("other")) for case in group]
        assert len(asked) == len(set(asked))


def test_a_link_id_is_a_signed_64_bit_number_that_never_changes() -> None:
    """Identities are written to disk: this one must come out the same on every machine, for ever."""
    # printf 'a.com\nb.com' | b2sum -l 64: 8d1042bccb807e9b
    assert link_id("http://a.com/", "http://b.com/") == -8282046336098861413
    assert link_id("http://a.com/", "http://b.com/") != link_id("http://b.com/", "http://a.com/")


@given(st.text(), st.text())
def test_a_link_id_fits_into_a_bigint(source: str, target: str) -> None:
    """Every identity fits into a signed 64-bit column."""
    assert -(2**63) <= link_id(source, target) < 2**63


@given(st.from_regex(PLAIN_URL, fullmatch=True, alphabet=st.characters(max_codepoint=127)))
@example("http://0x7f.ab/")
@example("https://a.co/-?a=")
@example("https://a-b.co/x/~y/_.?utm=z")
def test_plain_addresses_are_canonical(url: str) -> None:
    """What the pattern takes for plain is its own canonical form."""
    assert canonical_url(url) == url


@pytest.mark.parametrize("case", CANONICAL, ids=lambda case: repr((case["url"], case.get("base"))))
def test_no_other_address_is_plain(case: dict[str, str]) -> None:
    """Of the table, the pattern matches no address that reads otherwise."""
    if re.fullmatch(PLAIN_URL, case["url"], re.ASCII):
        assert case["url"] == case["is"]


def test_identities_in_bulk() -> None:
    """The bytes of many identities are those of one after the other, signed and big-endian."""
    pairs = [("https://www.a.com/X/", "http://b.com/?Q"), ("http://c.com/", "https://b.com/")]
    keys = [f"{page_key(source)}\n{page_key(target)}".encode() for source, target in pairs]
    assert struct.unpack(">2q", identities(keys)) == tuple(link_id(*pair) for pair in pairs)
