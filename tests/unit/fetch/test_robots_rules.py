"""What a robots.txt lets us read."""

import pytest

from linkwatch.fetch.robots import MAX_ROBOTS_BYTES, rules_from
from linkwatch.model import Outcome

PAGE = "https://example.org/private/page"

FILES = [
    ("", True),
    ("User-agent: *\nDisallow:", True),
    ("User-agent: *\nDisallow: /private/", False),
    ("user agent *\rdisallow: /", False),
    ("\ufeffUser-agent: *\r\nDisallow: /", False),
    ("User-agent: *\nDisallow: /private/\nAllow: /private/page", True),
    ("User-agent: *\nDisallow: /*page$", False),
    ("User-agent: linkwatch\nDisallow: /", False),
    ("User-agent: LinkWatch/2.0 # us\nDisallow: /", False),
    ("User-agent: *\nDisallow: /\n\nUser-agent: linkwatch\nAllow: /", True),
    ("User-agent: other\nUser-agent: linkwatch\nDisallow: /private", False),
    ("User-agent: other\nDisallow: /", True),
    ("User-agent: link\nDisallow: /", True),
    ("User-agent: linkwatcher\nDisallow: /", True),
    ("<!doctype html><p>No such page</p>", True),
    ("\x00\x01 rubbish : : :\nDisallow", True),
]


@pytest.mark.parametrize(("text", "allowed"), FILES)
def test_rules_of_a_file(text: str, allowed: bool) -> None:
    """Our own group counts before the general one, other groups never, and rubbish allows all."""
    refusal = rules_from(Outcome.READABLE, text.encode(), "").refusal(PAGE)
    assert (refusal[0] if refusal else None) == (None if allowed else Outcome.ROBOTS_DENIED)


@pytest.mark.parametrize(
    ("text", "delay_s"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: linkwatch\nCrawl-delay: 7\n\nUser-agent: *\nCrawl-delay: 1", 7.0),
        ("User-agent: *\nCrawl-delay: soon", 0.0),
        ("User-agent: *\nCrawl-delay: inf", 0.0),
        ("User-agent: other\nCrawl-delay: 9", 0.0),
    ],
)
def test_crawl_delay(text: str, delay_s: float) -> None:
    """Crawl-delay is read from the group that is ours; nonsense asks for nothing."""
    assert rules_from(Outcome.READABLE, text.encode(), "").crawl_delay_s == delay_s


@pytest.mark.parametrize(
    ("outcome", "refused"),
    [
        (Outcome.PAGE_NOT_FOUND, None),
        (Outcome.PAGE_GONE, None),
        (Outcome.BLOCKED, None),
        (Outcome.HTTP_ERROR, None),
        (Outcome.EMPTY, None),
        (Outcome.TOO_MANY_REDIRECTS, None),
        (Outcome.SERVER_ERROR, Outcome.ROBOTS_DENIED),
        (Outcome.TIMEOUT, Outcome.TIMEOUT),
        (Outcome.DNS_ERROR, Outcome.DNS_ERROR),
        (Outcome.CONNECTION_REFUSED, Outcome.CONNECTION_REFUSED),
        (Outcome.ADDRESS_REFUSED, Outcome.ADDRESS_REFUSED),
        (Outcome.TRUNCATED, Outcome.TRUNCATED),
    ],
)
def test_a_file_that_was_not_read(outcome: Outcome, refused: Outcome | None) -> None:
    """No file allows all; a file that cannot be reached allows nothing, and its pages end as it did."""
    refusal = rules_from(outcome, b"", "why").refusal(PAGE)
    assert (refusal[0] if refusal else None) == refused


def test_a_file_that_is_too_large_counts_with_its_start() -> None:
    """The first 500 KiB of a robots.txt are its rules; what stands behind them is not read."""
    start = b"User-agent: *\nDisallow: /private/\n"
    body = start + b"#" * (MAX_ROBOTS_BYTES - len(start)) + b"\nDisallow: /open/\n"
    rules = rules_from(Outcome.TOO_LARGE, body, "")
    assert rules.refusal(PAGE)
    assert rules.refusal("https://example.org/open/") is None


def test_agents_times_rules_do_not_multiply() -> None:
    """Half a megabyte of agents and rules is read as quickly as any other: only our groups are kept apart."""
    agents = "".join(f"User-agent: bot{number}\n" for number in range(12_000))
    body = (agents + "Disallow: /a\n" * 14_000 + "User-agent: linkwatch\nDisallow: /private\n").encode()
    assert len(body) < MAX_ROBOTS_BYTES
    assert rules_from(Outcome.READABLE, body, "").refusal(PAGE)
