"""Which texts are alike: found without comparing each with each, and bounded work on hostile crowds."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from linkwatch.suspicion.signs.likeness import Likeness, connected, distinct, neighbours, similar_pages
from texts_made import signature

Pair = tuple[int, int]


def pages(signatures: Sequence[bytes], words: Sequence[int] | None = None) -> Likeness:
    """The likeness of pages with these signatures, of 500 words unless said otherwise."""
    counts = pa.array(words or [500] * len(signatures), pa.int32())
    return similar_pages(pa.table({"signature": pa.array(signatures, pa.binary()), "main_words": counts}))


def together(labels: np.ndarray) -> list[list[int]]:
    """Rows by their group, those without text left out."""
    return [np.flatnonzero(labels == label).tolist() for label in dict.fromkeys(labels.tolist()) if label >= 0]


GROUPED = {
    "strangers": ([signature(1), signature(2)], 0.5, [[0], [1]]),
    "one text twice": ([signature(1), signature(2), signature(1)], 0.5, [[0, 2], [1]]),
    "retold, above": ([signature(1), signature(1, 0.6)], 0.5, [[0, 1]]),
    "retold, below": ([signature(1), signature(1, 0.4)], 0.5, [[0], [1]]),
    "a chain of two retellings": ([signature(1, 0.75, teller=1), signature(1), signature(1, 0.75, teller=2)], 0.7, [[0, 1, 2]]),
    "too little text": ([b"", signature(1), b"", signature(1)], 0.5, [[1, 3]]),
    "a signature that was cut": ([signature(1)[:-4], signature(1)], 0.5, [[1]]),
    "none": ([], 0.5, []),
}


@pytest.mark.parametrize(("signatures", "share", "expected"), GROUPED.values(), ids=GROUPED)
def test_groups(signatures: list[bytes], share: float, expected: list[list[int]]):
    """Pages whose texts a chain of pairs with the share in common connects are one group."""
    assert together(pages(signatures).groups(share)) == expected


SAME = {
    "as long, above": ([signature(1), signature(1, 0.85)], [500, 500], [[0, 1]]),
    "as long, below": ([signature(1), signature(1, 0.7)], [500, 500], [[0], [1]]),
    "the shorter is all in the longer": ([signature(1), signature(1, 0.5)], [500, 250], [[0, 1]]),
    "the shorter is half in the longer": ([signature(1), signature(1, 0.3)], [500, 250], [[0], [1]]),
}


@pytest.mark.parametrize(("signatures", "words", "expected"), SAME.values(), ids=SAME)
def test_same(signatures: list[bytes], words: list[int], expected: list[list[int]]):
    """A text made shorter is the same text, and one made of other words is not."""
    assert together(pages(signatures, words).same(0.8)) == expected


def test_pairs_are_found():
    """Of two thousand pairs with half in common among as many strangers nearly all are found, and nothing else."""
    found = pages([signature(story, 1.0 if first else 0.55) for first in (True, False) for story in range(2000)])
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    wanted = {(story, story + 2000) for story in range(2000)}
    assert pairs <= wanted
    assert len(pairs) >= 0.985 * len(wanted)


CROWDS = {
    "one text": [signature(1)] * 3000,
    "one text, retold three thousand times": [signature(1, 0.8, teller) for teller in range(3000)],
}


@pytest.mark.parametrize("crowd", CROWDS.values(), ids=CROWDS)
def test_crowds(crowd: list[bytes]):
    """A crowd of copies is one group, for a number of comparisons that grows with the crowd and not with its square."""
    found = pages(crowd)
    assert together(found.groups(0.5)) == [list(range(3000))]
    assert len(found.left) < 300 * len(crowd)


def test_neighbours():
    """Equal keys make pairs; in a crowd each is paired with its next few alone."""
    keys = np.array([5, 7, 5, 9, 5, 5])
    pairs = [sorted(zip(*map(np.ndarray.tolist, neighbours(keys, reach)), strict=True)) for reach in (6, 2)]
    assert pairs == [[(0, 2), (0, 4), (0, 5), (2, 4), (2, 5), (4, 5)], [(0, 2), (2, 4), (4, 5)]]


def test_distinct_and_connected():
    """Values come once and in order; places are numbered by the part that they belong to, alone or tied."""
    assert distinct(np.array([3, 1, 3, 2, 1])).tolist() == [1, 2, 3]
    assert distinct(np.empty(0, np.int64)).tolist() == []
    assert together(connected(4, np.array([0, 3]), np.array([2, 2]))) == [[0, 2, 3], [1]]
    assert together(connected(2, np.empty(0, np.int64), np.empty(0, np.int64))) == [[0], [1]]
