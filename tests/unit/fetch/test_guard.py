"""Which addresses a request may go to."""

import pytest

from linkwatch.fetch.guard import refused_address, refused_host

REFUSED = [
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("0.0.0.0", "unspecified"),  # noqa: S104 -- an address to refuse, nothing binds to it
    ("0.1.2.3", "unspecified"),
    ("10.0.0.1", "private"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.168.1.1", "private"),
    ("100.64.0.1", "carrier-grade NAT"),
    ("100.127.255.255", "carrier-grade NAT"),
    ("169.254.169.254", "link-local or cloud metadata"),
    ("169.254.0.1", "link-local or cloud metadata"),
    ("192.0.0.8", "reserved"),
    ("192.0.2.1", "reserved"),
    ("198.18.0.1", "reserved"),
    ("198.51.100.1", "reserved"),
    ("203.0.113.1", "reserved"),
    ("224.0.0.251", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("fc00::1", "private or cloud metadata"),
    ("fd00:ec2::254", "private or cloud metadata"),
    ("ff02::1", "multicast"),
    ("2001:db8::1", "reserved"),
    ("2001::1", "reserved"),
    ("3fff::1", "reserved"),
    ("fec0::1", "reserved"),
    ("64:ff9b:1::1", "reserved"),
    ("::127.0.0.1", "reserved"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:169.254.169.254", "link-local or cloud metadata"),
    ("64:ff9b::10.0.0.1", "private"),
    ("64:ff9b::a9fe:a9fe", "link-local or cloud metadata"),
    ("2002:7f00:1::", "loopback"),
    ("2002:c0a8:101::1", "private"),
    ("", "unreadable"),
    ("/run/docker.sock", "unreadable"),
]
ALLOWED = [
    *("1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.0.1"),
    *("2606:4700:4700::1111", "2a00:1450:4001::200e", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"),
]


@pytest.mark.parametrize(("address", "kind"), REFUSED)
def test_addresses_of_the_users_own_network_are_refused_by_kind(address: str, kind: str) -> None:
    """Every address that does not belong to the public web is refused, and it is said what it is."""
    assert refused_address(address) == kind


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_are_let_through(address: str) -> None:
    """An address of the public web, also one just beside a refused block, is let through."""
    assert refused_address(address) == ""


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("localhost", "loopback"),
        ("printer.localhost", "loopback"),
        ("127.0.0.1", "loopback"),
        ("[::1]", "loopback"),
        ("[fd00:ec2::254]", "private or cloud metadata"),
        ("169.254.169.254", "link-local or cloud metadata"),
        ("1.1.1.1", ""),
        ("localhost.example.com", ""),
        ("example.com", ""),
    ],
)
def test_hosts_are_judged_by_what_is_written(host: str, kind: str) -> None:
    """An address written as the host is judged; a name is let through, except localhost."""
    assert refused_host(host) == kind
