"""A page's main text as a short string that two looks can be compared by: MinHash over shingles of four words.

It says how much of two texts is the same, not what they say. Shingles and words are hashed in numpy, the permutations run in
rensa; the obvious way, joining every four words and handing the strings over, takes three times as long.
"""

import base64
import re
import struct

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

MIN_WORDS = 20  # fewer say too little: two short texts are alike by chance
MAX_WORDS = 400  # of a text; the rest of a long one hardly changes whose text it is
MAX_BYTES = 7_000  # in which these are looked for, white space included

_PERMUTATIONS = 64  # standard error of the estimate: 0.05 where half is alike, 0.04 at the thresholds that `doubt.py` asks
_SEED = 20_261_122
_KIND = f"1.{RMinHash.ALGORITHM_VERSION}:"  # of shingling and of permutations; signatures of two kinds say nothing of each other
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")  # written without spaces: each is a word
_CJK_LEADS = tuple(bytes([lead]) for lead in (0xE0, *range(0xE3, 0xEA)))  # with which these begin in UTF-8: a cheap first look


def signature_of(text: str) -> str:
    """Signature of a text, 176 characters of ASCII; "" for fewer than MIN_WORDS words. White space does not matter, case does."""
    text = text[:MAX_BYTES]
    data = f" {text} ".encode("utf-8", "replace")
    if len(data) > len(text) + 2:
        if any(lead in data for lead in _CJK_LEADS):
            text = _CJK.sub(r" \g<0> ", text)
        data = f" {text} ".replace("\xa0", " ").encode("utf-8", "replace")
    words = _hashed_words(data[:MAX_BYTES])
    if len(words) < MIN_WORDS:
        return ""
    pairs = words[:-1] * _MIX[0] + words[1:]
    shingles = pairs[:-2] * _MIX[1] + pairs[2:]
    rows = RMinHash.digest_matrix_from_flat_token_hashes(shingles, [0, len(shingles)], _PERMUTATIONS, _SEED).to_rows()
    # The low bits: minima are small numbers, so their high bits are nearly the same in every text.
    return _KIND + base64.b64encode(_SHORTS.pack(*(value & 0xFFFF for value in rows[0]))).decode()


def similarity(a: str, b: str) -> float:
    """Share [0, 1] of two texts' shingles that both have (Jaccard), by signatures; 0 where one is "" or of another kind."""
    if not (is_comparable(a) and is_comparable(b)):
        return 0.0
    pairs = zip(_values(a), _values(b), strict=True)
    return sum(left == right for left, right in pairs) / _PERMUTATIONS


def is_comparable(signature: str) -> bool:
    """True for a signature that `signature_of` makes today; not for "", nor for one of an earlier release."""
    return signature.startswith(_KIND) and len(signature) == _LENGTH


def _values(signature: str) -> tuple[int, ...]:
    return _SHORTS.unpack(base64.b64decode(signature[len(_KIND) :]))


def _hashed_words(data: bytes) -> NDArray[np.uint64]:
    """A hash for each of the first MAX_WORDS runs of bytes above the space; of a long word its first 16 bytes.

    `data` starts and ends with a space, so that every word has two edges; one that was cut off has a start alone, and is left.
    """
    visible = np.frombuffer(data, np.uint8) > ord(" ")
    edges = np.flatnonzero(visible[1:] != visible[:-1])[: 2 * MAX_WORDS] + 1
    ends = edges[1::2]
    starts = edges[0::2][: len(ends)]
    lengths = np.minimum(ends - starts, 16)
    eights = np.ndarray(len(data) + 8, "<u8", data + bytes(16), strides=(1,))  # eight bytes from each place on
    words: NDArray[np.uint64] = (eights[starts] & _FIRST[lengths]) * _MIX[0] ^ (eights[starts + 8] & _SECOND[lengths]) * _MIX[1]
    words ^= words >> np.uint64(32)  # the low bits of a product hang on few letters: stir
    words *= _MIX[2]
    return words


_SHORTS = struct.Struct(f"<{_PERMUTATIONS}H")
_LENGTH = len(_KIND) + 4 * -(-2 * _PERMUTATIONS // 3)
# Masks by length of word: which of its first eight bytes, and of its second eight, are its own.
_FIRST = np.array([2 ** (8 * min(length, 8)) - 1 for length in range(17)], np.uint64)
_SECOND = np.array([2 ** (8 * max(length - 8, 0)) - 1 for length in range(17)], np.uint64)
_MIX = tuple(np.uint64(factor) for factor in (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB))
"""Odd numbers of no pattern: the golden ratio's and the two of splitmix64."""
