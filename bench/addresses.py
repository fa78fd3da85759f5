"""Ways to one spelling of an address, to the domain that one owner can register, and to a link's identity.

Seeded addresses, many of them of one host.

Only addresses on which the rivals agree with us are timed: w3lib keeps default ports, dot segments and tracking parameters.
"""

import hashlib
import random
from collections.abc import Callable

from bench.pages import SEED

COUNT = 20_000
ROUNDS = 5  # over the addresses, in one process
TARGET = "https://www.own.example/garden-sheds/"

_SUFFIXES = ("com", "org", "co.uk", "de", "github.io", "com.au", "blogspot.com", "info", "net", "ne.jp")
_NAMES = ("page", "a", "ref", "id", "q", "lang", "sort", "view")


def addresses() -> list[str]:
    """`COUNT` addresses on about 5,000 hosts: 7 of 10 plain, the others with query, fragment or letters in upper case."""
    rng = random.Random(SEED)  # noqa: S311  # data, not secrets
    hosts = [f"{rng.choice(('www.', '', 'blog.'))}{_name(rng)}.{rng.choice(_SUFFIXES)}" for _ in range(5_000)]
    found = []
    for _ in range(COUNT):
        host, path = rng.choice(hosts), "/".join(_name(rng) for _ in range(rng.randint(1, 4)))
        chance = rng.random()
        if chance < 0.05:
            host = host.upper()
        query = "&".join(f"{name}={rng.randrange(1000)}" for name in rng.sample(_NAMES, rng.randint(1, 4)))
        tail = f"?{query}" if chance < 0.2 else "#comment-17" if chance < 0.3 else "/"
        found.append(f"https://{host}/{path}{tail}")
    return found


def canonical_ours() -> Callable[[], str]:
    """`urls.canonical_url`."""
    from linkwatch.urls import canonical_url

    return _over(canonical_url)


def canonical_w3lib() -> Callable[[], str]:
    """Scrapy's own."""
    from w3lib.url import canonicalize_url

    return _over(canonicalize_url)


def canonical_standard() -> Callable[[], str]:
    """What one writes with the standard library: lower-case host, query sorted, fragment dropped."""
    from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

    def canonical(url: str) -> str:
        parts = urlsplit(url)
        query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))

    return _over(canonical)


def parse_only() -> Callable[[], str]:
    """The limit: the address as the URL standard reads it, no rules of ours."""
    import can_ada

    return _over(lambda url: str(can_ada.parse(url).href))


def domain_ours() -> Callable[[], str]:
    """`urls.registrable_domain`."""
    from linkwatch.urls import registrable_domain

    return _over(registrable_domain)


def domain_tldextract() -> Callable[[], str]:
    """The library that knows the list, with private suffixes and without the network."""
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

    def domain(url: str) -> str:
        found = extract(url)
        return f"{found.domain}.{found.suffix}".lower()

    return _over(domain)


def host_only() -> Callable[[], str]:
    """The limit: the host, and a look into a dictionary of hosts."""
    import can_ada

    known: dict[str, str] = {}

    def domain(url: str) -> str:
        host: str = can_ada.parse(url).hostname
        return known.setdefault(host, host)

    return _over(domain)


def identity_ours() -> Callable[[], str]:
    """`urls.link_id`, of canonical addresses."""
    from linkwatch.urls import link_id

    return _over(lambda url: str(link_id(url, TARGET)), _canonical())


def identity_of_spellings() -> Callable[[], str]:
    """The limit: a digest of the two addresses as they are spelled, so that `https` makes another link."""

    def identity(url: str) -> str:
        digest = hashlib.blake2b(f"{url}\n{TARGET}".encode(), digest_size=8).digest()
        return str(int.from_bytes(digest, "big", signed=True))

    return _over(identity, _canonical())


def _canonical() -> list[str]:
    from linkwatch.urls import canonical_url

    return [canonical_url(url) for url in addresses()]


def _name(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789-"[:26], k=rng.randint(3, 12)))


def _over(answer: Callable[[str], str], urls: list[str] | None = None) -> Callable[[], str]:
    urls = urls or addresses()
    answer(urls[0])

    def work() -> str:
        for _ in range(ROUNDS - 1):
            for url in urls:
                answer(url)
        return hashlib.sha256("\n".join([answer(url) for url in urls]).encode()).hexdigest()[:16]

    return work
