"""Pages made to stall their readers: markup whose parsing costs the square of its length. Told before the parser sees it.

Two kinds are known. Elements nested 100,000 deep took lexbor 20 s (browsers stop at 512). And a formatting element that
is left open is made again in every block that follows, so m open <font> and n <p> make m × n elements.
"""

import re

import numpy as np

MAX_DEPTH = 5_000  # elements within elements; parsing that takes 0.05 s
MAX_COPIES = 5_000_000  # elements made again; about 1 GB

_HARMLESS_TAGS = 4_000  # fewer can neither nest deep nor multiply far; most pages are not scanned
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
_NOT_NESTING = frozenset(b"br img hr input meta link area base col embed source track wbr li p td tr th dd dt option".split())


def is_bomb(body: bytes) -> bool:
    """True for a page that would take minutes or gigabytes to parse. Counts from above: no bomb passes for want of a name."""
    if len(body) < 3 * _HARMLESS_TAGS or np.count_nonzero(np.frombuffer(body, np.uint8) == ord("<")) < _HARMLESS_TAGS:
        return False  # numpy counts a byte that is frequent three times as fast as `bytes.count`
    depth = copies = unclosed = 0
    by_name = dict.fromkeys(_FORMATTING, 0)
    for tag in _TAG.finditer(body):
        closes, name = tag[1], tag[2].lower()
        if name in by_name:
            change = 1 if not closes else -1 if by_name[name] else 0
            by_name[name] += change
            unclosed += change
        elif not closes:
            copies += unclosed
        if name not in _NOT_NESTING:
            depth = max(depth - 1, 0) if closes else depth + 1
        if depth > MAX_DEPTH or copies > MAX_COPIES:
            return True
    return False
