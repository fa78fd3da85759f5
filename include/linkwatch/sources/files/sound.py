"""Whether lines are rows of a CSV file beyond doubt, so that every reader reads them alike. Asked of a block at once, in bits.

A quote begins a field right behind a delimiter or a line's start and ends it right before one or the line's end, is doubled
inside, and no row spans lines. What is not sound is not yet broken: the strict reader of table.py says which it is.
"""

import csv

import numpy as np
import numpy.typing as npt

_Words = npt.NDArray[np.uint64]

_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'
_SHIFTS = [np.uint64(1 << power) for power in range(6)]
_ONE, _TOP = np.uint64(1), np.uint64(63)


def sound_lines(block: bytes, delimiter: str) -> int:
    """How many lines there are if each holds one row, well-formed and not too long for the csv module; else 0.

    `block` is UTF-8. How many fields a row has is not asked here.
    """
    if b"\0" in block or not block.endswith(b"\n"):
        return 0
    data = np.frombuffer(block, np.uint8)
    is_end = data == _LINE_FEED
    places = np.flatnonzero(is_end)
    if np.diff(places, prepend=-1).max() > csv.field_size_limit():
        return 0
    ends, returns = _words(is_end), _words(data == _RETURN)
    if (returns & ~_behind(ends)).any():  # line ends of old: the strict way knows them
        return 0
    if b'"' in block and not _are_sound(_words(data == _QUOTE), ends, ends | returns | _words(data == ord(delimiter))):
        return 0
    return len(places)


def _are_sound(quotes: _Words, ends: _Words, edges: _Words) -> bool:
    """Every second quote closes a field; a doubled one closes it and opens it again."""
    inside = _parity(quotes)
    before, behind = _before(quotes | edges), _behind(quotes | edges)
    before[0] |= _ONE
    opens_in_text, closes_in_text = quotes & inside & ~before, quotes & ~inside & ~behind
    return not (opens_in_text | closes_in_text | (inside & ends)).any() and not inside[-1] >> _TOP


def _words(flags: npt.NDArray[np.bool_]) -> _Words:
    """Flags as bits, 64 a word, lowest first; filled up with zeros."""
    bits = np.packbits(flags, bitorder="little")
    return np.pad(bits, (0, -len(bits) % 8)).view("<u8")


def _before(bits: _Words) -> _Words:
    """For each place the bit of the one before it."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _TOP
    return moved


def _behind(bits: _Words) -> _Words:
    """For each place the bit of the one behind it."""
    moved = bits >> _ONE
    moved[:-1] |= bits[1:] << _TOP
    return moved


def _parity(bits: _Words) -> _Words:
    """For each bit whether the number of ones up to it is odd."""
    bits = bits.copy()
    for shift in _SHIFTS:
        bits ^= bits << shift
    carried = np.bitwise_xor.accumulate(bits >> _TOP)
    bits[1:] ^= np.uint64(0) - carried[:-1]
    return bits
