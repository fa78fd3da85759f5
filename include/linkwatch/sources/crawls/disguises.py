r"""How JSON, HTML and URLs let one write a host so that its name does not stand in a record's bytes: what to look for instead.

A link to a watched site shows the site's registrable name, in either letter case, or one of the disguises here. Browsers
(the WHATWG URL standard, which `linkwatch.urls` follows) read all of these as https://own.example/:

    https://%6Fwn.example/   https://ｏｗｎ。example/   https://o\u00adwn.example/   https://ow\tn.example/   \u0068ttps://own.example/

A disguise may be found where none is: the page is then parsed for nothing. None is missed but one, which nobody writes and
which would cost a tenth of the speed: a disguised host behind a scheme that lacks a slash (https:/%6Fwn.example/). How the rest
is split is a matter of speed, and measured (`bench wat`): literals of four bytes and more hardly cost anything beside those
of the names, and a regular expression is worth a pass of its own where it begins with `//` and ends at the host's end. A host
that is an IP address has too many spellings (0x7f.1); see `has_number`.
"""

import ipaddress
from collections.abc import Iterator
from itertools import product

AFTER_SLASHES = rb"//[^/?#\"\\%&\x80-\xff]*(?:[%&\x80-\xff]|\\[utnr\"])"
"""Two slashes, then a host (or userinfo) in which something is percent-encoded, not ASCII, or escaped."""

RAW_ENTITIES_UNTIL = "2019-09"
"""WAT files that are older have character references as they stood in the page (commoncrawl/ia-web-commons, issues 14 and 19:
documented there, closed on 28 August 2019; not seen in files here). Nothing is filtered in them: any letter may be one."""

_SLASHES = (b"/", rb"\/", rb"\\")  # as JSON writes a slash, or a backslash, which browsers take for one
_BREAKS = (rb"\t", rb"\n", rb"\r")  # browsers take them out, wherever they are
_LEADS = (b'"', b" ", rb"\t", rb"\n", rb"\r", rb"\b", rb"\f")  # an address begins behind one of these


def literals() -> Iterator[bytes]:
    r"""Bytes that give a disguise away wherever they stand in a record; letter case does not count.

    They are ASCII written as \u00.. (letters, slashes, tabs); slashes of which one is a backslash or escaped (as PHP does),
    behind a scheme or at the beginning; and a scheme, or two slashes, with a line break or a tab in the middle.
    """
    for high in range(8):
        yield rb"\u00%d" % high
    yield from (scheme + slashes + b"\\" for scheme, slashes in product((b"http:", b"https:"), (b"", b"/", b"//")))
    yield b"///\\"
    for lead in _LEADS:
        yield from (lead + one + two for one, two in product(_SLASHES, repeat=2) if one + two != b"//")
        yield lead + b"//\\"
        yield from (lead + start + gap for start, gap in product((*_SLASHES, b"h", b"ht"), _BREAKS))
    yield from (start + gap for start, gap in product((b"htt", b"http", b"https"), _BREAKS))


def has_number(host: str) -> bool:
    """True for a host that is an IP address, as canonical URLs have it."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
