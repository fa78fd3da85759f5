"""urls.py against the table in tests/cases/urls.toml, and what must hold of every address."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linkwatch.model import Role, Scope, Site
from linkwatch.urls import (
    MAX_URL_LENGTH,
    BadUrlError,
    Scopes,
    canonical_or_none,
    canonical_url,
    domain_of_host,
    host_of,
    link_id,
    registrable_domain,
    same_page,
)

TABLE = tomllib.loads((Path(__file__).parents[1] / "cases" / "urls.toml").read_text(encoding="utf-8"))
CANONICAL = [case for group in TABLE["canonical"] for case in group["cases"]]
REGISTRABLE = [case for group in TABLE["registrable"] for case in group["cases"]]
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


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("http://a.com/", "https://www.a.com/", True),
        ("http://a.com/b", "http://a.com/B/", True),
        ("http://a.com/b?c=1", "http://a.com/b/?c=1", True),
        ("http://a.com/b", "http://a.com/c", False),
        ("http://a.com/b", "http://a.com/b?c=1", False),
        ("http://a.com/", "http://blog.a.com/", False),
    ],
)
def test_the_same_page_under_another_spelling(url: str, other: str, same: bool) -> None:
    """Scheme, www., letter case and a trailing slash make no other page; path, query and host do."""
    assert same_page(url, other) is same_page(other, url) is same


def test_a_link_id_is_a_signed_64_bit_number_that_never_changes() -> None:
    """Identities are written to disk: this one must come out the same on every machine, for ever (b2sum -l 64)."""
    assert link_id("http://a.com/", "http://b.com/") == -7410348605081507635
    assert link_id("http://a.com/", "http://b.com/") != link_id("http://b.com/", "http://a.com/")


@given(st.text(), st.text())
def test_a_link_id_fits_into_a_bigint(source: str, target: str) -> None:
    """Every identity fits into a signed 64-bit column."""
    assert -(2**63) <= link_id(source, target) < 2**63
