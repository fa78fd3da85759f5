"""The guard: which addresses a request may never go to, so that a hostile page cannot reach into the user's own network.

It looks at addresses, at the moment of connecting, after name resolution and on every redirect. It does not look at names:
behind a proxy, which resolves names itself, only addresses written in URLs and the name `localhost` can be checked here.
"""

import ipaddress
import re

_NETWORKS_V4 = tuple(
    (ipaddress.IPv4Network(network), name)
    for network, name in (
        # IANA IPv4 Special-Purpose Address Registry, and the multicast and reserved blocks
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local or cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved"),
        ("198.51.100.0/24", "reserved"),
        ("203.0.113.0/24", "reserved"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_NETWORKS_V6 = tuple(
    (ipaddress.IPv6Network(network), name)
    for network, name in (
        # IANA IPv6 Special-Purpose Address Registry; fd00:ec2::254, a cloud's metadata, is unique-local
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private or cloud metadata"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved"),
        ("3fff::/20", "reserved"),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4 = ipaddress.IPv6Network("2002::/16")
_LAST_LABEL_IS_NUMBER = re.compile(r"\d\Z")


def refused_address(address: str) -> str:
    """What kind of address this is when no request may go to it ("loopback", …); empty when it may.

    `address` is an IPv4 or IPv6 address in text, with or without a zone. An IPv6 address that carries an IPv4 one
    (mapped, NAT64, 6to4) is judged by what it carries. What is no address at all is refused.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unreadable"
    return _refused_v4(parsed) if isinstance(parsed, ipaddress.IPv4Address) else _refused_v6(parsed)


def refused_host(host: str) -> str:
    """The same for the host of a canonical URL; a name is let through (empty), except `localhost` and names below it.

    The URL standard has turned every odd spelling of an IPv4 address (`0x7f.1`, `2130706433`) into four decimals by now.
    """
    if host.startswith("["):
        return refused_address(host.strip("[]"))
    if _LAST_LABEL_IS_NUMBER.search(host):
        return refused_address(host)
    return "loopback" if host == "localhost" or host.endswith(".localhost") else ""


def _refused_v4(address: ipaddress.IPv4Address) -> str:
    return next((name for network, name in _NETWORKS_V4 if address in network), "")


def _refused_v6(address: ipaddress.IPv6Address) -> str:
    number = int(address)
    if address in _MAPPED or address in _NAT64:
        return _refused_v4(ipaddress.IPv4Address(number & 0xFFFF_FFFF))
    if address in _6TO4:
        return _refused_v4(ipaddress.IPv4Address((number >> 80) & 0xFFFF_FFFF))
    name = next((name for network, name in _NETWORKS_V6 if address in network), "")
    return name or ("" if address in _GLOBAL_V6 else "reserved")
